"""Which posts a query may hold for, told by single characters: so that a year of posts is read only where it must be.

A post is let by unless it lacks a character, however written, of every word without which the query cannot hold. That
is a look at the raw text; reading it into words, which `nlp.query` does, takes twenty times as long.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol

from config.query import Query
from nlp.stored_queries import anchors
from nlp.variants import ways_to_write
from nlp.words import HAN

__all__ = ["Prefilter", "Said"]

_PLAIN = re.compile(f"[a-z0-9 {HAN}]+")
_FULL_WIDTH = 0xFEE0
_ALSO = {"i": "İ", "k": "\u212a"}
"""What becomes a Latin letter in lower case, besides the capital."""


class Said(Protocol):
    """What a post says: as much of a post as is looked at here."""

    @property
    def title(self) -> str | None:
        """Its title, where it has one."""

    @property
    def text(self) -> str:
        """Its text."""


class Prefilter:
    """Lets by every post that one of the queries may hold for, and some others."""

    def __init__(self, queries: Iterable[Query]) -> None:
        self._by_first: defaultdict[str, list[tuple[frozenset[str], ...]]] | None = defaultdict(list)
        """A word's first character, in each way to write it → the ways to write each of its others."""
        for query in queries:
            found = [anchor for anchor in anchors(query) if all(map(_is_plain, anchor))]
            if not found:
                self._by_first = None  # it may hold without any word that can be told by its characters
                return
            for word in min(found, key=len):
                first, *others = map(_any_way, dict.fromkeys(str(word).replace(" ", "")))
                for way in first:
                    self._by_first[way].append(tuple(others))

    def may_hold(self, post: Said) -> bool:
        """Return whether a query may hold; False is certain."""
        if self._by_first is None:
            return True
        seen = set(post.text).union(post.title or ())
        words = (others for char in self._by_first.keys() & seen for others in self._by_first[char])
        return any(not any(map(seen.isdisjoint, others)) for others in words)


def _is_plain(word: object) -> bool:
    return isinstance(word, str) and bool(_PLAIN.fullmatch(word))


def _any_way(char: str) -> frozenset[str]:
    if not char.isascii():
        return frozenset(ways_to_write(char))
    ways = {char, char.upper()}
    return frozenset({*ways, *(chr(ord(way) + _FULL_WIDTH) for way in ways), *_ALSO.get(char, "")})
