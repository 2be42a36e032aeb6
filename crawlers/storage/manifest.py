"""What a batch holds, as its manifest says, and how that is read."""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from config.errors import UserError

__all__ = ["BooksDoNotBalance", "BrokenBatch", "Manifest", "decode_manifest"]

_FORMAT = 1


class BrokenBatch(UserError):
    """A batch's file does not fit its manifest; write the window again (the message names the file)."""


class BooksDoNotBalance(Exception):
    """A stage's counts are wrong, so something was lost or counted twice: a fault of ours; nothing was recorded."""


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


def decode_manifest(path: str, content: bytes) -> Manifest:
    """Read the manifest that lies at `path`; BrokenBatch names it where it is none, or a newer version's."""
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BrokenBatch(f"{path}: no manifest ({error}): run its stage again for this window") from error
    if manifest.format != _FORMAT:
        raise BrokenBatch(
            f"{path}: form {manifest.format}, this version knows {_FORMAT}: use the version of tingfeng that wrote it"
        )
    return manifest
