"""The root of a day: one digest of where every writer's chain stood when the day was over, and of the root before it.

It stands in the daily sign of life and in the daily report, so that it is known outside of our disks: who would change
a line of the past would have to change those messages too.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from config.settings import DAY_ZONE
from crawlers.storage import files
from indexing.evidence.line import NOTHING, BrokenChain, digest_of
from indexing.evidence.segments import LINES, chain_root, days, read, segments, writers

__all__ = [
    "Head",
    "Root",
    "head_of",
    "is_over",
    "is_sealed",
    "joined",
    "latest_root",
    "root_of",
    "seal",
    "sealed_until",
]

_GRACE = timedelta(minutes=30)
"""How long after midnight a day is sealed: whoever was writing then has finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a writer's chain stood at the end of a day."""

    writer: str
    first: int
    last: int
    digest: str
    """Of line `last`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """The root of a day, and what it is made of."""

    day: str
    before: str
    """The root of the day before that has one."""
    heads: tuple[Head, ...]
    root: str


def joined(day: str, before: str, heads: Sequence[Head]) -> str:
    """Return the root: sha256 over the day, the root before, and a line for each writer in the order of names."""
    rows = [f"{one.writer} {one.first} {one.last} {one.digest}" for one in sorted(heads, key=lambda one: one.writer)]
    return hashlib.sha256("\n".join((day, before, *rows)).encode()).hexdigest()


def root_of(day: str) -> Root | None:
    """Return the root of a day as it lies there, not checked; None where the day has none yet."""
    path = _path(day)
    content = files.read(path)
    if content is None:
        return None
    try:
        return msgspec.json.decode(content, type=Root)
    except msgspec.DecodeError as error:
        raise BrokenChain(f"{path}: no root ({error}): bring it back from a copy") from error


def latest_root() -> Root | None:
    """Return the root of the last day that has one."""
    return next((found for day in reversed(days()) if (found := root_of(day))), None)


def is_sealed(day: str) -> bool:
    """Say whether a day has its root, so that nothing may be written to it any more."""
    return files.exists(_path(day))


def is_over(day: str, now: datetime) -> bool:
    """Say whether a day is over for long enough to be sealed."""
    return day < (now.astimezone(DAY_ZONE) - _GRACE).date().isoformat()


def sealed_until() -> str:
    """Return the last day that has a root, before which nothing is sealed any more; empty where none has."""
    return next(filter(is_sealed, reversed(days())), "")


def head_of(day: str, writer: str) -> Head | None:
    """Return where a writer's chain stood at the end of a day, by its files."""
    own = segments(day, writer, LINES)
    last = read(own[-1]).rstrip(b"\n").rsplit(b"\n", 1)[-1] if own else b""
    if not last:
        return None
    try:
        number = int(msgspec.json.decode(last)["n"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
        raise BrokenChain(f"{own[-1].path}: its last line is damaged: bring it back from a copy") from error
    return Head(writer=writer, first=own[0].first, last=number, digest=digest_of(last))


def seal(now: datetime) -> list[Root]:
    """Give every day that is over its root, oldest first; what has one keeps it. Two at once make the same."""
    made, before = [], NOTHING
    known = days()
    start = next((at for at in range(len(known) - 1, -1, -1) if is_sealed(known[at])), -1)
    if start >= 0 and (sealed := root_of(known[start])):
        before = sealed.root
    for day in known[start + 1 :]:
        if not is_over(day, now):
            break
        heads = tuple(head for writer in writers(day) if (head := head_of(day, writer)))
        root = Root(day=day, before=before, heads=heads, root=joined(day, before, heads))
        files.replace(_path(day), msgspec.json.encode(root) + b"\n")
        before = root.root
        made.append(root)
    return made


def _path(day: str) -> str:
    return f"{chain_root()}/{day}/root.json"
