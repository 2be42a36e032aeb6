"""What stories' and accounts' documents have in common: which of them are to be made anew, and the writing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from indexing.elasticsearch.ahead import side_by_side
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = ["buckets_of", "put", "remove", "values_of"]

_AT_ONCE = 2_000
_ASKED_AT_ONCE = 500
_PAGE = 1_000


def values_of(
    store: Store, field: str, filters: Sequence[Mapping[str, Any]], *, kind: str = "counted"
) -> Iterator[list[str]]:
    """Yield the values of a keyword field of the counted mentions that meet the conditions, some at a time.

    `kind` is another kind of index that is asked in their place.
    """
    after: dict[str, Any] = {}
    while True:
        aggs = {"values": {"composite": {"size": _PAGE, "sources": [{"value": {"terms": {"field": field}}}], **after}}}
        answer = with_retries(
            lambda aggs=aggs: store.client.search(  # type: ignore[misc]
                index=store.alias(kind), size=0, query={"bool": {"filter": list(filters)}}, aggs=aggs
            )
        )
        found = answer["aggregations"]["values"]
        if found["buckets"]:
            yield [bucket["key"]["value"] for bucket in found["buckets"]]
        if "after_key" not in found:
            return
        after = {"after": found["after_key"]}


def buckets_of(store: Store, field: str, values: Sequence[str], aggs: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a bucket for each of the values of a keyword field, of all counted mentions that have it."""

    def asked(some: Sequence[str]) -> list[Mapping[str, Any]]:
        wanted = {"keys": {"terms": {"field": field, "size": len(some)}, "aggs": dict(aggs)}}
        query = {"terms": {field: list(some)}}
        answer = with_retries(
            lambda: store.client.search(index=store.alias("counted"), size=0, query=query, aggs=wanted)
        )
        return list(answer["aggregations"]["keys"]["buckets"])

    parts = [values[at : at + _ASKED_AT_ONCE] for at in range(0, len(values), _ASKED_AT_ONCE)]
    for found in side_by_side(asked, parts):
        yield from found


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


def remove(store: Store, kind: str, ids: Sequence[str]) -> None:
    """Delete these documents; one that is gone already makes no difference."""
    send(store.client, [Action(operation="delete", index=store.alias(kind), id=id) for id in ids])
