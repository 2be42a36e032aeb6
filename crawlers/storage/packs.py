"""A finished day's windows of one query, compressed in one file: how they are read.

    <root>/<stage>/<feed>/<query>/<day>/<pack>.zst        the windows' lines, a zstd frame each
    <root>/<stage>/<feed>/<query>/<day>/<pack>.dead.zst   what was set aside, likewise (only if any)
    <root>/<stage>/<feed>/<query>/<day>/<pack>.pack       the windows' own manifests, and where their frames lie; last

A pack is never changed. A day has several after late windows, a kill, or two compactions at once; of a window that
stands in more than one, the latest write counts. crawlers/storage/compact.py writes them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, reduce
from operator import or_

import msgspec

from config import settings
from crawlers.storage.files import listed, read, resolve
from crawlers.storage.manifest import BrokenBatch, Manifest
from crawlers.storage.zstd import ZstdError, decompress

__all__ = [
    "ENDING",
    "Found",
    "Frame",
    "Pack",
    "Packed",
    "day_folders",
    "day_of",
    "dead_of",
    "find",
    "latest_of",
    "of_day",
    "totals",
    "unfinished",
]

ENDING = ".pack"
_FORMAT = 1
_WINDOW = re.compile(r"(\d{8})T\d{6}Z(?:-\d{5,})?")
_TRIES = 5
_AT_HAND = 128
"""Manifests of packs that are kept in memory: a reader goes through the windows of many queries by their time."""
_COPY = "bring it back from a copy, or remove the .pack beside it to give its windows up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where one window's compressed bytes lie in the file."""

    at: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """One window: the manifest that it had, and its frames."""

    manifest: Manifest
    lines: Frame
    dead: Frame | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What a pack holds; `count`, `dead` and `books` are its windows' added up, `size` are its file's bytes."""

    windows: dict[str, Packed]
    count: int
    dead: int
    books: dict[str, int] = field(default_factory=dict)
    size: int
    made_at: datetime
    format: int = _FORMAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One window in one pack; `path` is the pack's without its ending."""

    path: str
    packed: Packed

    def lines(self) -> bytes | None:
        """Return the lines, or None where the pack has just given way to another; BrokenBatch for a damaged file."""
        return _frame(f"{self.path}.zst", self.packed.lines)

    def dead(self) -> bytes | None:
        """Return what was set aside, nothing once its time was over; None where the pack has just given way."""
        if self.packed.dead is None:
            return b""
        content = _frame(f"{self.path}.dead.zst", self.packed.dead)
        return b"" if content is None and read(f"{self.path}{ENDING}") is not None else content


def dead_of(folder: str, window: str, sha256: str) -> bytes:
    """Return what was set aside of the window with these lines, in whichever pack it lies now."""
    for _ in range(_TRIES):
        found = find(folder, window, sha256)
        if found is None:
            return b""
        if (content := found.dead()) is not None:
            return content
    raise BrokenBatch(f"{folder}: its packs change all the time: let whatever compacts them end, then try again")


def day_of(window: str) -> str | None:
    """Return the day of a window that is named by its time, in UTC: `20261122`."""
    named = _WINDOW.fullmatch(window)
    return named[1] if named else None


def find(folder: str, window: str, sha256: str | None = None) -> Found | None:
    """Return the window's latest write among the packs of a query's folder, or the one with these lines."""
    if not (day := day_of(window)):
        return None
    known: list[Found] = []
    for _ in range(2):  # a listing may miss both a pack that goes and the one that takes its place
        there = of_day(f"{folder}/{day}")
        known = [
            Found(path=path, packed=pack.windows[window]) for path, pack in there.items() if window in pack.windows
        ]
        if known or not there:
            break
    return max((one for one in known if sha256 in (None, one.packed.manifest.sha256)), key=_written, default=None)


def latest_of(packs: Mapping[str, Pack]) -> dict[str, Found]:
    """Return every window of a day's packs, each as it was written last."""
    found: dict[str, Found] = {}
    for path, pack in packs.items():
        for window, packed in pack.windows.items():
            one = Found(path=path, packed=packed)
            if window not in found or _written(one) > _written(found[window]):
                found[window] = one
    return found


def unfinished(stage: str) -> list[str]:
    """Return the files of packs below a stage's folder that have no `.pack` beside them: it is written last."""
    fs, pattern = resolve(f"{stage}/*/*/*/*.zst")
    whole = {str(name).removesuffix(ENDING) for name in fs.glob(pattern.removesuffix(".zst") + ENDING)}
    return [name for name in fs.glob(pattern) if name.removesuffix(".zst").removesuffix(".dead") not in whole]


def _written(found: Found) -> tuple[datetime, str]:
    return found.packed.manifest.made_at, found.packed.manifest.mark


def of_day(folder: str) -> dict[str, Pack]:
    """Return the packs of a day's folder by their paths without ending; BrokenBatch names one that cannot be read."""
    for attempt in range(_TRIES):
        if (found := listed(folder)) is None:
            return {}
        there = [f"{folder}/{name}" for name in found if name.endswith(ENDING)]
        if not there and attempt == 0:
            continue
        try:
            return {path.removesuffix(ENDING): _load(path) for path in there}
        except FileNotFoundError:
            continue  # a compaction has just put it into another one
    raise BrokenBatch(f"{folder}: its packs change all the time: let whatever compacts them end, then try again")


@lru_cache(maxsize=_AT_HAND)
def _load(path: str) -> Pack:
    """Read the pack whose `.pack` lies at this path; once, for it is never changed."""
    content = read(path)
    if content is None:
        raise FileNotFoundError(path)
    try:
        pack = msgspec.json.decode(content, type=Pack)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BrokenBatch(f"{path}: no pack ({error}): {_COPY}") from error
    if pack.format != _FORMAT:
        raise BrokenBatch(f"{path}: form {pack.format}, this version knows {_FORMAT}: use the version that wrote it")
    return pack


def day_folders(root: str, stage: str, feed: str = "*", query: str = "*") -> Iterator[tuple[str, str, str]]:
    """Yield feed, query and folder of each day that has packs, in order."""
    fs, pattern = resolve(f"{root.rstrip('/')}/{stage}/{feed}/{query}/*/*{ENDING}")
    seen = {str(name).rsplit("/", 1)[0] for _ in range(2) for name in fs.glob(pattern)}  # one listing may miss both
    for folder in sorted(seen):
        of, feed, query, day = folder.rsplit("/", 4)[-4:]
        yield feed, query, f"{root.rstrip('/')}/{of}/{feed}/{query}/{day}"


def faults() -> Iterator[str]:
    """Yield what is wrong with the packs of all stages, as far as their manifests and their files' sizes tell."""
    for _, _, folder in day_folders(settings.stage_root(), "*"):
        try:
            for path, pack in of_day(folder).items():
                fs, content = resolve(f"{path}.zst")
                size = fs.size(content) if fs.exists(content) else None
                if size != pack.size:
                    found = "missing" if size is None else f"{size:,} bytes instead of {pack.size:,}"
                    yield f"{path}.zst: {found}: {_COPY}"
        except BrokenBatch as error:
            yield str(error)


def _frame(path: str, frame: Frame) -> bytes | None:
    fs, resolved = resolve(path)
    try:
        content = fs.cat_file(resolved, start=frame.at, end=frame.at + frame.size)
    except FileNotFoundError:
        return None
    if len(content) < frame.size:
        raise BrokenBatch(f"{path}: cut off after byte {frame.at + len(content):,}: {_COPY}")
    try:
        return decompress(content)
    except ZstdError as error:
        raise BrokenBatch(f"{path}: damaged at byte {frame.at:,} ({error}): {_COPY}") from error


def totals(windows: dict[str, Packed]) -> dict[str, int]:
    """Return the windows' books added up."""
    keys = reduce(or_, (one.manifest.books.keys() for one in windows.values()), set[str]())
    return {key: sum(one.manifest.books.get(key, 0) for one in windows.values()) for key in sorted(keys)}
