"""`reach` on the index: single posts with many followers or much engagement behind them."""

from collections.abc import Sequence
from typing import cast

from config.kinds.reach import Facts, When
from config.rule import Rule
from indexing.detection.events import Event, events, number, of_stories, recent, values
from indexing.detection.found import Found, Span
from indexing.detection.search_rounds import Body, SearchRounds
from indexing.detection.sentences import Said, joined
from indexing.detection.series import NEGATIVE

__all__ = ["find", "say"]

_POST = {"followers": "author.followers", "engagement": "engagement.total"}


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return the posts that reach far, each story once."""
    when = cast(When, rule.when)
    bounds: list[Body] = [
        {"range": {field: {"gte": least}}}
        for field, least in (("author.followers", when.min_followers), ("engagement.total", when.min_engagement))
        if least is not None
    ]
    filters: list[Body] = [{"bool": {"should": bounds, "minimum_should_match": 1}}]
    if when.negative_only:
        filters.append(NEGATIVE)
    fields = ["author.followers", "engagement.total", "sentiment.label"]
    found = yield from events(rule, brands, recent(when, span), span.now, filters, fields)
    return of_stories(rule, found, filters, lambda event: when.judge(_facts(event)), _POST)


def _facts(event: Event) -> Facts:
    return Facts(
        followers=number(event, "author.followers"),
        engagement=number(event, "engagement.total"),
        negative="negative" in values(event, "sentiment.label"),
    )


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    followers, engagement = (round(found.verdict.figure(figure)) for figure in ("followers", "engagement"))
    return joined(
        found,
        name,
        span,
        f"一条高影响力帖文：粉丝 {followers}，互动量 {engagement}",
        f"a post with {followers:,} followers behind it and engagement {engagement:,}",
    )
