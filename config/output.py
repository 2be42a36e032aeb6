"""Files that people ask for: whole or not at all, so that what stood there before outlives a kill and a full disk."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import UserError

__all__ = ["NotWritten", "write_whole", "written"]


class NotWritten(UserError):
    """A file cannot be written where somebody wants it; the message says why, and nothing was changed there."""


@contextmanager
def written(target: Path, *, private: bool = False) -> Iterator[Path]:
    """Yield a new file to write, which takes the target's place when the block ends well; NotWritten where it cannot.

    Missing folders are made. With `private`, nobody but its owner may read it. A target that is no file but a device
    or a pipe, such as /dev/stdout, is written as it is.
    """
    try:
        if target.is_dir():
            raise NotWritten(f"{target}: is a folder: name a file in it")
        if target.exists() and not target.is_file():
            yield target
            return
        target = target.resolve()  # a link stays, and what it leads to is replaced
        target.parent.mkdir(parents=True, exist_ok=True)
        new = target.with_name(f".{secrets.token_hex(8)}{target.suffix[:20]}")
        os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666))
        try:
            yield new
            _to_disk(new)
            new.replace(target)
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise NotWritten(f"{target}: cannot be written ({reason}): name another place, or make room there") from error


def write_whole(target: Path, content: str | bytes, *, private: bool = False) -> None:
    """Write a text, in UTF-8, or bytes so."""
    with written(target, private=private) as path:
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
