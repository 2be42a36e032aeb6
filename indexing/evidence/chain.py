"""Lines at the end of this machine's chain: written once and for all, one process at a time, whole or not at all.

A kill leaves at most a torn last line, or content whose line was never written. The next writer cuts both off, and says
so in the chain.
"""

import fcntl
import logging
import os
import re
import socket
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from config import settings
from config.settings import DAY_ZONE
from crawlers.storage import files
from indexing.evidence.line import NOTHING, BrokenChain, Item, Line, decode_kept, decode_line, digest_of, write
from indexing.evidence.roots import is_sealed, sealed_until
from indexing.evidence.segments import KEPT, LINES, Segment, chain_root, days, read, segments

__all__ = ["End", "Place", "append", "end_of", "locked", "noted_ends", "writer_name"]

_log = logging.getLogger(__name__)
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a line stands."""

    day: str
    writer: str
    n: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The last line of a writer; none where it has written nothing."""

    day: str = ""
    n: int = 0
    digest: str = NOTHING
    segment: Segment | None = None
    """The file in which it stands."""
    size: int = 0
    """Bytes of that file, by which another writer's lines are noticed."""


@contextmanager
def locked(name: str = "lock") -> Iterator[None]:
    """Let one process of this machine at a time write to its chain, or do what `name` says."""
    folder = settings.data_dir() / "chain"
    folder.mkdir(parents=True, exist_ok=True)
    with Path(folder / name).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # goes with the file, and with the process
        yield


def writer_name() -> str:
    """Return by what name this machine (its data folder) writes: one chain each; call it under the lock."""
    path = settings.data_dir() / "chain" / "writer"
    if not path.exists():
        host = _UNSAFE.sub("-", socket.gethostname())[:40] or "host"
        draft = path.with_suffix(".draft")
        draft.write_text(f"{host}-{uuid.uuid4().hex[:8]}", encoding="utf-8")
        draft.rename(path)
    return path.read_text(encoding="utf-8").strip()


def append(items: Sequence[Item], *, now: datetime | None = None) -> list[Place]:
    """Write the items as lines that follow each other, on the disk when this returns; return where they stand.

    BrokenChain where the end of the chain is not as it was written, but for a torn last line, which is mended.
    """
    if not items:
        return []
    now = now or datetime.now(UTC)
    with locked():
        writer = writer_name()
        end, cut = _mended(writer)
        if cut:
            items = [Item(kind="mended", content={"cut": cut}), *items]
        return _write(writer, end, items, now)


def _write(writer: str, end: End, items: Sequence[Item], now: datetime) -> list[Place]:
    day = _day(end, now)
    lines, kept, places = [], [], []
    n, before = end.n, end.digest
    for item in items:
        n += 1
        line, content = write(item, n=n, before=before, at=now)
        before = digest_of(line)
        lines.append(line)
        kept.append(content)
        places.append(Place(day=day, writer=writer, n=n, digest=before))
    folder = f"{chain_root()}/{day}/{writer}"
    goes_on = end.segment is not None and end.day == day and not end.segment.packed and _appendable(folder)
    segment = end.segment if goes_on and end.segment else Segment(folder=folder, first=end.n + 1, what=LINES)
    _put(replace(segment, what=KEPT), kept)  # first: a line never stands without what it speaks of
    size = _put(segment, lines)
    _note(writer, End(day=day, n=n, digest=before, segment=segment, size=size))
    return places


def _day(end: End, now: datetime) -> str:
    """Return the day to write to: never one before the last line's, nor one that has its root, whatever the clock."""
    day = max(now.astimezone(DAY_ZONE).date().isoformat(), end.day)
    if (day != end.day or is_sealed(day)) and day <= (sealed := sealed_until()):
        return (date.fromisoformat(sealed) + timedelta(days=1)).isoformat()
    return day


def _appendable(path: str) -> bool:
    return _local(path) is not None


def _local(path: str) -> Path | None:
    """Return a path of this machine's own file system, which can be appended to; None for any other."""
    fs, resolved = files.resolve(path)
    return Path(resolved) if "file" in (fs.protocol if isinstance(fs.protocol, tuple) else (fs.protocol,)) else None


def _put(segment: Segment, lines: Sequence[bytes]) -> int:
    """Add lines to a file, and return how long it is then."""
    data = b"".join(line + b"\n" for line in lines)
    path = _local(segment.path)
    if path is None:
        files.replace(segment.path, data)
        return len(data)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


def end_of(writer: str) -> End:
    """Return the last line of a writer as the files tell; BrokenChain where it cannot be read."""
    for day in reversed(days()):
        if found := segments(day, writer, LINES):
            content = read(found[-1])
            last = content.rstrip(b"\n").rsplit(b"\n", 1)[-1]
            if not last:
                continue
            line = _decoded(last, found[-1].path)
            return End(day=day, n=line.n, digest=digest_of(last), segment=found[-1], size=len(content))
    return End()


def _decoded(last: bytes, path: str) -> Line:
    try:
        return decode_line(last)
    except msgspec.DecodeError as error:
        raise BrokenChain(
            f"{path}: its last line is damaged ({error}): bring it back from a copy; `tingfeng prove` says what else is"
        ) from error


def _mended(writer: str) -> tuple[End, str]:
    """Return the end of the chain, and what was torn off it."""
    noted = _noted(writer)
    if noted and noted.end.segment:
        segment = noted.end.segment
        kept = _size(replace(segment, what=KEPT)) or 0  # less than noted where something was erased
        if _size(segment) == noted.end.size and kept <= noted.kept:
            return noted.end, ""
    cut = _cut_torn(writer)
    end = end_of(writer)
    if noted and end.n < noted.end.n:
        raise BrokenChain(
            f"{chain_root()}/{end.day or noted.end.day}/{writer}: ends with line {end.n:,}, though line"
            f" {noted.end.n:,} was written: bring the files back from a copy, or remove"
            f" {settings.data_dir() / 'chain'} to begin a chain of a new name; `tingfeng prove` names what is missing"
        )
    return end, cut


def _cut_torn(writer: str) -> str:
    """Cut off what a kill left: half a line, and content whose line was never written; return it."""
    day = next((day for day in reversed(days()) if segments(day, writer, KEPT) or segments(day, writer, LINES)), None)
    if day is None:
        return ""
    torn = ""
    for segment in segments(day, writer, LINES)[-1:]:
        content = b"" if segment.packed else read(segment)
        if content and not content.endswith(b"\n"):
            whole = content[: content.rfind(b"\n") + 1]
            torn = content[len(whole) :].decode(errors="replace")
            _log.warning("%s: the last line was torn by a kill and is cut off: %s", segment.path, torn)
            files.replace(segment.path, whole) if whole else files.remove(segment.path)
    last = end_of(writer).n
    for segment in segments(day, writer, KEPT)[-1:]:
        if not segment.packed:
            _cut_orphans(segment, last)
    return torn


def _cut_orphans(segment: Segment, last: int) -> None:
    content = read(segment)
    whole = []
    for entry in content.splitlines(keepends=True):
        try:
            if entry.endswith(b"\n") and decode_kept(entry).n <= last:
                whole.append(entry)
        except msgspec.DecodeError:
            continue
    mended = b"".join(whole)
    if mended != content:
        files.replace(segment.path, mended) if mended else files.remove(segment.path)


def _size(segment: Segment) -> int | None:
    fs, resolved = files.resolve(segment.path)
    fs.invalidate_cache()
    try:
        return int(fs.info(resolved)["size"])
    except FileNotFoundError:
        return None


def _head(writer: str) -> Path:
    return settings.data_dir() / "chain" / f"{writer}.end"


class _Noted(msgspec.Struct):
    """The end of the chain as the last write left it, and how long the file beside was."""

    end: End
    kept: int


def _note(writer: str, end: End) -> None:
    kept = _size(replace(end.segment, what=KEPT)) if end.segment else None
    draft = _head(writer).with_suffix(".draft")
    draft.write_bytes(msgspec.json.encode(_Noted(end=end, kept=kept or 0)))
    draft.rename(_head(writer))


def noted_ends() -> dict[str, End]:
    """Return by writer the last line that this machine (its data folder) remembers to have written."""
    found = {path.stem: _noted(path.stem) for path in (settings.data_dir() / "chain").glob("*.end")}
    return {writer: noted.end for writer, noted in found.items() if noted}


def _noted(writer: str) -> _Noted | None:
    try:
        return msgspec.json.decode(_head(writer).read_bytes(), type=_Noted)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
