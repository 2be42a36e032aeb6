"""A finished day's small windows of one query into one compressed pack, their own manifests kept inside.

In this order, so that a kill at any instant and another run end with the same batches:

1. the new pack's files      under other names, renamed, and read back
2. its `.pack`               from now on the windows stand in it
3. the windows' own files    each only while it is what was packed; its manifest first
4. the packs whose windows it holds

Two at once make two packs of the same windows, and a later compaction makes one of them: whoever removes something has
it in a pack that nobody else has seen yet.
"""

import hashlib
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from config.errors import UserError
from crawlers.storage import packs
from crawlers.storage.days import OWN, PACK, Day
from crawlers.storage.files import read, remove, remove_if, resolve, sync
from crawlers.storage.manifest import BrokenBatch, Manifest
from crawlers.storage.packs import ENDING, Found, Frame, Pack, Packed
from crawlers.storage.stage import Batch
from crawlers.storage.zstd import compress

__all__ = ["Change", "Compacted", "CompactionFailed", "Content", "compact", "rewrite"]

_LEVEL = 9
"""Of 3, 9, 15 and 19 on real posts: 5.1, 5.4, 5.6 and 5.6 times smaller, for 1, 3, 35 and 100 times the work."""


class CompactionFailed(UserError):
    """A pack could not be written, or its windows' own files not removed; no window is lost, run it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compacted:
    """How many windows went into a pack, its bytes, and which windows stayed because they are not whole."""

    windows: int = 0
    size: int = 0
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One window as it was read; `own` is its own manifest's file, where it has one."""

    manifest: Manifest
    lines: bytes
    dead: bytes
    own: bytes | None = None


Change = Callable[[str, Content], Content]
"""From a window and what it holds to what it is to hold; the same where nothing is to change."""


def compact(stage: str, day: Day, windows: Collection[str]) -> Compacted:
    """Put these of a day's windows into one pack with all that its packs hold; the same again changes nothing.

    Raises CompactionFailed, and BrokenBatch for a pack that cannot be read; then every window lies where it lay.
    """
    there = packs.of_day(day.folder(stage))
    batches = {one: day.batch(stage, one) for one in sorted(windows)}
    fresh = [batch for batch in batches.values() if read(f"{batch.path}.manifest") is not None]
    work = _Compaction(day.folder(stage), packs.latest_of(there))
    _do(work, batches, fresh if fresh or len(there) > 1 else None, there)
    return Compacted(windows=len(work.own), size=work.size, faults=tuple(work.faults))


def rewrite(stage: str, day: Day, change: Change) -> int:
    """Change what a day's windows hold, those in files of their own and those in packs; return how many were changed.

    A changed window stands in a pack from then on, by the same steps as a compaction and as safe from a kill: at every
    instant it is whole, as it was or as it is to be, and the same again finishes. A window that is not whole stays as
    it is; it raises BrokenBatch, once all others are done, as does a pack that cannot be read, at once.
    """
    there = packs.of_day(day.folder(stage))
    work = _Compaction(day.folder(stage), packs.latest_of(there), change)
    own = {one: day.batch(stage, one) for one in sorted(day.own_windows(stage))}
    fresh = [batch for batch in own.values() if work.changes(batch)]
    _do(work, own, fresh if fresh or work.changes_packed() else None, there)
    for batch in own.values():
        work.remove_left(batch)
    if work.faults:
        raise BrokenBatch("\n".join(work.faults))
    return work.changed


def _do(
    work: "_Compaction", batches: Mapping[str, Batch], fresh: Collection[Batch] | None, there: Collection[str]
) -> None:
    """Write a pack of the fresh windows and all known ones, unless that is None; then remove what it replaces."""
    try:
        if fresh is not None:
            work.write(fresh)
            for path in there if work.made else ():
                for ending in PACK:
                    remove(f"{path}{ending}")
        for window, batch in batches.items():
            work.remove_own(batch, packs.find(batch.folder, window))
    except OSError as error:
        remedy = "free space or make it writable, then run `tingfeng maintain` again; no window is lost"
        raise CompactionFailed(f"{work.folder}: {error}: {remedy}") from error


class _Compaction:
    """One day's pack at work."""

    def __init__(self, folder: str, known: Mapping[str, Found], change: Change | None = None) -> None:
        self.folder, self._known, self._change = folder, known, change
        self.made = False
        self.changed = 0
        self._read: dict[str, Content] = {}
        """What files of their own held that were packed, as it was read."""
        self.own: dict[str, bytes] = {}
        """The windows that were packed from files of their own, with these files' manifests."""
        self.faults: list[str] = []
        self.size = 0

    def changes(self, batch: Batch) -> bool:
        """Return whether the change would alter what a window's own files hold; one that is not whole is a fault."""
        try:
            content = _own(batch)
        except BrokenBatch as error:
            self.faults.append(str(error))
            return False
        return content is not None and self._altered(batch.window, content) != content

    def changes_packed(self) -> bool:
        """Return whether the change would alter what a pack holds."""
        contents = ((window, _packed(known)) for window, known in self._known.items())
        return any(content and self._altered(window, content) != content for window, content in contents)

    def _altered(self, window: str, content: Content) -> Content:
        return self._change(window, content) if self._change else content

    def write(self, fresh: Collection[Batch]) -> None:
        """Write the fresh windows and all that are known into one new pack."""
        fs, path = resolve(f"{self.folder}/{uuid.uuid4().hex[:12]}")
        fs.makedirs(fs._parent(path), exist_ok=True)
        temporary = {ending: f"{path}{ending}.tmp" for ending in PACK}
        try:
            with fs.open(temporary[".zst"], "wb") as lines, fs.open(temporary[".dead.zst"], "wb") as dead:
                windows = self._fill(lines, dead, fresh)
                self.size = lines.tell()
                any_dead = dead.tell() > 0
                sync(lines)
                sync(dead)
            if not windows:
                return
            with fs.open(temporary[ENDING], "wb") as file:
                file.write(msgspec.json.encode(_pack(windows, self.size)))
                sync(file)
            fs.mv(temporary[".zst"], f"{path}.zst")
            if any_dead:
                fs.mv(temporary[".dead.zst"], f"{path}.dead.zst")
            self._read_back(windows, path)
            fs.mv(temporary[ENDING], f"{path}{ENDING}")
            self.made = True
        finally:
            for name in temporary.values():
                if fs.exists(name):
                    fs.rm_file(name)

    def remove_own(self, batch: Batch, packed: Found | None) -> None:
        """Remove a window's own files, as far as they are what stands in the pack."""
        if packed is None or (batch.window not in self.own and read(f"{batch.path}.manifest") is not None):
            return
        manifest, dead, lines = (f"{batch.path}{ending}" for ending in OWN)
        if (own := self.own.get(batch.window)) and not remove_if(manifest, lambda content: content == own):
            return
        was = self._read.get(batch.window)
        set_aside = was.dead if was else packs.dead_of(batch.folder, batch.window, packed.packed.manifest.sha256)
        sha256 = (was or packed.packed).manifest.sha256
        remove_if(dead, lambda content: content == set_aside)
        remove_if(lines, lambda content: hashlib.sha256(content).hexdigest() == sha256)

    def remove_left(self, batch: Batch) -> None:
        """Remove what a killed rewrite has left beside the pack, its manifest gone, where it needs changing."""
        known = packs.find(batch.folder, batch.window)
        if known is None or read(f"{batch.path}.manifest") is not None:
            return
        _, dead, lines = (f"{batch.path}{ending}" for ending in OWN)
        content = Content(manifest=known.packed.manifest, lines=read(lines) or b"", dead=read(dead) or b"")
        if self._altered(batch.window, content) != content:
            remove(dead)
            remove(lines)

    def _fill(self, lines: Any, dead: Any, fresh: Collection[Batch]) -> dict[str, Packed]:
        windows: dict[str, Packed] = {}
        for window, was in self._contents(fresh):
            one = self._altered(window, was)
            self.changed += one != was
            windows[window] = Packed(
                manifest=one.manifest,
                lines=_append(lines, one.lines),
                dead=_append(dead, one.dead) if one.dead else None,
            )
            if was.own is not None:
                self.own[window], self._read[window] = was.own, was
        return windows

    def _contents(self, fresh: Collection[Batch]) -> Iterator[tuple[str, Content]]:
        """Yield the windows by their time, each whole; of one that is both known and fresh, what is fresh."""
        own = {batch.window: batch for batch in fresh}
        for window in sorted({*own, *self._known}):
            content = None
            if batch := own.get(window):
                try:
                    content = _own(batch)
                except BrokenBatch as error:
                    self.faults.append(str(error))
            if content is None and (known := self._known.get(window)):
                content = _packed(known)
            if content:
                yield window, content

    def _read_back(self, windows: Mapping[str, Packed], path: str) -> None:
        for packed in windows.values():
            _packed(Found(path=f"{self.folder}/{path.rsplit('/', 1)[1]}", packed=packed))


def _own(batch: Batch) -> Content | None:
    """Return what a window's own files hold, or None where they are being replaced."""
    own = read(f"{batch.path}.manifest")
    manifest = batch.own_manifest()
    if own is None or manifest is None:
        return None
    lines = b"".join(line + b"\n" for line in batch.lines())
    if hashlib.sha256(lines).hexdigest() != manifest.sha256 or read(f"{batch.path}.manifest") != own:
        return None
    dead = read(f"{batch.path}.dead.jsonl") if manifest.dead else b""
    if dead is None:  # a compaction that was killed has removed it
        dead = packs.dead_of(batch.folder, batch.window, manifest.sha256)
    return Content(manifest=manifest, lines=lines, dead=dead, own=own)


def _packed(found: Found) -> Content | None:
    """Return what a pack holds of a window, or None where another compaction has just put it into its own."""
    lines = found.lines()
    if lines is None and read(f"{found.path}{ENDING}") is None:
        return None
    if lines is None:
        raise BrokenBatch(f"{found.path}.zst: missing: bring it back from a copy")
    if hashlib.sha256(lines).hexdigest() != found.packed.manifest.sha256:
        raise BrokenBatch(f"{found.path}.zst: changed since it was written: bring it back from a copy")
    dead = found.dead()
    return None if dead is None else Content(manifest=found.packed.manifest, lines=lines, dead=dead)


def _append(file: Any, content: bytes) -> Frame:
    packed, at = compress(content, level=_LEVEL), file.tell()
    file.write(packed)
    return Frame(at=at, size=len(packed))


def _pack(windows: dict[str, Packed], size: int) -> Pack:
    manifests = [one.manifest for one in windows.values()]
    return Pack(
        windows=windows,
        count=sum(one.count for one in manifests),
        dead=sum(one.dead for one in manifests),
        books=packs.totals(windows),
        size=size,
        made_at=datetime.now(UTC),
    )
