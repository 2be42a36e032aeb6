"""What a nightly backup writes: of each index what has changed since the night before, by the numbers of its writes."""

from collections.abc import Iterator
from pathlib import Path

from indexing.elasticsearch.changes import last_writes
from indexing.elasticsearch.moment import Moment, at_one_moment
from indexing.elasticsearch.store import Store
from indexing.maintenance.archive import Archive
from indexing.maintenance.parts import BrokenBackup, Change, Kept, ids_of, link, verify, write_part

__all__ = ["Night"]

_MOST_PARTS = 30
_FEW = 100
"""Changed documents up to which an index is not worth a first part of its own."""


class Night:
    """One night's backup on its way into `folder`, after `before`."""

    def __init__(self, store: Store, folder: Path, before: Archive | None) -> None:
        self._store, self._folder, self._before = store, folder, before
        self._known = before.manifest().indices if before else {}

    def indices(self) -> Iterator[tuple[str, Kept]]:
        """Write every index, and yield it by its kind with the month."""
        for index in self._store.indices():
            exact = self._store.kind_of(index.name)
            [(uuid, seq_no)] = last_writes(self._store, index.name).values()
            known = self._linked(exact, uuid, seq_no)
            if known and known.seq_no == seq_no:
                yield exact, known
                continue
            with at_one_moment(self._store, index.name) as moment:
                changes = self._since(known, moment) if known else _whole(moment)
                parts = known.parts if known else ()
                new = write_part(self._folder, f"{exact}.{len(parts)}.jsonl.zst", changes)
                yield exact, Kept(uuid=uuid, seq_no=seq_no, count=moment.count(), parts=(*parts, *new))

    def _linked(self, exact: str, uuid: str, seq_no: int) -> Kept | None:
        """Return what the night before holds of this index, linked; None where the index is to be written whole."""
        known = self._known.get(exact)
        if self._before is None or known is None or known.uuid != uuid or seq_no < known.seq_no:
            return None
        changed = sum(part.lines for part in known.parts[1:])
        if seq_no > known.seq_no and (len(known.parts) >= _MOST_PARTS or changed > max(known.count, _FEW)):
            return None
        try:
            verify(self._before.folder, known)
        except BrokenBackup:
            return None
        for part in known.parts:
            link(part, self._before.folder, self._folder)
        return known

    def _since(self, known: Kept, moment: Moment) -> Iterator[Change]:
        """Yield what was written since then, and then what is gone, which no search finds."""
        there = ids_of(self._folder, known.parts)
        new = 0
        for hits in moment.hits(known.seq_no):
            for hit in hits:
                new += hit["_id"] not in there
                yield Change(hit["_id"], hit["_source"])
        if moment.count() == len(there) + new:
            return
        for hits in moment.hits(source=False):
            there.difference_update(hit["_id"] for hit in hits)
        for id in sorted(there):
            yield Change(id)


def _whole(moment: Moment) -> Iterator[Change]:
    for hits in moment.hits():
        for hit in hits:
            yield Change(hit["_id"], hit["_source"])
