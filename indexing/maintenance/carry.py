"""What the JSON Lines do not hold, carried from the serving generation of indices into the one being built."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec

from crawlers.storage.stage import batches
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.exchange import changed, processed
from indexing.elasticsearch.field import Writer
from indexing.elasticsearch.mappings import MONTHLY, STANDING
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.mentions.document import post_id, timestamp
from indexing.mentions.locate import months_of
from indexing.mentions.merge import part
from indexing.mentions.write import Outcome, Result, Update, write

__all__ = ["Carrier", "put"]

Hit = Mapping[str, Any]
Progress = Callable[[int], None]

_AT_ONCE = 500


class _Id(msgspec.Struct):
    platform: str
    kind: str
    native_id: str


@dataclass(slots=True)
class Carrier:
    """Carries from `store` to `fresh`; each call takes up what was written since the call before.

    A mention that no batch brought into `fresh` is kept when its post is in no analysed batch (the batch is gone), and
    dropped when it is: the analysis no longer says that the post speaks of the brand.
    """

    store: Store
    fresh: Store
    progress: Progress
    copied: dict[str, int] = field(default_factory=dict)
    """Documents copied of each standing kind."""
    kept: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)
    _reached: dict[str, int] = field(default_factory=dict)

    def standing(self) -> None:
        """Copy the documents of the kinds that have one index each."""
        for index in self.store.indices():
            kind = self.store.kind_of(index.name)
            if kind in STANDING:
                for hits in self._changes(index.name):
                    put(self.fresh, kind, ((hit["_id"], hit["_source"]) for hit in hits))
                    self.copied[kind] = self.copied.get(kind, 0) + len(hits)

    def mentions(self) -> None:
        """Bring the mentions what other writers than page and analysis said, and the mentions that no batch holds."""
        absent: dict[str, tuple[str, str]] = {}
        self.fresh.refresh(MONTHLY)
        for index in self.store.indices():
            if self.store.kind_of(index.name) not in STANDING:
                for hits in self._changes(index.name):
                    known = [hit for hit in hits if hit["_id"] not in self.dropped]
                    results = write(self.fresh, [self._update(hit, carried=True) for hit in known])
                    for hit, result in zip(known, results, strict=True):
                        _refuse_dead(hit, result)
                        if result.outcome is Outcome.MISSING:
                            absent[hit["_id"]] = (index.name, hit["_source"]["post_id"])
        if absent:
            self._judge(absent)

    def remove_deleted(self) -> None:
        """Delete what has been deleted from the standing kinds since it was copied."""
        for index in self.store.indices():
            kind = self.store.kind_of(index.name)
            self.fresh.refresh(kind)
            if kind in STANDING and self.store.count(kind) != self.fresh.count(kind):
                there = {hit["_id"] for hits in changed(self.store, index.name) for hit in hits}
                target = self.fresh.alias(kind)
                gone = [hit["_id"] for hits in changed(self.fresh, target) for hit in hits if hit["_id"] not in there]
                send(self.fresh.client, [Action(operation="delete", index=target, id=id) for id in gone])

    def lost(self) -> set[str]:
        """Return the ids of mentions that are in the serving generation and, though not dropped, not in the new one."""
        lost = set()
        for index in self.store.indices():
            if self.store.kind_of(index.name) not in STANDING:
                for hits in changed(self.store, index.name):
                    ids = [hit["_id"] for hit in hits if hit["_id"] not in self.dropped]
                    lost |= set(ids) - months_of(self.fresh, ids).keys()
        return lost

    def _changes(self, index: str) -> Iterator[list[Hit]]:
        after = self._reached.get(index, -1)
        self._reached[index] = processed(self.store, index)
        for hits in changed(self.store, index, after):
            yield hits
            self.progress(len(hits))

    def _judge(self, absent: Mapping[str, tuple[str, str]]) -> None:
        """Drop the mentions whose posts have been analysed; keep the others whole."""
        analysed = _analysed({post for _, post in absent.values()})
        self.dropped |= {id for id, (_, post) in absent.items() if post in analysed}
        left = iter([(id, index) for id, (index, _) in absent.items() if id not in self.dropped])
        while chunk := list(islice(left, _AT_ONCE)):
            docs = [{"_index": index, "_id": id} for id, index in chunk]
            hits = with_retries(lambda docs=docs: self.store.client.mget(docs=docs))["docs"]  # type: ignore[misc]
            found = [hit for hit in hits if hit.get("found")]
            for hit, result in zip(found, write(self.fresh, [self._update(hit) for hit in found]), strict=True):
                _refuse_dead(hit, result)
                self.kept.add(hit["_id"])

    def _update(self, hit: Hit, *, carried: bool = False) -> Update:
        source = hit["_source"]
        return Update(
            id=hit["_id"],
            parts={writer: source for writer in Writer if part(source, writer)["writers"]},
            month=self.store.month_of(hit["_index"]),
            ingested=source["event"]["ingested"] if "event" in source else timestamp(datetime.now(UTC)),
            carried=carried,
        )


def _refuse_dead(hit: Hit, result: Result) -> None:
    if result.outcome is Outcome.DEAD:
        raise StoreError(f"{hit['_index']}/{hit['_id']}: {result.reason}: nothing was exchanged")


def put(store: Store, kind: str, documents: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Write documents (id, source) as they are; StoreError names the first that is refused."""
    index = store.alias(kind)
    actions = [Action(operation="index", index=index, id=id, source=source) for id, source in documents]
    for action, answer in zip(actions, send(store.client, actions), strict=True):
        if not answer.done:
            raise StoreError(f"{index}/{action.id} is refused ({answer.reason}): nothing was exchanged")


def _analysed(wanted: Collection[str]) -> set[str]:
    """Return those posts that stand in a batch whose analysis is finished."""
    decode = msgspec.json.Decoder(_Id).decode
    found = set()
    for batch in batches("posts"):
        if batch.to("mentions").manifest() is not None:
            for post in map(decode, batch.lines()):
                if (id := post_id(f"{post.platform}:{post.kind}:{post.native_id}")) in wanted:
                    found.add(id)
    return found
