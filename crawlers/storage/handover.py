"""What waits in a consumer's queue, batch by batch, and how its markers leave it.

A marker is covered by a manifest whose mark is as late or later. Only covered markers are work: one that is not belongs
to a write that is still going on, or was killed, or was overtaken by another of the same batch. It stays for an hour
and hinders nobody; then any manifest covers it, and where there is none, `tingfeng doctor` tells. Two consumers may
take up the same batch: the work is the same, and removing a marker twice is removing it once.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from crawlers.storage import queue
from crawlers.storage.queue import Marker
from crawlers.storage.stage import Batch, BrokenBatch, Manifest

__all__ = ["Work", "abandoned", "by_batch", "slices", "waiting", "work_of"]

_ABANDONED = timedelta(hours=1)
_SLICE, _MOST_SLICES = 4_000, 8
"""Lines that are worth a task of their own, and how many tasks there are at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One batch that waits, with the markers that its manifest covers; or, without a manifest, why it is unusable."""

    batch: Batch
    manifest: Manifest | None
    markers: tuple[Marker, ...]
    fault: str = ""

    @property
    def count(self) -> int:
        """Its lines."""
        return self.manifest.count if self.manifest else 0

    def done(self) -> None:
        """Take it off the queue; what was written meanwhile stays there, or waits again.

        Of two writers at once the earlier may be the last to put its batch there, and its marker is one of these.
        """
        for marker in self.markers:
            queue.take_off(marker)
        with suppress(BrokenBatch):
            if (now := self.batch.manifest()) and now != self.manifest:
                self.batch.hand_on(now)

    def fail(self, reason: str) -> bool:
        """Set it aside with the reason; False where it has been written anew meanwhile, which is no fault."""
        try:
            changed = self.manifest is not None and self.batch.manifest() != self.manifest
        except BrokenBatch:
            changed = False
        if not changed:
            for marker in self.markers:
                queue.fail(marker, reason)
        return not changed


def waiting(consumer: str, only: Collection[str] | None = None) -> list[Work]:
    """Return what a consumer is to do, in the order of windows; `only` these batches, where given."""
    found = by_batch(marker for marker in queue.markers(consumer) if only is None or marker.batch in only)
    return [work for markers in found if (work := work_of(markers))]


def by_batch(markers: Iterable[Marker]) -> Iterator[list[Marker]]:
    """Yield the markers of each batch; they come by name, forwards or backwards."""
    for _, same in groupby(markers, key=lambda marker: marker.batch):
        yield list(same)


def work_of(markers: Sequence[Marker]) -> Work | None:
    """Return what the markers of one batch ask for; None while none of their writes is finished."""
    batch = Batch.at(markers[0].batch)
    try:
        manifest = batch.manifest()
    except BrokenBatch as error:
        return Work(batch=batch, manifest=None, markers=tuple(markers), fault=str(error))
    covered = tuple(one for one in markers if manifest and (one.mark <= manifest.mark or _is_old(one)))
    return Work(batch=batch, manifest=manifest, markers=covered) if covered else None


def slices(consumer: str, *, of: int | None = None, most: int = _MOST_SLICES) -> list[list[str]]:
    """Deal what waits to tasks: the batches' paths, in slices of about the same number of lines, by window.

    A slice is `of` lines or fewer (a task's worth where None), unless there would be more than `most` slices.
    """
    works = waiting(consumer)
    total = sum(work.count for work in works)
    tasks = min(most, -(-total // (of or _SLICE))) or 1
    dealt: list[list[str]] = [[] for _ in range(tasks)]
    before = 0
    for work in works:
        dealt[before * tasks // (total + 1)].append(str(work.batch))
        before += work.count
    return [some for some in dealt if some]


def abandoned(consumer: str) -> Iterator[Marker]:
    """Yield the markers of writes that were begun more than an hour ago and left no batch."""
    for markers in by_batch(queue.markers(consumer)):
        if work_of(markers) is None:
            yield from filter(_is_old, markers)


def _is_old(marker: Marker) -> bool:
    return datetime.now(UTC) - marker.put_at > _ABANDONED
