"""What was covered: of each feed × query, over one day, what its crawls read and what they left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.platform import platform
from crawlers.engine.plan import Purpose
from crawlers.network.report import Gap
from indexing.elasticsearch.store import Store

__all__ = ["Covered", "coverage", "subtracted"]

_PAGE = 1_000
_MOST = 10_000
_SEEING = ["ok", "empty", "short"]
_COUNTS = ("pages", "new", "known", "dead", "capped")
_BACKFILL = {"term": {"purpose": Purpose.BACKFILL.value}}
"""What a person asked for of a time longer ago says nothing of how the day's crawls went; what closed a gap does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """One feed × query over a time; counts are those of its crawls that ended then, backfills left out.

    `gaps` are the times within it of which posts may be missing, as is known now. `minimum` is what
    config/platforms expects of it; None where it expects nothing.
    """

    feed: str
    query: str
    runs: int = 0
    complete_runs: int = 0
    pages: int = 0
    new: int = 0
    known: int = 0
    dead: int = 0
    capped: int = 0
    backfills: int = 0
    """Parts of times longer ago that were read then because somebody asked for them."""
    backfilled: int = 0
    """New posts that those brought."""
    verdicts: Mapping[str, int] = field(default_factory=dict)
    last_success: datetime | None = None
    gaps: tuple[Gap, ...] = ()
    minimum: int | None = None

    @property
    def short(self) -> bool:
        """Whether it brought fewer posts than config/platforms expects of a day."""
        return self.minimum is not None and self.new < self.minimum

    @property
    def complete(self) -> bool:
        """Whether nothing is missing, as far as is known."""
        return bool(self.runs) and not self.gaps and self.last_success is not None


def coverage(store: Store, start: datetime, end: datetime, *, feed: str | None = None) -> list[Covered]:
    """Return what each feed × query covered from `start` until before `end`, by their names."""
    only = [{"term": {"feed": feed}}] if feed else []
    told = {_name(bucket): bucket for bucket in _buckets(store, start, end, only)}
    gaps = _gaps(store, start, end, only)
    return [
        _covered(name, told.get(name), gaps.get(name, ()), minimum=platform(name[0]).minimum_per_day)
        for name in sorted(told.keys() | gaps.keys())
    ]


def subtracted(gaps: Sequence[Gap], read: Sequence[tuple[datetime, datetime]]) -> tuple[Gap, ...]:
    """Return what is left of the gaps when times that were read whole are taken out, joined where they touch."""
    left = sorted((gap.start, gap.end, gap.lost) for gap in gaps)
    for begin, stop in read:
        left = [
            (one, other, lost)
            for start, end, lost in left
            for one, other in ((start, min(end, begin)), (max(start, stop), end))
            if one < other
        ]
        left = list(dict.fromkeys(left))
    joined: list[Gap] = []
    for start, end, lost in sorted(left):
        if joined and start <= joined[-1].end and lost == joined[-1].lost:
            joined[-1] = Gap(start=joined[-1].start, end=max(joined[-1].end, end), lost=lost)
        else:
            joined.append(Gap(start=start, end=end, lost=lost))
    return tuple(joined)


def _covered(
    name: tuple[str, str], bucket: Mapping[str, Any] | None, gaps: Sequence[Gap], *, minimum: int | None
) -> Covered:
    feed, query = name
    if bucket is None:
        return Covered(feed=feed, query=query, gaps=tuple(gaps), minimum=minimum)
    own, past = bucket["own"], bucket["past"]
    last = own["seen"]["last"].get("value_as_string")
    return Covered(
        feed=feed,
        query=query,
        runs=own["doc_count"],
        complete_runs=own["complete"]["doc_count"],
        **{count: round(own[count]["value"]) for count in _COUNTS},
        backfills=past["doc_count"],
        backfilled=round(past["new"]["value"]),
        verdicts={one["key"]: one["doc_count"] for one in own["verdicts"]["buckets"]},
        last_success=datetime.fromisoformat(last) if last else None,
        gaps=tuple(gaps),
        minimum=minimum,
    )


def _buckets(store: Store, start: datetime, end: datetime, only: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the counts of the runs that ended within the time, a bucket a feed × query."""
    of_a_crawl = {
        **{count: {"sum": {"field": count}} for count in _COUNTS},
        "complete": {"filter": {"term": {"complete": True}}},
        "verdicts": {"terms": {"field": "verdict", "size": 20}},
        "seen": {"filter": {"terms": {"verdict": _SEEING}}, "aggs": {"last": {"max": {"field": "finished_at"}}}},
    }
    aggs = {
        "own": {"filter": {"bool": {"must_not": [_BACKFILL]}}, "aggs": of_a_crawl},
        "past": {"filter": _BACKFILL, "aggs": {"new": {"sum": {"field": "new"}}}},
    }
    times = {"range": {"@timestamp": {"gte": start.isoformat(), "lt": end.isoformat()}}}
    return _by_target(store, {"filter": [times, *only]}, aggs)


def _by_target(store: Store, wanted: dict[str, Any], aggs: dict[str, Any]) -> list[Mapping[str, Any]]:
    """Return a bucket for each feed × query that has such runs, however many there are."""
    sources = [{name: {"terms": {"field": name}}} for name in ("feed", "query")]
    composite: dict[str, Any] = {"size": _PAGE, "sources": sources}
    found: list[Mapping[str, Any]] = []
    while True:
        body = {"size": 0, "query": {"bool": wanted}, "aggs": {"targets": {"composite": composite, "aggs": aggs}}}
        answer = store.client.search(index=store.alias("runs"), body=body)["aggregations"]["targets"]
        found += answer["buckets"]
        if not answer.get("after_key"):
            return found
        composite["after"] = answer["after_key"]


def _gaps(
    store: Store, start: datetime, end: datetime, only: list[dict[str, Any]]
) -> dict[tuple[str, str], tuple[Gap, ...]]:
    """Return what is missing of the time: what was lost and not read since, and what the last crawl left open."""
    lost = _documents(store, [{"term": {"gap.lost": True}}, *_overlap("gap", start, end), *only])
    names = {(one["feed"], one["query"]) for one in lost}
    read: dict[tuple[str, str], list[tuple[datetime, datetime]]] = {}
    if names:
        for one in _documents(store, [{"term": {"complete": True}}, *_overlap("slice", start, end), *only]):
            if one["slice"].get("region") is None:
                read.setdefault((one["feed"], one["query"]), []).append(_ends(one["slice"]))
    found: dict[tuple[str, str], list[Gap]] = {}
    for one in [*lost, *_left_open(store, start, end, only)]:
        begin, stop = _ends(one["gap"])
        gap = Gap(start=max(begin, start), end=min(stop, end), lost=bool(one["gap"].get("lost")))
        if gap.start < gap.end:
            found.setdefault((one["feed"], one["query"]), []).append(gap)
    return {name: left for name, gaps in found.items() if (left := subtracted(gaps, read.get(name, ())))}


def _left_open(store: Store, start: datetime, end: datetime, only: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the last live run of each feed × query whose last one since then left a gap that can still be read."""
    last = {"last": {"top_hits": {"size": 1, "sort": [{"@timestamp": "desc"}], "_source": ["feed", "query", "gap"]}}}
    since = {"range": {"@timestamp": {"gte": start.isoformat()}}}
    wanted = {"filter": [since, *only], "must_not": [{"exists": {"field": "purpose"}}]}
    hits = [hit["_source"] for one in _by_target(store, wanted, last) for hit in one["last"]["hits"]["hits"]]
    return [hit for hit in hits if hit.get("gap") and not hit["gap"].get("lost") and _ends(hit["gap"])[0] < end]


def _documents(store: Store, filters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    fields = ["feed", "query", "gap", "slice"]
    body = {"size": _MOST, "query": {"bool": {"filter": filters}}, "_source": fields, "sort": [{"@timestamp": "desc"}]}
    answer = store.client.search(index=store.alias("runs"), body=body)
    return [hit["_source"] for hit in answer["hits"]["hits"]]


def _overlap(name: str, start: datetime, end: datetime) -> list[dict[str, Any]]:
    return [
        {"range": {f"{name}.start": {"lt": end.isoformat()}}},
        {"range": {f"{name}.end": {"gt": start.isoformat()}}},
    ]


def _ends(of: Mapping[str, str]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(of["start"]), datetime.fromisoformat(of["end"])


def _name(bucket: Mapping[str, Any]) -> tuple[str, str]:
    return bucket["key"]["feed"], bucket["key"]["query"]
