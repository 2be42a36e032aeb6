"""`metric` on the index: a number of the mentions over time."""

from collections.abc import Sequence
from typing import cast

from config.kinds import Verdict
from config.kinds.metric import Facts, When
from config.rule import Rule
from indexing.detection.counted import found_by
from indexing.detection.found import Found, Span
from indexing.detection.recount import at_path
from indexing.detection.search_rounds import SearchRounds
from indexing.detection.sentences import Said, joined
from indexing.detection.series import Look
from indexing.detection.timeline import STEPS, Timeline

__all__ = ["find", "say"]


def _value(when: When, line: Timeline, start: int, stop: int) -> float | None:
    if when.value == "min":
        return line.lowest("number", start, stop)
    if when.value == "max":
        return line.highest("number", start, stop)
    total, count = line.sum("number", start, stop), line.count(start, stop, "number_count")
    if when.value == "sum":
        return total
    return total / count if count else None


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return where the number was too low or too high."""
    when = cast(When, rule.when)
    look = Look(
        window=when.window,
        measures={"number": {"stats": {"field": when.field}}},
        only=({"exists": {"field": when.field}},),
        least=when.min_count,
    )

    def judge(line: Timeline, stop: int) -> Verdict:
        start = stop - STEPS
        count = line.count(start, stop, "number_count")
        return when.judge(Facts(value=_value(when, line, start, stop), count=count))

    name = {"mean": "avg"}.get(when.value, when.value)
    traces = {"value": at_path("window", "aggregations", "number", name)}
    aggs = {"number": {"stats": {"field": when.field}}}
    return (yield from found_by(rule, brands, look, span, judge, traces=traces, aggs=aggs, words={"field": when.field}))


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    value, bound = (found.verdict.figure(figure) for figure in ("value", "bound"))
    field = found.words["field"]
    return joined(
        found, name, span, f" {field} 为 {value:.3g}（界限 {bound:g}）", f"{field} {value:.3g}, bound {bound:g},"
    )
