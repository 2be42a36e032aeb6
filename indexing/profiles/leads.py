"""Leads (潜在客户) and advocates (拥护者): accounts to look at, under their pseudonyms, with links to what they said.

A lead speaks of buying and is no customer; organisations and accounts that look arranged are left out. An advocate is a
customer who praises more than blames, and is heard.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from crawlers.storage import objections
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.people.pseudonyms import pseudonyms
from indexing.profiles.consents import PROFILING, consented
from indexing.profiles.gather import found

__all__ = ["FEWEST_PRAISES", "Voice", "advocates", "leads"]

FEWEST_PRAISES = 2
_MOST_PAGES = 10_000
_ARRANGED = 0.5
_LINKS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """An account, or a customer with all theirs, and what speaks for looking at it."""

    id: str
    """The account's id as the index has it, a pseudonym unless it appears by name; or the customer's."""
    name: str
    platforms: tuple[str, ...]
    brands: tuple[str, ...]
    mentions: int
    engagement: int
    followers: int | None
    probability: float | None
    """How sure the intent to buy is, at best."""
    last_at: datetime
    influence: float | None = None
    links: tuple[str, ...] = ()


def leads(
    store: Store, *, brand: str | None = None, days: int = 30, most: int = 200, now: datetime | None = None
) -> list[Voice]:
    """Return the accounts that speak of buying, the surest and most often said first."""
    wanted = [
        *_lately(brand, days, now or datetime.now(UTC)),
        {"term": {"intent": "purchase"}},
    ]
    without: list[Mapping[str, Any]] = [
        {"exists": {"field": "customer.id"}},
        {"term": {"author.organisation": True}},
        {"term": {"sentiment.label": "negative"}},
    ]
    voices = [_account(bucket) for bucket in _buckets(store, "author.id", wanted, without)]
    arranged, refusing = _arranged(store, [one.id for one in voices]), objections.load()
    sound = (one for one in voices if one.id not in arranged and not _objects(one, refusing))
    return sorted(sound, key=lambda one: (-one.mentions, -(one.probability or 0), one.id))[:most]


def advocates(
    store: Store, *, brand: str | None = None, days: int = 180, most: int = 200, now: datetime | None = None
) -> list[Voice]:
    """Return the customers who praise: two positive mentions or more, and twice as many as negative ones."""
    wanted = [*_lately(brand, days, now or datetime.now(UTC)), {"exists": {"field": "customer.id"}}]
    kind = [
        bucket
        for bucket in _buckets(store, "customer.id", wanted, ())
        if bucket["good"]["doc_count"] >= max(FEWEST_PRAISES, 2 * bucket["bad"]["doc_count"])
    ]
    ids = [bucket["key"]["who"] for bucket in kind]
    heard, refusing = _influence(store, ids), set(consented(store, ids, (PROFILING,)).refused)
    voices = [_customer(bucket, heard.get(id)) for id, bucket in zip(ids, kind, strict=True) if id not in refusing]
    return sorted(voices, key=lambda one: (-(one.influence or 0), -one.mentions, one.id))[:most]


def _objects(one: Voice, refusing: objections.Objections) -> bool:
    """Return whether the account has said no, of which something may still wait to be erased."""
    known = {one.id, *(pseudonyms().of(platform, one.id) for platform in one.platforms)}
    return any(map(refusing.hold, known))


def _lately(brand: str | None, days: int, now: datetime) -> list[Mapping[str, Any]]:
    since = {"range": {"@timestamp": {"gte": (now - timedelta(days=days)).isoformat(), "lt": now.isoformat()}}}
    return [since, *([{"term": {"brand": brand}}] if brand else [])]


def _buckets(
    store: Store, field: str, filters: Sequence[Mapping[str, Any]], without: Sequence[Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    """Yield a bucket for each account or customer that the conditions hold for."""
    good = {"term": {"sentiment.label": "positive"}}
    links = {"size": _LINKS, "sort": [{"@timestamp": "desc"}], "_source": ["url.full", "author.name"]}
    aggs = {
        "good": {"filter": good, "aggs": {"posts": {"top_hits": links}}},
        "bad": {"filter": {"term": {"sentiment.label": "negative"}}},
        "posts": {"top_hits": links},
        "followers": {"max": {"field": "author.followers"}},
        "engagement": {"sum": {"field": "engagement.total"}},
        "surest": {"max": {"field": "intent_probability"}},
        "last": {"max": {"field": "@timestamp"}},
        "platforms": {"terms": {"field": "platform"}},
        "brands": {"terms": {"field": "brand"}},
    }
    query = {"bool": {"filter": list(filters), "must_not": list(without)}}
    store.refresh(MONTHLY)
    after: dict[str, Any] = {}
    while True:
        who = {"composite": {"size": 500, "sources": [{"who": {"terms": {"field": field}}}], **after}, "aggs": aggs}
        answer = with_retries(
            lambda who=who: store.client.search(  # type: ignore[misc]
                index=store.alias(MONTHLY), size=0, query=query, aggs={"who": who}
            )
        )
        found = answer["aggregations"]["who"]
        yield from found["buckets"]
        if "after_key" not in found:
            return
        after = {"after": found["after_key"]}


def _account(bucket: Mapping[str, Any]) -> Voice:
    hits = bucket["posts"]["hits"]["hits"]
    name = hits[0]["_source"]["author"].get("name", "") if hits else ""
    return _voice(bucket, name, hits, None)


def _customer(bucket: Mapping[str, Any], influence: float | None) -> Voice:
    hits = bucket["good"]["posts"]["hits"]["hits"]
    return _voice(bucket, bucket["key"]["who"], hits, influence)


def _voice(bucket: Mapping[str, Any], name: str, hits: Sequence[Mapping[str, Any]], influence: float | None) -> Voice:
    followers, surest = bucket["followers"]["value"], bucket["surest"]["value"]
    return Voice(
        id=bucket["key"]["who"],
        name=name,
        platforms=tuple(sorted(one["key"] for one in bucket["platforms"]["buckets"])),
        brands=tuple(sorted(one["key"] for one in bucket["brands"]["buckets"])),
        mentions=int(bucket["doc_count"]),
        engagement=int(bucket["engagement"]["value"] or 0),
        followers=None if followers is None else int(followers),
        probability=None if surest is None else round(float(surest), 3),
        last_at=datetime.fromtimestamp(bucket["last"]["value"] / 1000, UTC),
        influence=influence,
        links=tuple(hit["_source"]["url"]["full"] for hit in hits if "url" in hit["_source"]),
    )


def _arranged(store: Store, ids: Sequence[str]) -> set[str]:
    """Return the accounts among these that look as if somebody had arranged what they say."""
    arranged: set[str] = set()
    for start in range(0, len(ids), _MOST_PAGES):
        some = {"terms": {"account": list(ids[start : start + _MOST_PAGES])}}
        filters = [some, {"range": {"coordination.score": {"gte": _ARRANGED}}}]
        hits = found(store, "accounts", {"bool": {"filter": filters}}, ["account"])
        arranged |= {hit["_source"]["account"] for hit in hits}
    return arranged


def _influence(store: Store, customers: Sequence[str]) -> dict[str, float]:
    heard: dict[str, float] = {}
    for start in range(0, len(customers), 500):
        hits = found(
            store,
            "profiles",
            {"terms": {"customer": list(customers[start : start + 500])}},
            ["customer", "influence.score"],
        )
        heard |= {
            hit["_source"]["customer"]: hit["_source"]["influence"]["score"]
            for hit in hits
            if "influence" in hit["_source"]
        }
    return heard
