"""Who is in a segment: the customers whose profile meets its condition and who said so much of what it asks for."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from config.errors import UserError
from config.segment import Condition, Said, Segment, load_segments
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.mentions.query_dsl import to_dsl
from indexing.metrics.where import Ago, All, AtLeast, Exists, Is, Not, Where, dsl
from indexing.metrics.where import Any as AnyOf

__all__ = ["NoSuchSegment", "find_segment", "members", "profiles_of", "where_of"]

_PAGE = 10_000


class NoSuchSegment(UserError):
    """No segment has this name; the message says which there are."""


def find_segment(name: str) -> Segment:
    """Return the segment of this id or name."""
    known = load_segments()
    for segment in known:
        if name.casefold() in (segment.id.casefold(), segment.name.casefold()):
            return segment
    there = ", ".join(f"{one.id} ({one.name})" for one in known) or "none yet: write config/segments/NAME.yaml"
    raise NoSuchSegment(f"no segment is called {name!r}; there are: {there}")


def members(store: Store, segment: Segment, *, now: datetime | None = None) -> list[str]:
    """Return the customers of the segment by their ids, sorted."""
    now = now or datetime.now(UTC)
    store.refresh("profiles", MONTHLY)
    found = set(_profiled(store, where_of(segment.profile), now)) if segment.profile else None
    if segment.mentions:
        spoke = set(_speakers(store, segment.mentions, now))
        known = spoke if found is None else found & spoke
        return sorted(known if found is not None else set(_having(store, sorted(known))))
    return sorted(found or ())


def profiles_of(store: Store, customers: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the profiles of those customers that have one, in their order."""
    for start in range(0, len(customers), 500):
        some = list(customers[start : start + 500])
        docs = with_retries(lambda some=some: store.client.mget(index=store.alias("profiles"), ids=some))["docs"]  # type: ignore[misc]
        yield from (doc["_source"] for doc in docs if doc.get("found"))


def where_of(condition: Condition) -> Where:
    """Return the condition in the house's own form."""
    if condition.all:
        return All(tuple(map(where_of, condition.all)))
    if condition.any:
        return AnyOf(tuple(map(where_of, condition.any)))
    if condition.no:
        return Not(where_of(condition.no))
    field = condition.field or ""
    if condition.is_:
        return Is(field, *condition.is_)
    if condition.exists is not None:
        return Exists(field) if condition.exists else Not(Exists(field))
    if condition.at_least is not None:
        return AtLeast(field, condition.at_least)
    if condition.at_most is not None:  # there must be a number for it to be small
        return All((Exists(field), Not(AtLeast(field, _above(condition.at_most)))))
    assert condition.ago is not None  # noqa: S101 -- the model wants one of them
    return Ago(field, condition.ago.since, condition.ago.until)


def _above(value: float) -> float:
    from math import inf, nextafter

    return nextafter(value, inf)


def _profiled(store: Store, where: Where, now: datetime) -> Iterator[str]:
    query = {"query": dsl(where, now), "_source": ["customer"]}
    with store_errors():
        for hit in scan(store.client, index=store.alias("profiles"), query=query, size=5_000):
            yield hit["_source"]["customer"]


def _having(store: Store, customers: Sequence[str]) -> Iterator[str]:
    yield from (profile["customer"] for profile in profiles_of(store, customers))


def _speakers(store: Store, said: Said, now: datetime) -> Iterator[str]:
    """Yield the customers with so many mentions that match."""
    period = {"range": {"@timestamp": {"gte": (now - said.since).isoformat(), "lt": now.isoformat()}}}
    query = {"bool": {"filter": [to_dsl(said.parsed), period, {"exists": {"field": "customer.id"}}]}}
    after: dict[str, Any] = {}
    while True:
        sources = [{"customer": {"terms": {"field": "customer.id"}}}]
        aggs = {"customers": {"composite": {"size": _PAGE, "sources": sources, **after}}}
        answer = with_retries(
            lambda aggs=aggs: store.client.search(index=store.alias(MONTHLY), size=0, query=query, aggs=aggs)  # type: ignore[misc]
        )
        found = answer["aggregations"]["customers"]
        yield from (one["key"]["customer"] for one in found["buckets"] if one["doc_count"] >= said.at_least)
        if "after_key" not in found:
            return
        after = {"after": found["after_key"]}
