"""Backups of the whole index, and of brands' priors, as plain files, which any cluster takes back.

archive.py and parts.py have their form.

They lie under `TINGFENG_BACKUPS` (TINGFENG_DATA/backups unless set) and hold what the index holds, pseudonyms
included: keep the key (indexing.mentions.privacy) apart from them.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path

from config import settings
from crawlers.storage.stage import window_at
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.exchange import begin, changed, exchange
from indexing.elasticsearch.lease import lease
from indexing.elasticsearch.mappings import MONTHLY, STANDING
from indexing.elasticsearch.store import Store
from indexing.maintenance.archive import Archive, BrokenBackup, Line, remove, writing
from indexing.maintenance.carry import put
from indexing.maintenance.night import Night
from indexing.people.erased import Erased, load_erased
from indexing.privacy.places.index import about_them, clean_id, without_them
from nlp.priors import bring_back, kept

__all__ = ["Backup", "BrokenBackup", "backup", "backups", "nightly", "restore", "rotate"]

Progress = Callable[[int, int], None]

_AT_ONCE = 1_000
_GRACE = 10.0
_NIGHTLY = "nightly-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One backup that is whole by its manifest; `counts` are its documents by kind."""

    name: str
    made_at: datetime
    counts: dict[str, int]


def backup(store: Store, name: str | None = None, progress: Progress | None = None) -> Path:
    """Write every index into a new backup, named by the time unless given, and return its folder.

    Each index is read as it stands at one moment. Raises BackupFailed or a StoreError, and then leaves nothing.
    """
    archive = Archive.named(_root(), name or window_at(datetime.now(UTC)))
    with store_errors(), lease(store.client, store.state, "backup"), writing(archive) as writer:
        tick = _Tick(progress, sum(store.count(kind) for kind in (MONTHLY, *STANDING)))
        for kind in (MONTHLY, *STANDING):
            writer.write(kind, tick.each(_documents(store, kind)))
        writer.add_priors(kept())
    return archive.folder


def nightly(store: Store, *, keep: int) -> str:
    """Write what has changed since the last night, then delete the oldest nightly backups until `keep` are left.

    The new folder is whole by itself all the same: what has not changed is linked into it.
    """
    archive = Archive.named(_root(), f"{_NIGHTLY}{window_at(datetime.now(UTC))}")
    with store_errors(), lease(store.client, store.state, "backup"), writing(archive) as writer:
        night = Night(store, writer.folder, _last_night())
        for exact, parts in night.indices():
            writer.keep(exact, parts)
        writer.add_priors(kept())
    rotate(keep)
    return str(archive.folder)


def _last_night() -> Archive | None:
    """Return the newest nightly backup that holds parts."""
    nights = (Archive.named(_root(), one.name) for one in reversed(backups()) if one.name.startswith(_NIGHTLY))
    return next((night for night in nights if night.manifest().indices), None)


def rotate(keep: int, *, dry_run: bool = False) -> int:
    """Delete the oldest nightly backups until `keep` are left, and return how many; with `dry_run`, only count them."""
    old = sorted(one.name for one in backups() if one.name.startswith(_NIGHTLY))[:-keep]
    for name in old if not dry_run else ():
        remove(_root() / name)
    return len(old)


def backups() -> list[Backup]:
    """Return the backups, oldest first; folders without a readable manifest are none."""
    found = []
    for path in _root().glob("*/manifest.json"):
        try:
            manifest = Archive.named(_root(), path.parent.name).manifest()
        except BrokenBackup:
            continue
        found.append(Backup(name=path.parent.name, made_at=manifest.made_at, counts=manifest.counts()))
    return sorted(found, key=lambda one: one.made_at)


def restore(store: Store, name: str, progress: Progress | None = None, *, grace: float = _GRACE) -> dict[str, int]:
    """Put a backup in the place of all that the index holds, at once; return its documents by kind.

    The backup is read to its last line first: BrokenBackup means that nothing was touched. `grace` is how many seconds
    the old indices stay for readers who have just begun. Of people who were erased since nothing comes back. Brands'
    priors that are missing come back, too; one that was put in use since stays in use.
    """
    archive, erased = Archive.named(_root(), name), load_erased()
    counts = archive.check().counts()
    with store_errors(), lease(store.client, store.state, "restore") as held:
        store.ensure_templates()
        fresh = begin(store)
        tick = _Tick(progress, sum(counts.values()))
        opened: set[str] = set()
        for kind in counts:
            lines = tick.each(archive.lines(kind))
            while chunk := list(islice(lines, _AT_ONCE)):
                left = [one for line in chunk if (one := _without(line, erased))] if erased else chunk
                counts[kind] -= len(chunk) - len(left)
                _put(fresh, left, opened)
        exchange(store, fresh, held, lambda: _check(fresh, counts, name), grace=grace)
        bring_back(archive.priors(archive.manifest()))
    return counts


class _Tick:
    """Counts documents on their way."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def each(self, lines: Iterator[Line]) -> Iterator[Line]:
        """Yield the lines."""
        for line in lines:
            yield line
            self._done += 1
            if self._progress and (self._done % _AT_ONCE == 0 or self._done == self._total):
                self._progress(self._done, self._total)


def _documents(store: Store, kind: str) -> Iterator[Line]:
    for index in store.indices():
        exact = store.kind_of(index.name)
        if exact == kind or (kind == MONTHLY and exact not in STANDING):
            for hits in changed(store, index.name):
                for hit in hits:
                    yield Line(kind=exact, id=hit["_id"], source=hit["_source"])


def _without(line: Line, erased: Erased) -> Line | None:
    """Return a document without what was erased; None for one that is about somebody erased."""
    if about_them(line.kind, line.id, line.source, erased):
        return None
    source = without_them(line.kind, line.source, erased)
    return Line(kind=line.kind, id=clean_id(line.kind, line.id, source, erased), source=source)


def _put(fresh: Store, lines: list[Line], opened: set[str]) -> None:
    months = {line.kind.removeprefix(f"{MONTHLY}-") for line in lines if line.kind not in STANDING}
    fresh.open_months(months - opened)
    opened |= months
    for kind, some in groupby(lines, key=lambda line: line.kind):
        put(fresh, kind, [(line.id, line.source) for line in some])


def _check(fresh: Store, counts: dict[str, int], name: str) -> None:
    for kind, count in counts.items():
        fresh.refresh(kind)
        if (held := fresh.count(kind)) != count:
            raise BrokenBackup(f"backup {name}: {kind}: {held} documents came in instead of {count}; the index stays")


def _root() -> Path:
    return Path(os.environ.get("TINGFENG_BACKUPS") or settings.data_dir() / "backups").expanduser().resolve()
