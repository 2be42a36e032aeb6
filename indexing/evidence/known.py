"""What could be known by a time of the past: which crawls had seen what, and what came to the index only later."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from config.brand import Brand
from indexing.detection.series import NEGATIVE
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.store import Store

__all__ = ["Feed", "Known", "known_by"]

_MOST_FEEDS = 500
_SEEING = ("ok", "empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """How far a feed's query had been crawled by then."""

    feed: str
    query: str
    last_at: datetime | None
    """When its last crawl had ended; None where none had."""
    verdict: str = ""
    complete: bool = False
    incomplete_since: datetime | None = None
    message: str = ""
    seen_at: datetime | None = None
    """When the last crawl had ended that saw what it should."""

    @property
    def blind(self) -> bool:
        """Whether its last crawl had not seen what there was."""
        return self.verdict not in _SEEING or not self.complete


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was in the index by then of the hours before, and what was not yet."""

    since: datetime
    mentions: int
    negative: int
    late: int
    """Mentions published in these hours that the index received only afterwards."""
    late_negative: int
    late_first: datetime | None
    """When the first and the last of those came."""
    late_last: datetime | None
    feeds: tuple[Feed, ...]


def known_by(store: Store, brand: Brand, at: datetime, *, hours: timedelta) -> Known:
    """Return what was known of a brand at a time of what was published in the hours before."""
    since = at - hours
    published = [{"term": {"brand": brand.id}}, {"range": {"@timestamp": {"gte": _iso(since), "lt": _iso(at)}}}]
    late = {"range": {"event.ingested": {"gt": _iso(at)}}}
    with store_errors():
        answer = store.client.search(
            index=store.alias("mentions"),
            size=0,
            track_total_hits=True,
            query={"bool": {"filter": published}},
            aggs={
                "negative": {"filter": NEGATIVE},
                "late": {
                    "filter": late,
                    "aggs": {
                        "negative": {"filter": NEGATIVE},
                        "first": {"min": {"field": "event.ingested"}},
                        "last": {"max": {"field": "event.ingested"}},
                    },
                },
            },
            ignore_unavailable=True,
        )
    found = answer["aggregations"]
    first, last = (_moment(found["late"][name]["value"]) for name in ("first", "last"))
    came, negative = found["late"]["doc_count"], found["late"]["negative"]["doc_count"]
    return Known(
        since=since,
        mentions=answer["hits"]["total"]["value"] - came,
        negative=found["negative"]["doc_count"] - negative,
        late=came,
        late_negative=negative,
        late_first=first,
        late_last=last,
        feeds=tuple(_feeds(store, brand, at)),
    )


def _feeds(store: Store, brand: Brand, at: datetime) -> list[Feed]:
    """Return the feeds × queries of the brand, or where it names none, all that were crawled by then.

    Only live crawls count: a part of an older time (`purpose`) says nothing of how much of the newest was seen.
    """
    wanted = {(target.feed, target.query) for target in brand.crawl}
    filters: list[dict[str, Any]] = [{"range": {"@timestamp": {"lte": _iso(at)}}}]
    if wanted:
        filters.append({"terms": {"query": sorted({query for _, query in wanted})}})
    newest = {"top_hits": {"size": 1, "sort": [{"@timestamp": "desc"}]}}
    seen = {"filter": _seeing(), "aggs": {"at": {"max": {"field": "@timestamp"}}}}
    with store_errors():
        answer = store.client.search(
            index=store.alias("runs"),
            size=0,
            query={"bool": {"filter": filters, "must_not": [{"exists": {"field": "purpose"}}]}},
            aggs={
                "feeds": {
                    "terms": {"field": "feed", "size": _MOST_FEEDS},
                    "aggs": {
                        "queries": {
                            "terms": {"field": "query", "size": _MOST_FEEDS},
                            "aggs": {"newest": newest, "seen": seen},
                        }
                    },
                }
            },
            ignore_unavailable=True,
        )
    found = {
        (feed["key"], query["key"]): query
        for feed in answer["aggregations"]["feeds"]["buckets"]
        for query in feed["queries"]["buckets"]
    }
    return [_feed(feed, query, found.get((feed, query))) for feed, query in sorted(wanted or found)]


def _seeing() -> dict[str, Any]:
    return {"bool": {"filter": [{"terms": {"verdict": list(_SEEING)}}, {"term": {"complete": True}}]}}


def _feed(feed: str, query: str, bucket: Any) -> Feed:
    if bucket is None:
        return Feed(feed=feed, query=query, last_at=None)
    run = bucket["newest"]["hits"]["hits"][0]["_source"]
    gap = run.get("incomplete_since")
    return Feed(
        feed=feed,
        query=query,
        last_at=datetime.fromisoformat(run["@timestamp"]),
        verdict=run["verdict"],
        complete=bool(run["complete"]),
        incomplete_since=datetime.fromisoformat(gap) if gap else None,
        message=run.get("message") or "",
        seen_at=_moment(bucket["seen"]["at"]["value"]),
    )


def _moment(value: float | None) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value / 1000, UTC)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
