"""What became of the queues: lost markers put again, what was set aside tried again, and killed crawls told of.

It looks at every manifest there is, so it is `tingfeng doctor`'s and nobody else's.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.storage import queue
from crawlers.storage.handover import abandoned
from crawlers.storage.stage import Batch, BrokenBatch
from indexing.owed import lost

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["Repaired", "repair"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """How many batches wait again, what is waiting in all, and what a person has to mend."""

    again: int
    waiting: int
    faults: tuple[str, ...]


def repair(store: "Store | None") -> Repaired:
    """Hand on what is owed and waits nowhere; without a store, only what is to be analysed."""
    queue.begun()
    before = _waiting()
    faults = [fault for consumer in (*queue.CONSUMERS.values(), queue.BACKFILL) for fault in _tried_again(consumer)]
    for batch, manifest in lost(store):
        batch.hand_on(manifest)
    faults += [fault for consumer in queue.CONSUMERS.values() for fault in _killed(consumer)]
    after = _waiting()
    return Repaired(again=len(after - before), waiting=len(after), faults=tuple(faults))


def _waiting() -> set[tuple[str, str]]:
    return {(consumer, one.batch) for consumer in queue.CONSUMERS.values() for one in queue.markers(consumer)}


def _tried_again(consumer: str) -> Iterator[str]:
    """Let what was set aside wait again where it is whole by now, or made again; yield the reasons of the rest."""
    for marker, reason in queue.failed(consumer).items():
        if _waits_again(Batch.at(marker.batch)):
            queue.forgive(marker)
        else:
            yield f"{reason} (or give the batch up: remove {marker.failed_path})"


def _waits_again(batch: Batch) -> bool:
    """Let a whole batch wait, or else the one that it is made of; False where neither can be."""
    for source in (batch, *([batch.to("posts")] if batch.stage == "mentions" else [])):
        try:
            deque(source.lines(), maxlen=0)
            if manifest := source.manifest():
                source.hand_on(manifest)
                return True
        except BrokenBatch:
            continue
    return False


def _killed(consumer: str) -> Iterator[str]:
    """Yield which crawls were killed over their batch; mentions are made again of their posts, which wait by now."""
    for marker in abandoned(consumer):
        posts = Batch.at(marker.batch).to("posts")
        if not posts.manifest():
            yield (
                f"{marker.batch}: its writer was killed at {marker.put_at:%Y-%m-%d %H:%M} UTC: let that crawl run "
                f"again (in Airflow, clear its task), or remove {marker.path}"
            )
