"""What was written to a kind of index since a reader last came: Elasticsearch itself hands on the work of a turn.

Every write of an index has a number, in their order. A reader keeps the last one that it has worked through, and finds
what came after it, whoever wrote it and however late. A reader that is killed keeps its old number and reads the same
again, so that what it does must bear repetition.
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.mappings import MONTHLY, STANDING
from indexing.elasticsearch.own_writes import OwnWrites
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = [
    "COPIES",
    "Changes",
    "changes",
    "is_new",
    "last_writes",
    "move_on",
    "pass_over",
    "processed_by_all",
    "reached",
]

COPIES = "indices.*.shards.*.seq_no,indices.*.shards.*.routing.state"
"""What `processed_by_all` wants to know of an index, as the statistics' filter."""
_SEARCHED = ("STARTED", "RELOCATING")
_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a reader has not worked through; false when that is nothing.

    `query` is the condition that these documents meet in a search; writes of the meantime may meet it too.
    """

    store: Store
    reader: str
    query: Mapping[str, Any]
    upto: Mapping[str, int]
    """By the uuid of each index that has changed, the last write that a search by `query` is certain to find."""
    first: bool
    """Whether the reader has worked through none of these indices before: they are new, or made anew."""

    def __bool__(self) -> bool:
        return bool(self.upto)

    def done(self) -> None:
        """Note that all has been worked through."""
        move_on(self.store, self.reader, self.upto)


def changes(store: Store, reader: str, kind: str) -> Changes:
    """Return what `reader` has not worked through of a kind of index, which searches find from now on.

    It takes two requests when there is nothing, whatever the index holds.
    """
    written = last_writes(store, store.alias(kind))
    known = reached(store, reader, [uuid for uuid, _ in written.values()])
    new = {name: (uuid, seq_no) for name, (uuid, seq_no) in written.items() if seq_no > known.get(uuid, -1)}
    if new:
        store.refresh(kind)
    after = [
        {"bool": {"filter": [{"term": {"_index": name}}, {"range": {"_seq_no": {"gt": known.get(uuid, -1)}}}]}}
        for name, (uuid, _) in new.items()
    ]
    query = {"bool": {"should": after, "minimum_should_match": 1}} if after else {"match_none": {}}
    return Changes(store=store, reader=reader, query=query, upto=dict(new.values()), first=not known)


def is_new(store: Store, read: Mapping[str, Collection[str]]) -> bool:
    """Return whether any of these readers has not worked through its kinds of indices; it takes two requests in all."""
    written = last_writes(store, ",".join(sorted({store.alias(kind) for kinds in read.values() for kind in kinds})))
    wanted = {
        f"{reader} {uuid}": last
        for reader, kinds in read.items()
        for name, (uuid, last) in written.items()
        if _kind(store, name) in kinds
    }
    known = _found(store, list(wanted))
    return any(last > known.get(id, -1) for id, last in wanted.items())


def last_writes(store: Store, indices: str) -> dict[str, tuple[str, int]]:
    """Return by the name of each index its uuid, and its last write that a search is certain to find once refreshed."""
    wanted = f"indices.*.uuid,{COPIES}"
    for pause in (*_WAITS, 0.0):
        stats = with_retries(lambda: store.client.indices.stats(index=indices, level="shards", filter_path=wanted))
        found = stats.get("indices", {})
        if all(_started(index.get("shards", {})) for index in found.values()):
            break
        time.sleep(pause)  # an index that was just made has no copy that says so yet
    return {name: (index["uuid"], processed_by_all(index.get("shards", {}))) for name, index in found.items()}


def processed_by_all(shards: Mapping[str, Any]) -> int:
    """Return the last write before which none is still under way on any copy that searches are sent to.

    Copies that a cluster is just making are not waited for; -1 while there is no other.
    """
    started = _started(shards)
    return min((int(copy["seq_no"]["local_checkpoint"]) for copy in started if "seq_no" in copy), default=-1)


def _started(shards: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [copy for copies in shards.values() for copy in copies if copy["routing"]["state"] in _SEARCHED]


def move_on(store: Store, reader: str, upto: Mapping[str, int]) -> None:
    """Note how far a reader is, by the uuids of indices."""
    index = store.alias("reached")
    actions = [
        Action(operation="index", index=index, id=f"{reader} {uuid}", source={"reader": reader, "seq_no": seq_no})
        for uuid, seq_no in upto.items()
    ]
    for answer in send(store.client, actions):
        if not answer.done:
            raise StoreError(f"{index}: refuses what {reader} has read ({answer.reason}): run `tingfeng rebuild`")


def pass_over(store: Store, reader: str, kind: str, own: OwnWrites) -> None:
    """Let a reader of a kind of index be as far as the last of the writes that a step noted as not concerning it."""
    written = last_writes(store, store.alias(kind))
    known = reached(store, reader, [uuid for uuid, _ in written.values()])
    further: dict[str, int] = {}
    for name, (uuid, last) in written.items():
        before = known.get(uuid, -1)
        there = min(own.upto(name, before), last)  # of later ones a search need not know yet
        further |= {uuid: there} if there > before else {}
    move_on(store, reader, further)


def reached(store: Store, reader: str, uuids: list[str]) -> dict[str, int]:
    """Return the last write that a reader has worked through, by the uuids of indices; none where it never came."""
    ids = {f"{reader} {uuid}": uuid for uuid in uuids}
    return {ids[id]: seq_no for id, seq_no in _found(store, list(ids)).items()}


def _kind(store: Store, index: str) -> str:
    kind = store.kind_of(index)
    return kind if kind in STANDING else MONTHLY


def _found(store: Store, ids: list[str]) -> dict[str, int]:
    if not ids:
        return {}
    docs = with_retries(lambda: store.client.mget(index=store.alias("reached"), ids=ids))["docs"]
    return {doc["_id"]: doc["_source"]["seq_no"] for doc in docs if doc.get("found")}
