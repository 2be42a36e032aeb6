"""`percentage` on the index: the share of mentions that match a query, over time."""

from collections.abc import Sequence
from typing import cast

from config.kinds import Verdict
from config.kinds.percentage import Facts, When
from config.query import parse
from config.rule import Rule
from indexing.detection.counted import IN_WINDOW, found_by
from indexing.detection.found import Found, Span
from indexing.detection.recount import at_path, ratio
from indexing.detection.search_rounds import SearchRounds
from indexing.detection.sentences import Said, joined, percent
from indexing.detection.series import Look
from indexing.detection.timeline import STEPS, Timeline
from indexing.mentions.query_dsl import to_dsl

__all__ = ["find", "say"]


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return where the share was too low or too high."""
    when = cast(When, rule.when)
    match = {"filter": to_dsl(parse(when.match))}
    look = Look(window=when.window, measures={"matching": match}, least=when.min_count)

    def judge(line: Timeline, stop: int) -> Verdict:
        start = stop - STEPS
        return when.judge(Facts(matching=line.count(start, stop, "matching"), count=line.count(start, stop)))

    matching = at_path("window", "aggregations", "matching", "doc_count")
    traces = {"matching": matching, "share": ratio(matching, IN_WINDOW)}
    return (yield from found_by(rule, brands, look, span, judge, traces=traces, aggs={"matching": match}))


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    share, count = found.verdict.figure("share"), round(found.verdict.figure("count"))
    return joined(
        found,
        name,
        span,
        f" {count} 条提及中 {percent(share)} 符合条件",
        f"{percent(share)} of {count:,} mentions match",
    )
