"""An index in a backup, as a first part and what changed in later nights: written, linked from night to night, read.

    mentions-2026.11.0.jsonl.zst, mentions-2026.11.1.jsonl.zst …    a document a line: id, source (none: deleted)

A part is never changed. Each night's folder holds all its parts, those of the nights before as hard links, so that it
is whole by itself and another night's deletion takes nothing away; on a disk that knows no links they are copies.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from config.errors import UserError
from crawlers.storage.zstd import ZstdError, ZstdFile

__all__ = [
    "BrokenBackup",
    "Change",
    "Kept",
    "Part",
    "documents",
    "ids_of",
    "link",
    "verify",
    "write_part",
]

_LEVEL = 5
_DELETED = b"null"
_REMEDY = "use another backup; the next night writes this index whole"


class BrokenBackup(UserError):
    """The backup cannot be used; nothing was touched."""


class Change(msgspec.Struct, frozen=True):
    """One document as it came to be; without a source, it was deleted."""

    id: str
    source: dict[str, Any] | None = None


class _Id(msgspec.Struct, frozen=True):
    id: str
    source: msgspec.Raw = msgspec.Raw(_DELETED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of an index, and what its bytes must be."""

    file: str
    lines: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One index: which it was, its last write that is certain to be in, its documents, and its parts in their order."""

    uuid: str
    seq_no: int
    count: int
    parts: tuple[Part, ...]


def write_part(folder: Path, name: str, changes: Iterable[Change]) -> tuple[Part, ...]:
    """Write a part, durably; none where there is nothing to write."""
    path, lines = folder / name, 0
    with path.open("wb") as raw:
        with ZstdFile(raw, "wb", level=_LEVEL) as file:
            for lines, change in enumerate(changes, 1):  # noqa: B007 - the last one is the count
                file.write(msgspec.json.encode(change) + b"\n")
        raw.flush()
        os.fsync(raw.fileno())
    if not lines:
        path.unlink()
        return ()
    return (Part(file=name, lines=lines, sha256=_digest(path)),)


def link(part: Part, source: Path, target: Path) -> None:
    """Let a part of one backup's folder be in another's too."""
    try:
        os.link(source / part.file, target / part.file)
    except OSError:
        shutil.copyfile(source / part.file, target / part.file)


def verify(folder: Path, kept: Kept) -> None:
    """Raise BrokenBackup for the first part that is missing, cut off or altered."""
    for part in kept.parts:
        path = folder / part.file
        try:
            same = _digest(path) == part.sha256
        except OSError as error:
            raise BrokenBackup(f"{path}: {error.strerror}: {_REMEDY}") from error
        if not same:
            raise BrokenBackup(f"{path}: cut off or altered since it was written: {_REMEDY}")


def documents(folder: Path, kept: Kept) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each document (id, source) once, as its newest part has it."""
    newer: set[str] = set()
    decoder = msgspec.json.Decoder(Change)
    for at, part in enumerate(reversed(kept.parts), 1):
        own: set[str] = set()
        for change in _lines(folder / part.file, decoder):
            if change.id not in newer:
                if change.source is not None:
                    yield change.id, change.source
                if at < len(kept.parts):
                    own.add(change.id)
        newer |= own


def ids_of(folder: Path, parts: Sequence[Part]) -> set[str]:
    """Return the ids of the documents that the parts make."""
    found: set[str] = set()
    decoder = msgspec.json.Decoder(_Id)
    for part in parts:
        for change in _lines(folder / part.file, decoder):
            if bytes(change.source) == _DELETED:
                found.discard(change.id)
            else:
                found.add(change.id)
    return found


def _lines(path: Path, decoder: Any) -> Iterator[Any]:
    try:
        with ZstdFile(path, "rb") as file:
            for line in file:
                yield decoder.decode(line)
    except (OSError, EOFError, ZstdError, msgspec.DecodeError) as error:
        raise BrokenBackup(f"{path}: {error}: {_REMEDY}") from error


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
