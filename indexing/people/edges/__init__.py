# ruff: noqa: E501
"""The kinds of evidence that join accounts and customers: one file a kind, with what it reads and how sure it is.

A file names a `KIND`; nothing else lists it. What a kind reads of posts is kept as keyed digests alone, in the mention's
`author.evidence`; they are compared with the digests that customers' personal values and records carry.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from crawlers.post import Post

__all__ = ["EdgeKind", "Said", "kinds"]

Said = tuple[str, str]
"""A purpose, such as `contact:phone`, and a normalised value, which together make a digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeKind:
    """One kind of evidence."""

    name: str
    rank: int
    """Kinds of a higher rank decide first; what contradicts them is parked."""
    probability: float
    """How sure an edge is."""
    words: str
    """The evidence in words, for explanations; it holds no value."""
    reads: Callable[[Post], Iterable[Said]] | None = None
    """What a post and its author say that such edges are made of."""
    customers: frozenset[str] = frozenset()
    """Kinds of customers' values that are compared: `PersonalKind`s, `order`, `ticket`."""
    between_accounts: bool = False
    """Whether two accounts that say the same are joined."""
    between_customers: bool = False
    """Whether two customers who have the same are one person."""
    one_a_platform: bool = False
    """Whether what two accounts of one platform say stands for nobody."""
    most: int = 4
    """How many may share one value; what more do stands for nobody."""


@cache
def kinds() -> Mapping[str, EdgeKind]:
    """Return every kind by its name."""
    found = [import_module(f"{__name__}.{path.stem}").KIND for path in sorted(Path(__file__).parent.glob("[a-z]*.py"))]
    return {kind.name: kind for kind in found}


def said(post: Post) -> Iterator[tuple[str, Said]]:
    """Yield what a post says by kind of edge."""
    for kind in kinds().values():
        for one in kind.reads(post) if kind.reads else ():
            yield kind.name, one
