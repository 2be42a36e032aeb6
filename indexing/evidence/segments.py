"""Where the chains lie: a folder a day and writer, of files that only ever grow, on any fsspec path.

    <root>/chain/<day>/<writer>/<n>.lines    lines from number n on
    <root>/chain/<day>/<writer>/<n>.kept     what they speak of, with the salts; written first
    <root>/chain/<day>/root.json             the day's root, once the day is over
    <root>/chain/receipts/<receipt>.json     which line says that something was erased

Where files can be appended to, a writer has one of each a day; an object store gets new ones with each write. Of days
that are over, `.lines.zst` and `.kept.zst` hold all of a writer's, compressed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from config import settings
from crawlers import files
from crawlers.zstd import ZstdError, compress, decompress
from indexing.evidence.line import BrokenChain

__all__ = ["KEPT", "LINES", "Segment", "chain_root", "compact", "days", "read", "segments", "writers"]

LINES, KEPT = "lines", "kept"
_LEVEL = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One file of a day and writer; its first line has the number `first`."""

    folder: str
    first: int
    what: str
    packed: bool = False

    @property
    def path(self) -> str:
        """Where it lies."""
        return f"{self.folder}/{self.first:012d}.{self.what}{'.zst' if self.packed else ''}"


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
    folder = f"{chain_root()}/{day}/{writer}"
    found = [one for name in files.names(folder) if (one := _named(folder, name)) and one.what == what]
    packed = max((one.first for one in found if one.packed), default=None)
    kept = [one for one in found if packed is None or one.packed]  # the others are about to be removed
    return sorted(kept, key=lambda one: one.first)


def _named(folder: str, name: str) -> Segment | None:
    first, _, what = name.partition(".")
    plain = what.removesuffix(".zst")
    if not first.isdigit() or plain not in (LINES, KEPT):
        return None
    return Segment(folder=folder, first=int(first), what=plain, packed=what.endswith(".zst"))


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
    own = segments(day, writer, what)
    if own and not own[0].packed:
        whole = b"".join(map(read, own))
        if whole and not whole.endswith(b"\n"):
            return  # torn: the writer mends it first
        target = Segment(folder=folder, first=own[0].first, what=what, packed=True)
        files.replace(target.path, compress(whole, level=_LEVEL))
    for name in files.names(folder):
        left = _named(folder, name)
        if left and left.what == what and not left.packed:
            files.remove(left.path)
            yield left.path
