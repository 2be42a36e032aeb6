"""Where the chains lie: a folder a day and writer, of files that only ever grow, on any fsspec path.

    <root>/chain/<day>/<writer>/<n>.lines    lines from number n on
    <root>/chain/<day>/<writer>/<n>.kept     what they speak of, with the salts; written first
    <root>/chain/<day>/root.json             the day's root, once the day is over
    <root>/chain/receipts/<receipt>.json     which line says that something was erased

Where files can be appended to, a writer has one of each a day; an object store gets new ones with each write. Of days
that are over, `<n>-<last>.lines.zst` and `.kept.zst` hold a writer's, compressed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from config import settings
from crawlers.storage import files
from crawlers.storage.zstd import ZstdError, compress, decompress
from indexing.evidence.line import BrokenChain

__all__ = ["KEPT", "LINES", "Segment", "chain_root", "compact", "days", "read", "segments", "writers"]

LINES, KEPT = "lines", "kept"
_LEVEL = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One file of a day and writer, with lines from number `first` on; a compressed one says to which."""

    folder: str
    first: int
    what: str
    last: int = 0
    """The last number of a compressed file; 0 for one that grows."""

    @property
    def packed(self) -> bool:
        """Whether it is compressed, and complete."""
        return self.last > 0

    @property
    def path(self) -> str:
        """Where it lies."""
        numbers = f"{self.first:012d}-{self.last:012d}" if self.packed else f"{self.first:012d}"
        return f"{self.folder}/{numbers}.{self.what}{'.zst' if self.packed else ''}"


def chain_root() -> str:
    """Return the folder below the stages' root."""
    return f"{settings.stage_root().rstrip('/')}/chain"


def days() -> list[str]:
    """Return the days of which there are lines, such as `2026-11-20`, oldest first."""
    return [name for name in files.folders(chain_root()) if name[:1].isdigit()]


def writers(day: str) -> list[str]:
    """Return who has written that day."""
    return files.folders(f"{chain_root()}/{day}")


def segments(day: str, writer: str, what: str) -> list[Segment]:
    """Return the files of a day and writer in the order of their lines."""
    found = _there(f"{chain_root()}/{day}/{writer}", what)
    return [one for one in found if not _covered(one, found)]


def _there(folder: str, what: str) -> list[Segment]:
    named = (_named(folder, name) for name in files.names(folder))
    return sorted((one for one in named if one and one.what == what), key=lambda one: one.first)


def _covered(segment: Segment, found: list[Segment]) -> bool:
    """Whether a compressed file holds the lines of this one, which is about to be removed."""
    return not segment.packed and any(one.first <= segment.first <= one.last for one in found)


def _named(folder: str, name: str) -> Segment | None:
    numbers, _, what = name.partition(".")
    first, _, last = numbers.partition("-")
    plain = what.removesuffix(".zst")
    if not first.isdigit() or plain not in (LINES, KEPT) or (what != plain) != last.isdigit():
        return None
    return Segment(folder=folder, first=int(first), what=plain, last=int(last or 0))


def read(segment: Segment) -> bytes:
    """Return a file's bytes; BrokenChain where it cannot be read."""
    content = files.read(segment.path)
    if content is None:
        raise BrokenChain(f"{segment.path}: missing: bring it back from a copy")
    if not segment.packed:
        return content
    try:
        return decompress(content)
    except ZstdError as error:
        raise BrokenChain(f"{segment.path}: cut off or damaged ({error}): bring it back from a copy") from error


def compact(before: str) -> int:
    """Compress the days before this one, each writer's into one file; return how many files went. Again does nothing.

    A file that is seen under its new name replaces the others, so that a kill in between leaves nothing twice.
    """
    gone = 0
    for day in days():
        for writer in writers(day) if day < before else ():
            for what in (KEPT, LINES):
                gone += sum(1 for _ in _packed(day, writer, what))
    return gone


def _packed(day: str, writer: str, what: str) -> Iterator[str]:
    folder = f"{chain_root()}/{day}/{writer}"
    own = [one for one in segments(day, writer, what) if not one.packed]
    whole = b"".join(map(read, own))
    if whole and not whole.endswith(b"\n"):
        return  # torn: the writer mends it first
    if whole:
        last = _number(whole[:-1].rsplit(b"\n", 1)[-1])
        if last is None:
            return  # damaged: `prove` says where
        target = Segment(folder=folder, first=own[0].first, what=what, last=last)
        files.replace(target.path, compress(whole, level=_LEVEL))
    found = _there(folder, what)
    for left in found:
        if _covered(left, found):
            files.remove(left.path)
            yield left.path


def _number(line: bytes) -> int | None:
    try:
        return int(msgspec.json.decode(line)["n"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return None
