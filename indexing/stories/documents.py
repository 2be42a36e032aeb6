"""What stories' and accounts' documents have in common: what changed since the last ones, and the writing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from indexing.document import millis
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError, store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store

__all__ = ["last_written", "put", "told_stories", "touched_since", "values_of"]

_OVERLAP = timedelta(hours=1)
"""How far before the newest document changes are looked for: a page is indexed some time after it was read. What a run
itself places bears its own time, as the documents do, so that nothing of a run that was killed is missed.
"""
_AT_ONCE, _PAGE = 500, 5_000
_WRITERS = ("story", "page", "analysis", "person")


def last_written(store: Store, kind: str) -> datetime | None:
    """Return when the newest document of the kind was written; None without one."""
    with store_errors():
        answer = store.client.search(index=store.alias(kind), size=0, aggs={"last": {"max": {"field": "updated_at"}}})
    value = answer["aggregations"]["last"].get("value_as_string")
    return datetime.fromisoformat(value) if value else None


def touched_since(last: datetime) -> dict[str, Any]:
    """Return the condition for mentions that any writer may have touched since documents were written last."""
    since = millis(last - _OVERLAP)
    touched = [{"range": {f"writers.{writer}": {"gte": since}}} for writer in _WRITERS]
    return {"bool": {"should": touched, "minimum_should_match": 1}}


def values_of(store: Store, field: str, filters: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield each value of a keyword field of the mentions that meet the conditions."""
    after: dict[str, Any] = {}
    while True:
        composite = {"size": _PAGE, "sources": [{"value": {"terms": {"field": field}}}], **after}
        with store_errors():
            answer = store.client.search(
                index=store.alias(MONTHLY),
                size=0,
                query={"bool": {"filter": list(filters)}},
                aggs={"values": {"composite": composite}},
            )
        found = answer["aggregations"]["values"]
        yield from (bucket["key"]["value"] for bucket in found["buckets"])
        if "after_key" not in found:
            return
        after = {"after": found["after_key"]}


def told_stories(store: Store, stories: Sequence[str]) -> set[str]:
    """Return those of the stories (ids) that have a document."""
    aggs = {"stories": {"terms": {"field": "story", "size": max(1, len(stories))}}}
    query = {"terms": {"story": list(stories)}}
    with store_errors():
        answer = store.client.search(index=store.alias("stories"), size=0, query=query, aggs=aggs)
    return {bucket["key"] for bucket in answer["aggregations"]["stories"]["buckets"]}


def put(store: Store, kind: str, documents: Iterable[tuple[str, Mapping[str, Any]]]) -> int:
    """Write the documents over those that are there; return how many. StoreError when one is refused."""
    waiting, written = iter(documents), 0
    while some := list(islice(waiting, _AT_ONCE)):
        actions = [Action(operation="index", index=store.alias(kind), id=id, source=document) for id, document in some]
        for action, answer in zip(actions, send(store.client, actions), strict=True):
            if not answer.done:
                raise StoreError(f"{action.index}: {action.id} is refused ({answer.reason}): run `tingfeng rebuild`")
        written += len(some)
    return written
