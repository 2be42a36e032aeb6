"""What no later stage waits for any more, so that it may be packed, or go when its time is over."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.storage import queue
from crawlers.storage.days import Day
from crawlers.storage.manifest import Manifest
from crawlers.storage.stage import STAGES, Batch

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["Settled", "settled"]


@dataclass(frozen=True, slots=True)
class Settled:
    """Tells which windows are settled for the index of this identity, while the queues stand as they were read."""

    identity: str
    waiting: frozenset[tuple[str, str, str]]
    """Feed, query and window of what waits for any stage, or was set aside by one."""

    def among(self, day: Day) -> tuple[set[str], set[str]]:
        """Return the day's windows, by whether they are settled: those that are, those that are not."""
        held = {stage: day.manifests(stage) for stage in STAGES}
        windows = {window for manifests in held.values() for window in manifests}
        done = {window for window in windows if self._is_settled(day, window, held)}
        return done, windows - done

    def _is_settled(self, day: Day, window: str, held: dict[str, dict[str, Manifest | None]]) -> bool:
        from indexing.mentions.books import made_by
        from nlp.analysed import made_of

        if (day.feed, day.query, window) in self.waiting:
            return False
        found = {stage: held[stage][window] for stage in STAGES if window in held[stage]}
        if None in found.values():
            return False  # it cannot be read: whoever mends it decides
        posts, mentions, indexed = found.get("posts"), found.get("mentions"), found.get("indexed")
        if posts and not (mentions and made_of(mentions, posts)):
            return False
        return not mentions or bool(indexed and indexed.made_by == made_by(self.identity, mentions))


def settled(store: "Store") -> Settled:
    """Read the queues."""
    consumers = (*queue.CONSUMERS.values(), queue.BACKFILL)
    markers = [marker for one in consumers for marker in (*queue.markers(one), *queue.failed(one))]
    batches = (Batch.at(marker.batch) for marker in markers)
    return Settled(store.identity(), frozenset((one.feed, one.query, one.window) for one in batches))
