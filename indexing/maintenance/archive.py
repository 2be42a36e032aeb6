"""A backup's folder on the disk: written under another name until it is whole, checked to the last line when read.

mentions.jsonl.gz, runs.jsonl.gz …   a document a line: kind (with the month for mentions), id, source
priors/…                             what brands have learnt of their own streams (nlp.priors), file by file
manifest.json                        counts and checksums; written last

A nightly one holds each index in parts instead, which it shares with the nights before it (parts.py).
"""

import gzip
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from config.errors import UserError
from indexing.elasticsearch.mappings import MONTHLY, STANDING
from indexing.maintenance.parts import BrokenBackup, Kept, documents, verify
from nlp.priors import KEPT

__all__ = ["Archive", "ArchiveWriter", "BackupFailed", "BrokenBackup", "File", "Line", "Manifest", "writing"]

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,99}", re.ASCII)
_KINDS = {MONTHLY: re.compile(rf"{MONTHLY}-\d{{4}}\.(0\d|1[012])"), **{kind: re.compile(kind) for kind in STANDING}}
_ENDING = ".jsonl.gz"
_MANIFEST = "manifest.json"
_PRIORS = "priors"
_UNFINISHED = ".unfinished-"
_FORMATS = (1, 2)
_OTHER = "use another backup"


def kind_of(exact: str) -> str:
    """Return the kind of an index by its kind with the month, which only mentions have."""
    return exact if exact in STANDING else MONTHLY


def remove(folder: Path) -> None:
    """Delete a backup: at once it is none any more, however long its files take to go."""
    gone = folder.with_name(f"{_UNFINISHED}{folder.name}")
    shutil.rmtree(gone, ignore_errors=True)
    folder.rename(gone)
    shutil.rmtree(gone)


class BackupFailed(UserError):
    """The backup cannot be written; nothing of it is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One document: its index's kind as `Store.kind_of` gives it, its id and its content."""

    kind: str
    id: str
    source: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What one file holds, and what its bytes must be."""

    count: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds: files by their kind or, of a nightly one, indices by their kind with the month."""

    made_at: datetime
    files: Mapping[str, File] = field(default_factory=dict)
    indices: Mapping[str, Kept] = field(default_factory=dict)
    priors: Mapping[str, str] = field(default_factory=dict)
    """The checksum of each file of priors, by its name; a tingfeng that knows none passes them over."""
    format: int = 1

    def counts(self) -> dict[str, int]:
        """Return the documents by kind."""
        found = {kind: file.count for kind, file in self.files.items()}
        for exact, kept in self.indices.items():
            found[kind_of(exact)] = found.get(kind_of(exact), 0) + kept.count
        return found


@dataclass(frozen=True, slots=True)
class Archive:
    """The folder of one backup."""

    folder: Path

    @classmethod
    def named(cls, root: Path, name: str) -> "Archive":
        """Return the backup of this name under `root`; BrokenBackup for a name that could lead elsewhere."""
        if not _NAME.fullmatch(name):
            raise BrokenBackup(f"backup {name!r}: write a name of letters, digits, '.', '_' and '-'")
        return cls(root / name)

    def manifest(self) -> Manifest:
        """Return the manifest; BrokenBackup where there is none that can be read."""
        path = self.folder / _MANIFEST
        try:
            manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
        except FileNotFoundError as error:
            raise BrokenBackup(f"{path}: missing: `tingfeng backup` writes one; name another backup") from error
        except (OSError, msgspec.DecodeError) as error:
            raise BrokenBackup(f"{path}: {error}: use another backup") from error
        if manifest.format not in _FORMATS:
            raise BrokenBackup(f"{path}: form {manifest.format}, this version knows 1 and 2: use the one that wrote it")
        exact = {one for one in manifest.indices if not _KINDS[kind_of(one)].fullmatch(one)}
        if strange := (manifest.files.keys() - _KINDS.keys()) | exact:
            raise BrokenBackup(f"{path}: {min(strange)!r} is no kind of index here: use the tingfeng that wrote it")
        return manifest

    def check(self) -> Manifest:
        """Return the manifest after reading every line; BrokenBackup names what is missing, cut off or altered."""
        manifest = self.manifest()
        for kind, file in manifest.files.items():
            path = self._path(kind)
            try:
                with path.open("rb") as content:
                    digest = hashlib.file_digest(content, "sha256").hexdigest()
            except OSError as error:
                raise BrokenBackup(f"{path}: {error.strerror}: use another backup") from error
            if digest != file.sha256:
                raise BrokenBackup(f"{path}: cut off or altered since it was written: use another backup")
            if (count := sum(1 for _ in self.lines(kind))) != file.count:
                raise BrokenBackup(f"{path}: {count} documents instead of {file.count}: use another backup")
        for exact, kept in manifest.indices.items():
            verify(self.folder, kept)
            if (count := sum(1 for _ in documents(self.folder, kept))) != kept.count:
                raise BrokenBackup(f"{self.folder}: {exact}: {count} documents instead of {kept.count}: {_OTHER}")
        for _ in self.priors(manifest):
            pass
        return manifest

    def priors(self, manifest: Manifest) -> Iterator[tuple[str, bytes]]:
        """Yield the files of priors by their names; BrokenBackup names one that is missing or altered."""
        for name, digest in manifest.priors.items():
            if not KEPT.fullmatch(name):
                raise BrokenBackup(f"{self.folder}: {name!r} is no file of priors: {_OTHER}")
            path = self.folder / _PRIORS / name
            try:
                content = path.read_bytes()
            except OSError as error:
                raise BrokenBackup(f"{path}: {error.strerror}: {_OTHER}") from error
            if hashlib.sha256(content).hexdigest() != digest:
                raise BrokenBackup(f"{path}: cut off or altered since it was written: {_OTHER}")
            yield name, content

    def lines(self, kind: str) -> Iterator[Line]:
        """Yield the documents of a kind; BrokenBackup for one that is no document of this kind."""
        manifest = self.manifest()
        for exact, kept in manifest.indices.items():
            if kind_of(exact) == kind:
                for id, source in documents(self.folder, kept):
                    yield Line(kind=exact, id=id, source=source)
        if kind in manifest.files:
            yield from self._file(kind)

    def _file(self, kind: str) -> Iterator[Line]:
        path = self._path(kind)
        decode = msgspec.json.Decoder(Line).decode
        try:
            with gzip.open(path, "rb") as file:
                for number, text in enumerate(file, 1):
                    line = decode(text)
                    if not _KINDS[kind].fullmatch(line.kind):
                        raise BrokenBackup(f"{path}:{number}: kind: {line.kind!r} does not belong here")
                    yield line
        except (OSError, EOFError, msgspec.DecodeError) as error:
            raise BrokenBackup(f"{path}: {error}: use another backup") from error

    def _path(self, kind: str) -> Path:
        return self.folder / f"{kind}{_ENDING}"


class ArchiveWriter:
    """Takes the documents of a backup that is being written, kind by kind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, File] = {}
        self._indices: dict[str, Kept] = {}
        self._priors: dict[str, str] = {}

    def write(self, kind: str, lines: Iterable[Line]) -> None:
        """Write all documents of a kind."""
        path, count = self.folder / f"{kind}{_ENDING}", 0
        with path.open("wb") as raw:
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=5, mtime=0) as file:
                for count, line in enumerate(lines, 1):  # noqa: B007 - the last one is the count
                    file.write(msgspec.json.encode(line) + b"\n")
            raw.flush()
            os.fsync(raw.fileno())
        with path.open("rb") as content:
            self._files[kind] = File(count=count, sha256=hashlib.file_digest(content, "sha256").hexdigest())

    def keep(self, exact: str, kept: Kept) -> None:
        """Note an index whose parts lie in `folder`."""
        self._indices[exact] = kept

    def add_priors(self, found: Iterable[tuple[str, bytes]]) -> None:
        """Write files of priors, by their names."""
        for name, content in found:
            path = self.folder / _PRIORS / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            self._priors[name] = hashlib.sha256(content).hexdigest()

    def close(self) -> None:
        """Write the manifest."""
        form = 2 if self._indices else 1
        manifest = Manifest(
            made_at=datetime.now(UTC), files=self._files, indices=self._indices, priors=self._priors, format=form
        )
        with (self.folder / _MANIFEST).open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def writing(archive: Archive) -> Iterator[ArchiveWriter]:
    """Give a writer for a new backup, which appears under its name only when the block ends well."""
    root = archive.folder.parent
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        if archive.folder.exists():
            raise BackupFailed(f"{archive.folder}: there already: choose another name or delete it")
        for left in root.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=root))
        try:
            writer = ArchiveWriter(folder)
            yield writer
            writer.close()
            folder.rename(archive.folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise BackupFailed(f"{root}: {error}: free space or make it writable, then back up again") from error
