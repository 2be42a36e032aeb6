"""Many values asked for a few at a time: a condition takes 65,536 of them, and an answer has its bounds too."""

from collections.abc import Iterable, Iterator
from itertools import islice

__all__ = ["in_parts"]


def in_parts(values: Iterable[str], size: int = 5_000) -> Iterator[list[str]]:
    """Yield the values in their order, so many at a time."""
    waiting = iter(sorted(values))
    while some := list(islice(waiting, size)):
        yield some
