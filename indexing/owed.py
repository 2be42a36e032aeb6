"""What is in no queue although it is owed: from before there was one, for another index, or because a marker was lost.

Each of these looks at all that ever was, so none is part of a turn but once: `bring_over` when a folder gets its queue,
`refill` when the index has become another one. `lost` is what `tingfeng doctor` asks.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from crawlers.storage import queue
from crawlers.storage.files import read, replace
from crawlers.storage.stage import Batch, Manifest

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["bring_over", "lost", "refill"]


def bring_over() -> None:
    """Give a folder from before there was a queue its own, with the posts in it that no mentions were made of."""
    from nlp.analysed import note_history, owed

    if not queue.begun():
        note_history()
        _hand_on(owed())
        queue.begin()


def refill(store: "Store") -> None:
    """Where the index is not the one that took the mentions last time, hand on all that this one has not taken."""
    from indexing.mentions.index import not_indexed

    queue.begun()
    path, identity = f"{queue.queue_root()}/indexed-in", store.identity()
    if read(path) != identity.encode():
        _hand_on(not_indexed(identity))
        replace(path, identity.encode())


def lost(store: "Store | None") -> list[tuple[Batch, Manifest]]:
    """Return the batches that are owed and neither wait nor were set aside; without a store, those of posts alone."""
    from indexing.mentions.index import not_indexed
    from nlp.analysed import owed

    known = {marker.batch for consumer in queue.CONSUMERS.values() for marker in queue.markers(consumer)}
    known |= {marker.batch for consumer in queue.CONSUMERS.values() for marker in queue.failed(consumer)}
    found = [(batch, posts) for batch, posts in owed() if str(batch) not in known]
    for batch, mentions in not_indexed(store.identity()) if store else ():
        if not known & {str(batch), str(batch.to("posts"))}:  # those of waiting posts are made anew first
            found.append((batch, mentions))
    return found


def _hand_on(batches: Iterable[tuple[Batch, Manifest]]) -> None:
    for batch, manifest in batches:
        batch.hand_on(manifest)
