"""Records of customers in `tingfeng-customer-records`: written where something is new, and read by condition."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from indexing.customers.record import Record, from_document, to_document
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError, store_errors
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store

__all__ = ["read_records", "write_records"]

_AT_ONCE = 1_000


def write_records(store: Store, records: Sequence[Record]) -> int:
    """Write those of whom something is new, whenever they were recorded; return how many."""
    if not records:
        return 0
    index = store.alias("customer-records")
    found = with_retries(lambda: store.client.mget(index=index, ids=[one.id for one in records]))["docs"]
    known = {doc["_id"]: from_document(doc["_id"], doc["_source"]) for doc in found if doc.get("found")}
    new = [one for one in records if one.id not in known or not _same(one, known[one.id])]
    actions = [Action(operation="index", index=index, id=one.id, source=to_document(one)) for one in new]
    for action, answer in zip(actions, send(store.client, actions), strict=True):
        if not answer.done:
            raise StoreError(f"{index}/{action.id} is refused ({answer.reason}): run `tingfeng doctor`")
    return len(new)


def read_records(store: Store, among: Mapping[str, Any] | None = None) -> Iterator[Record]:
    """Yield every record, or those `among` (a condition)."""
    store.refresh("customer-records")
    query = {"query": among or {"match_all": {}}}
    with store_errors():
        for hit in scan(store.client, index=store.alias("customer-records"), query=query, size=_AT_ONCE):
            yield from_document(hit["_id"], hit["_source"])


def _same(one: Record, other: Record) -> bool:
    return replace(one, recorded_at=other.recorded_at) == other
