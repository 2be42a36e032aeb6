"""What a step itself has written, so that a reader whom it does not concern need not read it all again.

Every write of an index has a number, in their order (changes.py). Where a reader has worked through all up to some
write, and all that followed was written here and says nothing to it, it is as far as the last of these. One write of
somebody else's in between, or a request that was lost and sent again, ends that: what follows is then read after all.
"""

import threading
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

__all__ = ["OwnWrites", "note", "own_writes", "unnoted"]

_MOST = 2_000_000
"""Writes that are noted; after more, which only a refill makes, everything is read again."""


class OwnWrites:
    """The numbers of the writes by the name of their index."""

    def __init__(self) -> None:
        self._numbers: dict[str, array[int]] = {}
        self._count = 0
        self._turn = threading.Lock()

    def note(self, items: Iterable[Mapping[str, Any]]) -> None:
        """Take note of the items of a bulk answer."""
        with self._turn:
            for item in items:
                [answer] = item.values()
                if "_seq_no" in answer and self._count < _MOST:
                    self._numbers.setdefault(answer["_index"], array("q")).append(answer["_seq_no"])
                    self._count += 1

    def upto(self, index: str, before: int) -> int:
        """Return how far a reader is that was at write `before` of an index and needs none of these; -1 is nowhere.

        It stays there after more writes than are noted.
        """
        return _follow(before, self._numbers.get(index, ())) if self._count < _MOST else before


_writes: ContextVar[tuple[OwnWrites, ...]] = ContextVar("own_writes", default=())


@contextmanager
def own_writes() -> Iterator[OwnWrites]:
    """Take note of what is written in the block, by this thread and for it; of a block within a block, both do."""
    own = OwnWrites()
    token = _writes.set((*_writes.get(), own))
    try:
        yield own
    finally:
        _writes.reset(token)


@contextmanager
def unnoted() -> Iterator[None]:
    """Let nobody take note of what is written in the block: it says what others wrote, which everybody must read."""
    token = _writes.set(())
    try:
        yield
    finally:
        _writes.reset(token)


def note(items: Iterable[Mapping[str, Any]]) -> None:
    """Let whoever is taking note see the items of a bulk answer."""
    for own in _writes.get():
        own.note(items)


def _follow(reached: int, numbers: Iterable[int]) -> int:
    """Return the last of the numbers that follow one another from the one that was reached."""
    for number in sorted(numbers):
        if number > reached + 1:
            break
        reached = max(reached, number)
    return reached
