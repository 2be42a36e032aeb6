"""What customers say in public, counted by Elasticsearch over their linked mentions, some customers at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from config.settings import DAY_ZONE
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.metrics.wilson import net_sentiment

__all__ = ["Voice", "voices"]

_LATELY = timedelta(days=90)
_MONTHS = 24
_MOST = 10
_ACCOUNTS = 50
_MONTHLY: Mapping[str, Any] = {
    "field": "@timestamp",
    "calendar_interval": "month",
    "time_zone": DAY_ZONE.key,
    "format": "yyyy.MM",
    "order": {"_key": "desc"},
    "min_doc_count": 1,
}
_LAST: Mapping[str, Any] = {"max": {"field": "@timestamp"}}
_LABELS = ("negative", "neutral", "positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A customer's mentions: `fields` as a profile shows them, and what the scores are made of."""

    fields: Mapping[str, Any]
    mentions: int
    engagement: int
    followers: int | None
    verified: bool
    lately: int
    """Mentions of the last 90 days."""
    lately_negative: int


def voices(store: Store, customers: Sequence[str], day: date, brands: Sequence[str] = ()) -> dict[str, Voice]:
    """Return what those of the customers who speak say, as of the end of the day; the index must be refreshed.

    Of `brands` (ids), where any is named: what they say of others is not said of us.
    """
    aggs = {"customers": {"terms": {"field": "customer.id", "size": len(customers)}, "aggs": _asked(day)}}
    filters = [{"terms": {"customer.id": list(customers)}}, *([{"terms": {"brand": list(brands)}}] if brands else [])]
    query = {"bool": {"filter": filters}}
    answer = with_retries(lambda: store.client.search(index=store.alias(MONTHLY), size=0, query=query, aggs=aggs))
    return {bucket["key"]: _voice(bucket) for bucket in answer["aggregations"]["customers"]["buckets"]}


def _asked(day: date) -> dict[str, Any]:
    end = datetime.combine(day + timedelta(days=1), time(), DAY_ZONE)
    labels = {"terms": {"field": "sentiment.label"}}
    accounts = {
        "followers": {"max": {"field": "author.followers"}},
        "verified": {"filter": {"term": {"author.verified": True}}},
    }
    return {
        "labels": labels,
        "months": {
            "filter": {"range": {"@timestamp": {"gte": _months_ago(day).isoformat()}}},
            "aggs": {"each": {"date_histogram": dict(_MONTHLY), "aggs": {"labels": labels}}},
        },
        "first": {"min": {"field": "@timestamp"}},
        "last": dict(_LAST),
        "bad": {
            "filter": {"term": {"sentiment.label": "negative"}},
            "aggs": {"last": {"max": {"field": "@timestamp"}}},
        },
        "lately": {
            "filter": {"range": {"@timestamp": {"gte": (end - _LATELY).isoformat()}}},
            "aggs": {"labels": labels},
        },
        "accounts": {"terms": {"field": "author.id", "size": _ACCOUNTS}, "aggs": accounts},
        "how_many": {"cardinality": {"field": "author.id"}},
        "engagement": {"sum": {"field": "engagement.total"}},
        **{
            name: {"terms": {"field": field, "size": _MOST, "shard_size": 200}}
            for name, field in (
                ("topics", "keywords"),
                ("platforms", "platform"),
                ("brands", "brand"),
                ("intents", "intent"),
            )
        },
    }


def _months_ago(day: date) -> datetime:
    """Return when the oldest of the months began that a profile tells of."""
    years, month = divmod(day.year * 12 + day.month - _MONTHS, 12)
    return datetime(years, month + 1, 1, tzinfo=DAY_ZONE)


def _voice(bucket: Mapping[str, Any]) -> Voice:
    counts, mentions = _labels(bucket), int(bucket["doc_count"])
    accounts = bucket["accounts"]["buckets"]
    known = [int(one["followers"]["value"]) for one in accounts if one["followers"]["value"] is not None]
    followers, engagement = (sum(known) if known else None), int(bucket["engagement"]["value"] or 0)
    lately = _labels(bucket["lately"])
    fields = {
        "mentions": mentions,
        **counts,
        "nsr": _nsr(counts),
        "first_at": bucket["first"]["value_as_string"],
        "last_at": bucket["last"]["value_as_string"],
        "negative_at": bucket["bad"]["last"].get("value_as_string"),
        "platforms": sorted(_keys(bucket, "platforms")),
        "brands": sorted(_keys(bucket, "brands")),
        "topics": _keys(bucket, "topics"),
        "intents": _keys(bucket, "intents"),
        "accounts": int(bucket["how_many"]["value"]),
        "followers": followers,
        "engagement": engagement,
        "months": [_month(one) for one in bucket["months"]["each"]["buckets"]],
    }
    return Voice(
        fields=fields,
        mentions=mentions,
        engagement=engagement,
        followers=followers,
        verified=any(one["verified"]["doc_count"] for one in accounts),
        lately=int(bucket["lately"]["doc_count"]),
        lately_negative=lately["negative"],
    )


def _month(bucket: Mapping[str, Any]) -> dict[str, Any]:
    counts = _labels(bucket)
    month = {"month": bucket["key_as_string"], "mentions": int(bucket["doc_count"])}
    nsr = _nsr(counts)
    told = {name: counts[name] for name in ("negative", "positive")}
    return {**month, **told, **({"nsr": nsr} if nsr is not None else {})}


def _labels(bucket: Mapping[str, Any]) -> dict[str, int]:
    found = {one["key"]: int(one["doc_count"]) for one in bucket["labels"]["buckets"]}
    return {name: found.get(name, 0) for name in _LABELS}


def _nsr(counts: Mapping[str, int]) -> float | None:
    found = net_sentiment(counts["positive"], counts["negative"])
    return round(found.value, 4) if found else None


def _keys(bucket: Mapping[str, Any], name: str) -> list[str]:
    return [str(one["key"]) for one in bucket[name]["buckets"]]
