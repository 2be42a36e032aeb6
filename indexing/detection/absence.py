"""`absence` on the index: what the crawls of each feed saw."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast

from config.kinds import Verdict
from config.kinds.absence import Facts, When
from config.rule import Rule
from indexing.detection.counted import IN_WINDOW, episodes_of
from indexing.detection.found import Found, Span
from indexing.detection.recount import at_path
from indexing.detection.search_rounds import Body, Search, SearchRounds
from indexing.detection.sentences import Said, about, window_of
from indexing.detection.series import Look, lines
from indexing.detection.timeline import STEPS, Timeline

__all__ = ["find", "say"]

_SEEING = {"terms": {"verdict": ["ok", "empty"]}}
_OF_TODAY: Body = {"bool": {"must_not": [{"term": {"purpose": "backfill"}}]}}
"""A backfill that a person asked for reads a time that is over, however silent its feed is today."""
_KNOWN_FOR = timedelta(days=28)


def find(rule: Rule, brands: Sequence[str], span: Span) -> SearchRounds[list[Found]]:
    """Return the feeds that are silent, blind, or covered too little."""
    when = cast(When, rule.when)
    look = Look(
        kind="runs",
        group="feed",
        window=when.window,
        only=(_OF_TODAY,),
        measures={
            "seeing": {"filter": _SEEING},
            "posts": {"sum": {"field": "posts"}},
            "coverage": {"stats": {"field": "coverage"}},
            "gap": {"stats": {"field": "gap.hours"}},
        },
    )
    feeds = list(when.feeds) or (yield from _known(span))
    if not feeds:
        return []

    def judge(line: Timeline, stop: int) -> Verdict:
        start = stop - STEPS
        return when.judge(
            Facts(
                runs=line.count(start, stop),
                seeing=line.count(start, stop, "seeing"),
                posts=line.count(start, stop, "posts"),
                coverage=line.lowest("coverage", start, stop),
                gap=line.highest("gap", start, stop) or 0,
            )
        )

    of = yield from lines((), look, feeds, span)
    return [_named(one) for one in episodes_of(rule, look, span, of, judge)]


def _named(found: Found) -> Found:
    """Return the finding as one of all brands, about the feed."""
    feed = found.brand
    aggs: Body = {
        "seeing": {"filter": _SEEING},
        "posts": {"sum": {"field": "posts"}},
        "coverage": {"min": {"field": "coverage"}},
        "gap": {"max": {"field": "gap.hours"}},
    }
    return replace(
        found,
        brand="*",
        story=f"feed:{feed}",
        kind_of_index="runs",
        scope=({"term": {"feed": feed}}, _OF_TODAY),
        subject=(),
        aggs=aggs,
        traces={
            "runs": IN_WINDOW,
            "seeing": at_path("window", "aggregations", "seeing", "doc_count"),
            "posts": at_path("window", "aggregations", "posts", "value"),
            "coverage": at_path("window", "aggregations", "coverage", "value"),
            "gap": at_path("window", "aggregations", "gap", "value"),
        },
        words={"feed": feed},
    )


def _known(span: Span) -> SearchRounds[list[str]]:
    """Ask for the feeds that have crawled lately."""
    lately = {"range": {"@timestamp": {"gte": ((span.since or span.now) - _KNOWN_FOR).isoformat()}}}
    body = {
        "size": 0,
        "query": {"bool": {"filter": [lately, _OF_TODAY]}},
        "aggs": {"feeds": {"terms": {"field": "feed", "size": 1_000}}},
    }
    (answer,) = yield [Search(kind="runs", body=body)]
    return [bucket["key"] for bucket in answer["aggregations"]["feeds"]["buckets"]]


def say(found: Found, name: str, span: Span) -> Said:
    """Return the reason."""
    feed, figures = about(found.words["feed"]), found.verdict
    runs, seeing, posts = (round(figures.figure(figure)) for figure in ("runs", "seeing", "posts"))
    at = window_of(found, span)
    return Said(
        zh=f"{at.zh}，信源 {feed} 抓取 {runs} 次，其中正常 {seeing} 次，共 {posts} 条。",
        en=f"Feed {feed}: {runs:,} crawls {at.en}, {seeing:,} of them saw what they should, {posts:,} posts.",
    )
