"""What the index holds of some customers: themselves, their records, what they say, their cases; by a few requests."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from indexing.customers.customer import Customer
from indexing.customers.customer import from_document as customer_of
from indexing.customers.record import Record
from indexing.customers.record import from_document as record_of
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store

__all__ = ["cases_of", "customers_among", "found", "records_of"]

_MOST = 10_000


def customers_among(store: Store, ids: Sequence[str]) -> dict[str, Customer]:
    """Return those of the customers that there are, as they stand this moment."""
    if not ids:
        return {}
    docs = with_retries(lambda: store.client.mget(index=store.alias("customers"), ids=list(ids)))["docs"]
    return {doc["_id"]: customer_of(doc["_id"], doc["_source"]) for doc in docs if doc.get("found")}


def records_of(store: Store, customers: Sequence[str], but: Mapping[str, Any] | None = None) -> dict[str, list[Record]]:
    """Return the customers' records, or those among them that a condition holds for; the index must be refreshed."""
    filters = [{"terms": {"customer": list(customers)}}, *([but] if but else [])]
    held: defaultdict[str, list[Record]] = defaultdict(list)
    for hit in found(store, "customer-records", {"bool": {"filter": filters}}):
        record = record_of(hit["_id"], hit["_source"])
        held[record.customer].append(record)
    return dict(held)


def cases_of(store: Store, customers: Sequence[str]) -> dict[str, dict[str, bool]]:
    """Return the customers' cases, and whether each is open; the index must be refreshed."""
    held: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for hit in found(store, "cases", {"terms": {"customer": list(customers)}}, ["customer", "open"]):
        held[hit["_source"]["customer"]][hit["_id"]] = bool(hit["_source"]["open"])
    return dict(held)


def found(
    store: Store, kind: str, query: Mapping[str, Any], fields: Sequence[str] | None = None
) -> Iterator[Mapping[str, Any]]:
    """Yield the documents that a condition holds for: by one request where they are few, else by a scroll."""
    source: Any = list(fields) if fields is not None else True
    answer = with_retries(
        lambda: store.client.search(
            index=store.alias(kind), query=dict(query), size=_MOST, source=source, sort=["_doc"], track_total_hits=_MOST
        )
    )
    hits = answer["hits"]["hits"]
    if len(hits) < _MOST:
        yield from hits
        return
    with store_errors():
        yield from scan(store.client, index=store.alias(kind), query={"query": query, "_source": source}, size=_MOST)
