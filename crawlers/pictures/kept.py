"""What is known of pictures' addresses, so that none is asked for twice; it goes when its time is over.

<root>/pictures/<2 digits>/<sha256 of the address>    its fingerprint, or why it has none
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import msgspec

from config import settings
from crawlers.storage import files

__all__ = ["Known", "expire", "keep", "read"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What came of one address; a `reason` that may pass is forgotten and tried again."""

    hash: str | None = None
    reason: str = ""
    at: datetime


def read(address: str) -> Known | None:
    """Return what came of an address; None where it was not asked for, or that was forgotten."""
    return _decoded(files.read(_path(address)))


def keep(address: str, known: Known) -> None:
    """Note what came of an address."""
    files.replace(_path(address), msgspec.json.encode(known))


def expire(before: datetime, *, dry_run: bool = False) -> int:
    """Forget what was noted before that time, and what cannot be read; return how many. With `dry_run`, only count."""
    gone = 0
    for folder in files.folders(_folder()):
        for name in files.names(f"{_folder()}/{folder}"):
            path = f"{_folder()}/{folder}/{name}"
            known = _decoded(files.read(path))
            if known is None or known.at < before:
                gone += 1
                if not dry_run:
                    files.remove(path)
    return gone


def _decoded(content: bytes | None) -> Known | None:
    try:
        return msgspec.json.decode(content, type=Known) if content else None
    except (msgspec.DecodeError, UnicodeDecodeError):  # it is made anew
        return None


def _path(address: str) -> str:
    name = sha256(address.encode("utf-8", "replace")).hexdigest()
    return f"{_folder()}/{name[:2]}/{name}"


def _folder() -> str:
    return f"{settings.stage_root().rstrip('/')}/pictures"
