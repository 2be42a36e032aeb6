"""Which routes came upon a brand's posts on a platform, hour by hour, and which routes were shut then."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from crawlers.network.report import Gap
from crawlers.spider import route_of
from indexing.coverage import Covered
from indexing.dark.estimate import MOST_ROUTES
from indexing.dark.loglinear import Table
from indexing.elasticsearch.store import Store

__all__ = ["Captures", "Spoken", "captures", "spoken_of"]

_HOUR = timedelta(hours=1)
_MOST_FEEDS, _MOST_PLATFORMS = 30, 50
_SHUT = 0.5
"""Share of an hour from which on a gap means that the route was shut."""
_NO_POSTS = {"terms": {"kind": ["comment", "review"]}}
"""What most routes cannot come upon."""
Dsl = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """How many posts of a brand there are on a platform, and the feeds of each route that came upon any."""

    brand: str
    platform: str
    posts: int
    routes: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Captures:
    """What the routes caught, an entry an hour; `left_out` are the hours in which all of them were shut."""

    routes: tuple[str, ...]
    hours: tuple[Table, ...]
    left_out: int


def spoken_of(store: Store, brands: Sequence[str], start: datetime, end: datetime) -> list[Spoken]:
    """Return where posts of the brands were then, and by which routes, by brand and platform."""
    feeds = {"terms": {"field": "found_by", "size": _MOST_FEEDS}}
    platforms = {"terms": {"field": "platform", "size": _MOST_PLATFORMS}, "aggs": {"feeds": feeds}}
    by_brand = {"terms": {"field": "brand", "size": max(1, len(brands))}, "aggs": {"platforms": platforms}}
    body = {"size": 0, "query": _posts(list(brands), start, end), "aggs": {"brands": by_brand}}
    answer = store.client.search(index=store.alias("mentions"), body=body)
    found = []
    for brand in answer["aggregations"]["brands"]["buckets"]:
        for platform in brand["platforms"]["buckets"]:
            routes: dict[str, list[str]] = defaultdict(list)
            for feed in platform["feeds"]["buckets"]:
                routes[route_of(feed["key"])].append(feed["key"])
            found.append(
                Spoken(brand=brand["key"], platform=platform["key"], posts=platform["doc_count"], routes=dict(routes))
            )
    return sorted(found, key=lambda one: (one.brand, one.platform))


def captures(store: Store, spoken: Spoken, start: datetime, end: datetime, *, covered: Sequence[Covered]) -> Captures:
    """Return what the routes that overlap most caught of a brand's posts on a platform.

    `covered` is what the feeds covered in that time. Fewer than two routes give no table.
    """
    posts, routes = _posts([spoken.brand], start, end, spoken.platform), spoken.routes
    chosen = _chosen(store, posts, routes) if len(routes) > 1 else ()
    if len(chosen) < 2:
        return Captures(routes=tuple(chosen or routes), hours=(), left_out=0)
    shut = {number: _shut(routes[route], covered) for number, route in enumerate(chosen)}
    caught = _by_hour(store, posts, [routes[route] for route in chosen])
    hours, left_out = [], 0
    for hour in _hours(start, end):
        usable = frozenset(number for number, gaps in shut.items() if not _within(hour, gaps))
        left_out += not usable
        hours.append(Table(open=usable, caught=caught.get(hour, {})))
    return Captures(routes=tuple(chosen), hours=tuple(hours), left_out=left_out)


def _chosen(store: Store, posts: Dsl, routes: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return up to three routes: the two that overlap most, and the one that overlaps most with these."""
    pairs = list(combinations(sorted(routes), 2))
    filters = {f"{one} {other}": _caught([routes[one], routes[other]], []) for one, other in pairs}
    body = {"size": 0, "query": posts, "aggs": {"pairs": {"filters": {"filters": filters}}}}
    answer = store.client.search(index=store.alias("mentions"), body=body)["aggregations"]["pairs"]["buckets"]
    both = {frozenset(pair): answer[" ".join(pair)]["doc_count"] for pair in pairs}
    first = max(pairs, key=lambda pair: both[frozenset(pair)])
    if not both[frozenset(first)]:
        return ()
    others = [route for route in sorted(routes) if route not in first]
    overlap = {route: sum(both[frozenset((route, one))] for one in first) for route in others}
    more = [route for route in sorted(others, key=lambda route: -overlap[route]) if overlap[route]]
    return (*first, *more[: MOST_ROUTES - 2])


def _by_hour(store: Store, posts: Dsl, feeds: Sequence[Sequence[str]]) -> dict[datetime, dict[frozenset[int], int]]:
    """Return, by the hour's begin, how many posts each set of routes caught."""
    everyone = range(len(feeds))
    sets = [frozenset(some) for size in range(1, len(feeds) + 1) for some in combinations(everyone, size)]
    filters = {
        str(number): _caught([feeds[one] for one in some], [feeds[one] for one in everyone if one not in some])
        for number, some in enumerate(sets)
    }
    by_hour = {"date_histogram": {"field": "@timestamp", "fixed_interval": "1h", "min_doc_count": 1}}
    aggs = {"sets": {"filters": {"filters": filters}, "aggs": {"hours": by_hour}}}
    answer = store.client.search(index=store.alias("mentions"), body={"size": 0, "query": posts, "aggs": aggs})
    found: dict[datetime, dict[frozenset[int], int]] = defaultdict(dict)
    for number, some in enumerate(sets):
        for bucket in answer["aggregations"]["sets"]["buckets"][str(number)]["hours"]["buckets"]:
            found[datetime.fromisoformat(bucket["key_as_string"])][some] = bucket["doc_count"]
    return found


def _posts(brands: list[str], start: datetime, end: datetime, platform: str | None = None) -> Dsl:
    times = {"range": {"@timestamp": {"gte": start.isoformat(), "lt": end.isoformat()}}}
    only = [{"term": {"platform": platform}}] if platform else []
    return {"bool": {"filter": [{"terms": {"brand": brands}}, times, *only], "must_not": [_NO_POSTS]}}


def _caught(by: Sequence[Sequence[str]], not_by: Sequence[Sequence[str]]) -> Dsl:
    wanted: list[Dsl] = [{"terms": {"found_by": list(feeds)}} for feeds in by]
    return {"bool": {"filter": wanted, "must_not": [{"terms": {"found_by": list(feeds)}} for feeds in not_by]}}


def _shut(feeds: Sequence[str], covered: Sequence[Covered]) -> list[tuple[Gap, ...]]:
    """Return the gaps of each query of a route's feeds."""
    return [one.gaps for one in covered if one.feed in feeds and one.runs]


def _within(hour: datetime, queries: Sequence[Sequence[Gap]]) -> bool:
    """Say whether every query left most of an hour uncovered."""
    return bool(queries) and all(_uncovered(hour, gaps) >= _SHUT for gaps in queries)


def _uncovered(hour: datetime, gaps: Sequence[Gap]) -> float:
    lengths = (min(gap.end, hour + _HOUR) - max(gap.start, hour) for gap in gaps)
    return sum(max(length, timedelta()) / _HOUR for length in lengths)


def _hours(start: datetime, end: datetime) -> Iterator[datetime]:
    hour = start
    while hour < end:
        yield hour
        hour += _HOUR
