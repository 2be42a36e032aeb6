"""The lines of a batch as they are written, and what is set aside beside them."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

import msgspec

from crawlers.storage import queue
from crawlers.storage.manifest import Manifest

__all__ = ["DeadLetter", "Writer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """What could not be used: where, why, and the thing itself as it came."""

    stage: str
    reason: str
    content: str


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

    def manifest_of(self, made_by: str) -> Manifest:
        """Return the manifest of what was written, with a new mark."""
        return Manifest(
            count=self.count,
            dead=self.dead_count,
            sha256=self.hash.hexdigest(),
            complete=self.complete,
            made_at=datetime.now(UTC),
            made_by=made_by,
            books=self.books,
            mark=queue.new_mark(),
        )
