"""A query as a frozen tree, and what is wrong with one that cannot be read."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from config.errors import UserError

__all__ = [
    "ANALYSED_FIELDS",
    "EXACT_FIELDS",
    "INDEXED_FIELDS",
    "WORD_FIELDS",
    "And",
    "Near",
    "Not",
    "Or",
    "Query",
    "QueryError",
    "Term",
    "terms",
    "wanted",
]

WORD_FIELDS = ("title", "text")
"""Fields that are searched for words; a term without a field searches all of them."""
EXACT_FIELDS = (
    "author",
    "brand",
    "customer",
    "emotion",
    "intent",
    "kind",
    "platform",
    "region",
    "sentiment",
    "site",
    "story",
    "tag",
)
"""Fields whose whole value is compared, upper and lower case alike."""
INDEXED_FIELDS = ("customer", "story")
"""Exact fields that a mention gets in the index alone: for searches, and for rules over indexed mentions."""
ANALYSED_FIELDS = ("brand", "emotion", "intent", "sentiment", *INDEXED_FIELDS)
"""Exact fields that only an analysed post has: for searches and rules, not for brands."""
_NOT_BARE = re.compile(r"""^(?:[-!+]|(?i:AND|OR|NOT)$|NEAR$|(?i:NEAR)/)|[\s()（）"“”「」:：*|,，、;；]""")


class QueryError(UserError, ValueError):
    """The query cannot be read; the message says where (counted from 1), why, and what to write instead."""

    def __init__(self, reason: str, query: str = "", position: int = 0) -> None:
        super().__init__(f"character {position + 1}: {reason}" if query.strip() else reason)
        self.reason, self.query, self.position = reason, query, position

    @property
    def picture(self) -> str:
        """The query with a caret under the place, for terminals."""
        line = self.query.translate(dict.fromkeys(map(ord, "\t\r\n"), " "))
        width = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line[: self.position])
        return f"{line}\n{' ' * width}^"


@dataclass(frozen=True, slots=True)
class Term:
    """Words side by side in `field`, or (None) in any of WORD_FIELDS; for an exact field, its whole value.

    With `goes_on`, the last word may go on: `小米15*` also finds 小米15pro.
    """

    value: str
    field: str | None = None
    goes_on: bool = False

    def __str__(self) -> str:
        start, end = f"{self.field}:" if self.field else "", "*" if self.goes_on else ""
        if any(mark in self.value for mark in '"“”'):
            return f"{start}「{self.value}」{end}"
        return f'{start}"{self.value}"{end}' if _NOT_BARE.search(self.value) else f"{start}{self.value}{end}"


@dataclass(frozen=True, slots=True)
class Near:
    """One term of `left` and one of `right` in the same field, at most `gap` words between, whichever comes first."""

    left: tuple[Term, ...]
    right: tuple[Term, ...]
    gap: int

    def __str__(self) -> str:
        return f"{_side(self.left)} NEAR/{self.gap} {_side(self.right)}"


@dataclass(frozen=True, slots=True)
class Not:
    """What `part` does not match."""

    part: "Query"

    def __str__(self) -> str:
        return f"NOT {_inner(self.part)}"


@dataclass(frozen=True, slots=True)
class And:
    """What every part matches; two parts at least, none of them an And."""

    parts: tuple["Query", ...]

    def __str__(self) -> str:
        return " AND ".join(map(_inner, self.parts))


@dataclass(frozen=True, slots=True)
class Or:
    """What any part matches; two parts at least, none of them an Or."""

    parts: tuple["Query", ...]

    def __str__(self) -> str:
        return " OR ".join(map(_inner, self.parts))


Query: TypeAlias = Term | Near | Not | And | Or


def terms(query: Query) -> Iterator[Term]:
    """Yield every term from left to right, those under NOT included."""
    match query:
        case Term():
            yield query
        case Near(left, right):
            yield from (*left, *right)
        case Not(part):
            yield from terms(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from terms(part)


def wanted(query: Query) -> Iterator[Term]:
    """Yield the terms that make a post match, from left to right: those under an even number of NOTs."""
    match query:
        case Term():
            yield query
        case Near(left, right):
            yield from (*left, *right)
        case Not(part):
            yield from _unwanted(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from wanted(part)


def _unwanted(query: Query) -> Iterator[Term]:
    match query:
        case Not(part):
            yield from wanted(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _unwanted(part)


def _side(terms: tuple[Term, ...]) -> str:
    return str(terms[0]) if len(terms) == 1 else f"({' OR '.join(map(str, terms))})"


def _inner(query: Query) -> str:
    return f"({query})" if isinstance(query, And | Or) else str(query)
