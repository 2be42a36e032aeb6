"""Mentions that left the index: noted before they go, with where they counted, so that the next run forgets them there.

A deletion leaves nothing that a search could find. What is noted and still there, since the one who took it away was
killed in between, goes on counting until it goes.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from indexing.elasticsearch.changes import Changes
from indexing.elasticsearch.documents import put, remove, values_of
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.mentions.document import timestamp
from indexing.mentions.locate import months_of
from indexing.stories.counted import count
from indexing.stories.ledger import Ledger, values_among

__all__ = ["drop_left", "forget", "left", "note_retracted"]

_KIND = "retracted"
_AT_ONCE = 500


def note_retracted(store: Store, ids: Sequence[str]) -> None:
    """Note that these mentions are about to go, and which story and account they counted for."""
    at = timestamp(datetime.now(UTC))
    for some in in_parts(ids):
        rows = Ledger(store, {}).read({"ids": {"values": list(some)}})
        put(store, _KIND, [(row.mention, {"at": at, "telling": row.telling, "account": row.account}) for row in rows])


def forget(store: Store, noted: Changes) -> None:
    """Let nothing count any more for those noted mentions that the index does not hold."""
    with store_errors():
        hits = scan(store.client, index=store.alias(_KIND), query={"query": noted.query, "_source": False})
        ids = [hit["_id"] for hit in hits]
    for some in in_parts(ids, _AT_ONCE):
        there = months_of(store, some)
        count(store, {id: None for id in some if id not in there})


def left(store: Store, key: str, noted: Changes) -> Iterator[list[str]]:
    """Yield the stories (`telling`) or accounts (`account`) that the noted mentions counted for, some at a time."""
    return values_of(store, key, [noted.query], kind=_KIND)


def drop_left(store: Store, noted: Changes) -> None:
    """Remove the documents of those stories of which no mention is left."""
    for ids in left(store, "telling", noted):
        remove(store, "stories", sorted(set(ids) - values_among(store, "telling", ids)))
