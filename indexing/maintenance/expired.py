"""What of the index is older than its retention, and how it goes; a turn takes the rest as if it had never been."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Any

from config.retention import IndexRetention
from config.settings import DAY_ZONE
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.changes import changes
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.exchange import changed
from indexing.elasticsearch.mappings import MONTHLY, STANDING
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.maintenance.row import Row
from indexing.mentions.document import month, timestamp
from indexing.stories.retracted import note_retracted
from indexing.stories.update import READER

__all__ = ["expire_index"]

_AT_ONCE = 1_000
_TIMES: Mapping[str, str] = MappingProxyType({"retracted": "at"})
"""By the kind, the field that says how old a document is, where that is not `@timestamp`."""


def expire_index(store: Store, retention: IndexRetention, *, now: datetime, dry_run: bool) -> Iterator[Row]:
    """Delete what is older than its kind's retention; with `dry_run`, only count it."""
    ages: dict[str, timedelta | None] = {name.replace("_", "-"): age for name, age in retention}
    with store_errors():
        yield _months(store, ages.pop(MONTHLY), now, dry_run=dry_run)
        for kind, age in ages.items():
            yield _documents(store, kind, age, now, dry_run=dry_run)


def _months(store: Store, age: timedelta | None, now: datetime, *, dry_run: bool) -> Row:
    """Drop the indices of months that ended before that; first the stories learn which mentions go."""
    last = month((now - age).astimezone(DAY_ZONE)) if age is not None else ""
    months = [index.name for index in store.indices() if store.kind_of(index.name) not in STANDING]
    old = [name for name in months if store.month_of(name) < last]
    if old and not dry_run:
        store.open_months({month(now)})  # so that no alias leads nowhere
    for name in old if not dry_run else ():
        for hits in changed(store, name):
            note_retracted(store, [hit["_id"] for hit in hits])
        with_retries(lambda name=name: store.client.indices.delete(index=name, ignore_unavailable=True))  # type: ignore[misc]
    return Row(kind=MONTHLY, age=age, gone=len(old), unit="months")


def _documents(store: Store, kind: str, age: timedelta | None, now: datetime, *, dry_run: bool) -> Row:
    if age is None:
        return Row(kind=kind, age=None, gone=0, unit="documents")
    field, index = _TIMES.get(kind, "@timestamp"), store.alias(kind)
    without: Mapping[str, Any] = {"bool": {"must_not": [{"exists": {"field": field}}]}}  # from before there was one
    older = [{"range": {field: {"lt": timestamp(now - age)}}}, without]
    query = {"bool": {"should": older, "minimum_should_match": 1}}
    store.refresh(kind)
    found = int(with_retries(lambda: store.client.count(index=index, query=query))["count"])
    if kind == "retracted" and found and changes(store, READER, kind):
        return Row(kind=kind, age=age, gone=0, unit="documents", owed=found)
    if found and not dry_run:
        _delete(store, kind, query)
    return Row(kind=kind, age=age, gone=found, unit="documents")


def _delete(store: Store, kind: str, query: Mapping[str, Any]) -> None:
    hits = scan(store.client, index=store.alias(kind), query={"query": query, "_source": False}, size=_AT_ONCE)
    while some := list(islice(hits, _AT_ONCE)):
        send(store.client, [Action(operation="delete", index=store.alias(kind), id=hit["_id"]) for hit in some])
