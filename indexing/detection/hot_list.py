"""`hot_list` on the index: posts on a platform's hot list."""

from collections.abc import Sequence
from typing import cast

from config.kinds import Verdict
from config.kinds.hot_list import Facts, When
from config.rule import Rule
from indexing.detection.events import Event, events, number, of_stories, recent
from indexing.detection.found import Found, Span
from indexing.detection.search_rounds import SearchRounds
from indexing.detection.sentences import Said, joined

__all__ = ["find", "say"]


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return the posts on a hot list, each story once."""
    when = cast(When, rule.when)

    def judge(event: Event) -> Verdict:
        return when.judge(Facts(rank=number(event, "rank") or None))

    filters = [{"range": {"rank": {"lte": when.top}}}]
    found = yield from events(rule, brands, recent(when, span), span.now, filters, ["rank"])
    return of_stories(rule, found, filters, judge, {"rank": "rank"})


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    rank = round(found.verdict.figure("rank"))
    return joined(found, name, span, f"登上热榜第 {rank} 位", f"number {rank} on a hot list")
