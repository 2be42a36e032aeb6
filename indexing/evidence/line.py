"""One line of a chain: what it follows, and a salted digest of what it speaks of.

The content lies beside, with its salt, so that both can be dropped without a break in the chain: without the salt
nobody can tell from the digest what was there, however few possibilities there are.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from config.errors import UserError
from indexing.mentions.document import timestamp

__all__ = ["NOTHING", "BrokenChain", "Item", "Kept", "Line", "decode_kept", "decode_line", "digest_of", "write"]

NOTHING = "0" * 64
"""What the first line of a writer follows."""
_SALT = 16


class BrokenChain(UserError):
    """A file of the chain is not as it was written; the message names it, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """Something to be kept: `keys` are ids of the mentions, posts, stories, customers … by which it can be erased."""

    kind: str
    content: Mapping[str, Any]
    keys: tuple[str, ...] = ()


class Line(msgspec.Struct, frozen=True):
    """A line of the chain, as it is written; its digest is that of its bytes, without the line end."""

    n: int
    """Its number among all lines of its writer, from 1."""
    before: str
    """The digest of the writer's line before."""
    at: str
    kind: str
    of: str
    """sha256(salt + content)."""


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a line speaks of, beside the chain; `erased` names the receipt where it is gone."""

    n: int
    salt: str = ""
    content: msgspec.Raw = msgspec.Raw(b"")
    erased: str = ""


decode_line = msgspec.json.Decoder(Line, strict=False).decode
decode_kept = msgspec.json.Decoder(Kept, strict=False).decode


def digest_of(line: bytes) -> str:
    """Return the digest of a line's bytes, given without the line end."""
    return hashlib.sha256(line).hexdigest()


def write(item: Item, *, n: int, before: str, at: datetime) -> tuple[bytes, bytes]:
    """Return a new line that follows the one with digest `before`, and what is kept beside; both without line ends."""
    content = msgspec.json.encode({**item.content, "keys": sorted(set(item.keys))} if item.keys else item.content)
    salt = secrets.token_bytes(_SALT)
    of = hashlib.sha256(salt + content).hexdigest()
    line = msgspec.json.encode(Line(n=n, before=before, at=timestamp(at), kind=item.kind, of=of))
    return line, msgspec.json.encode(Kept(n=n, salt=salt.hex(), content=msgspec.Raw(content)))
