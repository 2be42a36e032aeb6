"""What lies between two stages: a batch of JSON Lines and its manifest, on any fsspec path.

    <root>/<stage>/<feed>/<query>/<window>.jsonl        the lines
    <root>/<stage>/<feed>/<query>/<window>.dead.jsonl   what was set aside, each line with its reason (only if any)
    <root>/<stage>/<feed>/<query>/<window>.manifest     count, sha256, complete or not; written last

A batch without its manifest is not there: a run that dies half-way leaves nothing that a reader would take. Writing the
same window again replaces it whole. A finished batch of posts or mentions is handed on to who takes it up (queue.py).

Days that are over lie compressed in packs (packs.py). Whoever reads a batch need not know: a window's own files count
where they are, and its place in a pack does otherwise.
"""

import hashlib
import io
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

import msgspec

from config import settings
from crawlers.storage import packs, queue
from crawlers.storage.files import named_if_full, read, resolve, sync
from crawlers.storage.manifest import BooksDoNotBalance, BrokenBatch, Manifest, decode_manifest
from crawlers.storage.writer import DeadLetter, Writer

__all__ = [
    "STAGES",
    "Batch",
    "BooksDoNotBalance",
    "BrokenBatch",
    "DeadLetter",
    "Manifest",
    "Writer",
    "batches",
    "manifests",
    "own_batches",
    "query_folder",
    "sweep",
    "window_at",
]

_UNSAFE = re.compile(r"[^\w-]+")
STAGES = ("posts", "runs", "mentions", "replies", "indexed")
"""All of them, in the order in which they are written."""


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

    @property
    def folder(self) -> str:
        """The folder of its query."""
        return self.path.rsplit("/", 1)[0]

    def manifest(self) -> Manifest | None:
        """Return the manifest, or None while the batch has not been written to its end; BrokenBatch if unreadable."""
        return _manifest_of(self._found())

    def lines(self) -> Iterator[bytes]:
        """Yield the lines; BrokenBatch when the file is absent or differs from what its manifest counted."""
        found = self._found()
        if (manifest := _manifest_of(found)) is None:
            raise BrokenBatch(f"{self.path}.manifest: missing, so this batch was never finished; run its stage again")
        if found is not manifest or (file := self._own_lines()) is None:
            yield from self._packed_lines(found if isinstance(found, packs.Found) else None, manifest.sha256)
            return
        digest = hashlib.sha256()
        with file, suppress(FileNotFoundError):  # so an object store tells of one that is replaced under its reader
            for line in file:
                digest.update(line)
                yield line.rstrip(b"\n")
        if digest.hexdigest() != manifest.sha256:
            raise BrokenBatch(f"{self.path}.jsonl: changed since it was written; run its stage again for this window")

    def own_manifest(self) -> Manifest | None:
        """Return the manifest of the window's own files, whatever packs hold."""
        return _own_manifest(self.path)

    def _found(self) -> Manifest | packs.Found | None:
        """Return the window's own manifest, or where it lies packed."""
        return _own_manifest(self.path) or packs.find(self.folder, self.window)

    def _own_lines(self) -> BinaryIO | None:
        """Open the window's own file; None where there is none, as when it has just been packed."""
        fs, path = resolve(f"{self.path}.jsonl")
        try:
            return cast(BinaryIO, fs.open(path, "rb"))
        except FileNotFoundError:
            return None

    def _packed_lines(self, found: packs.Found | None, sha256: str) -> Iterator[bytes]:
        """Yield the lines as a pack has them; where that pack has just given way to another, the other's."""
        for _ in range(3):
            if found and (content := found.lines()) is not None:
                if hashlib.sha256(content).hexdigest() != sha256:
                    raise BrokenBatch(f"{found.path}.zst: changed since it was written: bring it back from a copy")
                for line in io.BytesIO(content):
                    yield line.rstrip(b"\n")
                return
            found = packs.find(self.folder, self.window, sha256)
        where = f"{found.path}.zst" if found else f"{self.path}.jsonl"
        raise BrokenBatch(f"{where}: missing; run its stage again for this window")

    def hand_on(self, manifest: Manifest) -> None:
        """Let this write of the batch wait for the stage that takes it up, where there is one."""
        if consumer := queue.CONSUMERS.get(self.stage):
            queue.put(queue.Marker(consumer=consumer, batch=str(self), mark=manifest.mark))

    def dead_letters(self) -> Iterator[DeadLetter]:
        """Yield what was set aside."""
        content = read(f"{self.path}.dead.jsonl")
        if content is None and (manifest := self.manifest()):
            content = packs.dead_of(self.folder, self.window, manifest.sha256)
        for line in io.BytesIO(content or b""):
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
            with (
                named_if_full(f"{path}.jsonl"),
                fs.open(temporary["jsonl"], "wb") as lines,
                fs.open(temporary["dead.jsonl"], "wb") as dead,
            ):
                writer = Writer(cast(BinaryIO, lines), cast(BinaryIO, dead), self.stage)
                yield writer
                if writer.count:  # there is nothing of an empty file that could be lost
                    sync(lines)
                if writer.dead_count:
                    sync(dead)
            manifest = writer.manifest_of(made_by)
            with named_if_full(f"{path}.manifest"), fs.open(temporary["manifest"], "wb") as file:
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
    """Return the finished batches of a stage in the order of their windows; BrokenBatch names an unreadable pack."""
    found = set(own_batches(stage, feed, query))
    for feed_, query_, folder in packs.day_folders(settings.stage_root(), stage, feed, query):
        for pack in packs.of_day(folder).values():
            found |= {Batch(stage=stage, feed=feed_, query=query_, window=window) for window in pack.windows}
    return sorted(found, key=_by_window)


def own_batches(stage: str, feed: str = "*", query: str = "*") -> list[Batch]:
    """Return the finished batches that lie in files of their own, in no order."""
    fs, pattern = resolve(f"{settings.stage_root().rstrip('/')}/{stage}/{feed}/{query}/*.manifest")
    return [Batch.at("/".join([stage, *name.removesuffix(".manifest").split("/")[-3:]])) for name in fs.glob(pattern)]


def manifests(stage: str) -> dict[Batch, Manifest]:
    """Return the manifests of all finished batches of a stage; unreadable ones are left out, whoever reads them tells.

    It reads all that ever was, which no step that runs every few minutes may do.
    """
    found: dict[Batch, Manifest] = {}
    own = own_batches(stage)  # first: what is packed from here on stands in a pack when those are read
    for feed, query, folder in packs.day_folders(settings.stage_root(), stage):
        with suppress(BrokenBatch):
            for window, one in packs.latest_of(packs.of_day(folder)).items():
                found[Batch(stage=stage, feed=feed, query=query, window=window)] = one.packed.manifest
    for batch in own:
        with suppress(BrokenBatch):
            if manifest := batch.manifest():
                found[batch] = manifest
    return dict(sorted(found.items(), key=lambda item: _by_window(item[0])))


def sweep(stage: str, before: datetime) -> int:
    """Remove what killed writers left behind before an aware time, and return how many files that were."""
    root = f"{settings.stage_root().rstrip('/')}/{stage}"
    fs, path = resolve(root)
    left = [*fs.glob(f"{path}/*/*/*.tmp"), *fs.glob(f"{path}/*/*/*/*.tmp"), *packs.unfinished(root)]
    for name in (old := [name for name in left if fs.modified(name) < before]):
        fs.rm_file(name)
    return len(old)


def query_folder(query: str) -> str:
    """Return a folder name for a query: readable, safe, and different for different queries."""
    readable = _UNSAFE.sub("-", query).strip("-")[:40]
    return f"{readable}-{hashlib.sha256(query.encode()).hexdigest()[:8]}"


def window_at(moment: datetime) -> str:
    """Return the window name of an aware time, in UTC to the second."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _by_window(batch: Batch) -> tuple[str, str, str]:
    return batch.window, batch.feed, batch.query


def _own_manifest(path: str) -> Manifest | None:
    content = read(f"{path}.manifest")
    return None if content is None else decode_manifest(f"{path}.manifest", content)


def _manifest_of(found: Manifest | packs.Found | None) -> Manifest | None:
    return found.packed.manifest if isinstance(found, packs.Found) else found
