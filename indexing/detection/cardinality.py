"""`cardinality` on the index: different values of a field over time."""

from collections.abc import Sequence
from datetime import timedelta
from typing import cast

from config.kinds import Verdict
from config.kinds.cardinality import Facts, When
from config.rule import Rule
from indexing.detection.counted import apart_by, found_by
from indexing.detection.found import Found, Span
from indexing.detection.recount import at_path
from indexing.detection.search_rounds import SearchRounds
from indexing.detection.sentences import Said, joined
from indexing.detection.series import Look
from indexing.detection.timeline import STEPS, Timeline

__all__ = ["find", "say"]


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return where there were many, or few, different values."""
    when = cast(When, rule.when)
    many = when.at_least is not None
    look = Look(
        window=when.window,
        late=when.late if many else timedelta(),
        measures={"values": {"terms": {"field": when.field}}},
        least=1 if many else 0,
        by=apart_by(when.by),
    )

    def judge(line: Timeline, stop: int) -> Verdict:
        start = stop - STEPS
        return when.judge(Facts(values=line.different("values", start, stop), count=line.count(start, stop)))

    traces = {"values": at_path("window", "aggregations", "values", "value")}
    aggs = {"values": {"cardinality": {"field": when.field, "precision_threshold": 40_000}}}
    return (yield from found_by(rule, brands, look, span, judge, traces=traces, aggs=aggs))


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    values, count = (round(found.verdict.figure(figure)) for figure in ("values", "count"))
    return joined(
        found,
        name,
        span,
        f" {count} 条提及中有 {values} 个不同的值",
        f"{values:,} different values in {count:,} mentions",
    )
