"""What lies between two stages: a batch of JSON Lines and its manifest, on any fsspec path.

    <root>/<stage>/<feed>/<query>/<window>.jsonl        the lines
    <root>/<stage>/<feed>/<query>/<window>.dead.jsonl   what was set aside, each line with its reason (only if any)
    <root>/<stage>/<feed>/<query>/<window>.manifest     count, sha256, complete or not; written last

A batch without its manifest is not there: a run that dies half-way leaves nothing that a reader would take. Writing the
same window again replaces it whole. A finished batch of posts or mentions is handed on to who takes it up (queue.py).
"""

import hashlib
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

import msgspec

from config import settings
from config.errors import UserError
from crawlers import queue
from crawlers.files import read, resolve, sync

__all__ = [
    "Batch",
    "BrokenBatch",
    "DeadLetter",
    "Manifest",
    "Writer",
    "batches",
    "manifests",
    "query_folder",
    "sweep",
    "window_at",
]

_UNSAFE = re.compile(r"[^\w-]+")
_FORMAT = 1


class BrokenBatch(UserError):
    """A batch's file does not fit its manifest; write the window again (the message names the file)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """What could not be used: where, why, and the thing itself as it came."""

    stage: str
    reason: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a batch holds; `books` are the stage's own counts, such as matched and unmatched."""

    count: int
    dead: int
    sha256: str
    complete: bool
    made_at: datetime
    made_by: str = ""
    """The version of what wrote the batch, so that work already done is seen to be done."""
    books: dict[str, int] = field(default_factory=dict)
    mark: str = "0"
    """The write's mark in the queue; "0" from before there was one."""
    format: int = _FORMAT


class Writer:
    """Takes a batch's lines; nothing is visible until the batch is closed without an error."""

    def __init__(self, lines: BinaryIO, dead: BinaryIO, stage: str) -> None:
        self._lines, self._dead, self._stage = lines, dead, stage
        self.hash = hashlib.sha256()
        self.count = self.dead_count = 0
        self.complete = True
        self.books: dict[str, int] = {}
        self.manifest: Manifest
        """What was written; only there once the batch is closed."""

    def add(self, line: bytes) -> None:
        """Append one line, given without its line end."""
        data = line + b"\n"
        self._lines.write(data)
        self.hash.update(data)
        self.count += 1

    def set_aside(self, reason: str, content: str) -> None:
        """Append a dead letter."""
        self._dead.write(msgspec.json.encode(DeadLetter(stage=self._stage, reason=reason, content=content)) + b"\n")
        self.dead_count += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The address of one batch; `window` sorts by time, such as `20261122T190000Z`."""

    stage: str
    feed: str
    query: str
    """The query's folder name, from `query_folder`."""
    window: str

    @classmethod
    def at(cls, path: str) -> "Batch":
        """Return the batch that `path` (as `str(batch)` gives it) names."""
        stage, feed, query, window = path.rsplit("/", 3)
        return cls(stage=stage, feed=feed, query=query, window=window)

    def __str__(self) -> str:
        return f"{self.stage}/{self.feed}/{self.query}/{self.window}"

    def to(self, stage: str) -> "Batch":
        """Return the batch of the same window in another stage."""
        return Batch(stage=stage, feed=self.feed, query=self.query, window=self.window)

    @property
    def path(self) -> str:
        """The file's path without its ending, below the stages' root."""
        return f"{settings.stage_root().rstrip('/')}/{self}"

    def manifest(self) -> Manifest | None:
        """Return the manifest, or None while the batch has not been written to its end; BrokenBatch if unreadable."""
        content = read(f"{self.path}.manifest")
        return None if content is None else _manifest(f"{self.path}.manifest", content)

    def lines(self) -> Iterator[bytes]:
        """Yield the lines; BrokenBatch when the file is absent or differs from what its manifest counted."""
        manifest = self.manifest()
        if manifest is None:
            raise BrokenBatch(f"{self.path}.manifest: missing, so this batch was never finished; run its stage again")
        digest = hashlib.sha256()
        fs, path = resolve(f"{self.path}.jsonl")
        try:
            with fs.open(path, "rb") as file:
                for line in file:
                    digest.update(line)
                    yield line.rstrip(b"\n")
        except FileNotFoundError as error:
            raise BrokenBatch(f"{self.path}.jsonl: missing; run its stage again for this window") from error
        if digest.hexdigest() != manifest.sha256:
            raise BrokenBatch(f"{self.path}.jsonl: changed since it was written; run its stage again for this window")

    def hand_on(self, manifest: Manifest) -> None:
        """Let this write of the batch wait for the stage that takes it up, where there is one."""
        if consumer := queue.CONSUMERS.get(self.stage):
            queue.put(queue.Marker(consumer=consumer, batch=str(self), mark=manifest.mark))

    def dead_letters(self) -> Iterator[DeadLetter]:
        """Yield what was set aside."""
        fs, path = resolve(f"{self.path}.dead.jsonl")
        if fs.exists(path):
            with fs.open(path, "rb") as file:
                for line in file:
                    yield msgspec.json.decode(line, type=DeadLetter)

    @contextmanager
    def write(self, made_by: str = "", *, hand_on: bool = True) -> Iterator[Writer]:
        """Open the batch for writing; on a clean exit it replaces what the window held, otherwise that stays.

        The old manifest goes first and the new one comes last, so that at every instant the batch is either whole or
        absent. With `hand_on` its marker is put before either happens, and again behind it: whenever this dies, what
        became visible is in the queue, even if a consumer with another clock took the first marker for an older one.
        """
        fs, path = resolve(self.path)
        fs.makedirs(fs._parent(path), exist_ok=True)
        own = uuid.uuid4().hex[:8]
        temporary = {ending: f"{path}.{ending}.{own}.tmp" for ending in ("jsonl", "dead.jsonl", "manifest")}
        try:
            with fs.open(temporary["jsonl"], "wb") as lines, fs.open(temporary["dead.jsonl"], "wb") as dead:
                writer = Writer(cast(BinaryIO, lines), cast(BinaryIO, dead), self.stage)
                yield writer
                sync(lines)
                sync(dead)
            manifest = Manifest(
                count=writer.count,
                dead=writer.dead_count,
                sha256=writer.hash.hexdigest(),
                complete=writer.complete,
                made_at=datetime.now(UTC),
                made_by=made_by,
                books=writer.books,
                mark=queue.new_mark(),
            )
            with fs.open(temporary["manifest"], "wb") as file:
                file.write(msgspec.json.encode(manifest))
                sync(file)
            if hand_on:
                self.hand_on(manifest)
            _exchange(fs, path, temporary, manifest)
            if hand_on:
                self.hand_on(manifest)
            writer.manifest = manifest
        finally:
            for name in temporary.values():
                with suppress(FileNotFoundError):
                    fs.rm_file(name)


def _exchange(fs: Any, path: str, temporary: dict[str, str], manifest: Manifest) -> None:
    """Put a batch's files in the place of those that were there."""
    for old in (f"{path}.manifest", f"{path}.dead.jsonl"):
        with suppress(FileNotFoundError):
            fs.rm_file(old)
    fs.mv(temporary["jsonl"], f"{path}.jsonl")
    if manifest.dead:
        fs.mv(temporary["dead.jsonl"], f"{path}.dead.jsonl")
    fs.mv(temporary["manifest"], f"{path}.manifest")


def batches(stage: str, feed: str = "*", query: str = "*") -> list[Batch]:
    """Return the finished batches of a stage in the order of their windows."""
    root = settings.stage_root().rstrip("/")
    fs, pattern = resolve(f"{root}/{stage}/{feed}/{query}/*.manifest")
    found = [Batch.at("/".join([stage, *name.removesuffix(".manifest").split("/")[-3:]])) for name in fs.glob(pattern)]
    return sorted(found, key=lambda batch: (batch.window, batch.feed, batch.query))


def manifests(stage: str) -> dict[Batch, Manifest]:
    """Return the manifests of all finished batches of a stage; unreadable ones are left out, whoever reads them tells.

    It reads all that ever was, which no step that runs every few minutes may do.
    """
    found = {}
    for batch in batches(stage):
        with suppress(BrokenBatch):
            if manifest := batch.manifest():
                found[batch] = manifest
    return found


def sweep(stage: str, before: datetime) -> int:
    """Remove what killed writers left behind before an aware time, and return how many files that were."""
    fs, pattern = resolve(f"{settings.stage_root().rstrip('/')}/{stage}/*/*/*.tmp")
    left = [name for name in fs.glob(pattern) if fs.modified(name) < before]
    for name in left:
        fs.rm_file(name)
    return len(left)


def query_folder(query: str) -> str:
    """Return a folder name for a query: readable, safe, and different for different queries."""
    readable = _UNSAFE.sub("-", query).strip("-")[:40]
    return f"{readable}-{hashlib.sha256(query.encode()).hexdigest()[:8]}"


def window_at(moment: datetime) -> str:
    """Return the window name of an aware time, in UTC to the second."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _manifest(path: str, content: bytes) -> Manifest:
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BrokenBatch(f"{path}: no manifest ({error}): run its stage again for this window") from error
    if manifest.format != _FORMAT:
        raise BrokenBatch(
            f"{path}: form {manifest.format}, this version knows {_FORMAT}: use the version of tingfeng that wrote it"
        )
    return manifest
