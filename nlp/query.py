"""The query language's reader for texts: does a post or a mention match, and by which of the query's terms.

indexing/mentions/query_dsl.py is the reader for the index; tests/query_cases.py holds both to the same answers.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase

from config.fold import fold
from config.query import WORD_FIELDS, And, Near, Not, Or, Query, Term, wanted
from crawlers.post import Post
from nlp.mention import Mention
from nlp.variants import unified
from nlp.words import as_line, words

__all__ = ["ANY_WAY", "Document", "any_way", "evidence", "exact", "form", "holds", "holds_near", "needle"]

ANY_WAY = frozenset({"region", "site", "tag"})
"""Exact fields whose values are words: however their characters are written, as 發布會 for 发布会, they are the same.

Names of authors are not among them, nor is what the index itself gives a name, such as a brand's id.
"""
_LONGEST = 100_000  # the index takes no more of a text
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a query can ask of a post: the lines of words of each word field, the values of each exact field.

    In a line each character stands in one way to write it (nlp.variants), as it does in what is looked for.
    """

    lines: Mapping[str | None, str]
    """Under None stands the line of all word fields together."""
    values: Mapping[str, Collection[str]]

    @classmethod
    def of(cls, thing: Post | Mention, *, customer: str | None = None, story: str | None = None) -> "Document":
        """Return the document of a post, or of a mention with what analysis and index know of it."""
        post = thing.post if isinstance(thing, Mention) else thing
        values: dict[str, tuple[str | None, ...]] = {
            "author": (post.author.name if post.author else None,),
            "kind": (post.kind,),
            "platform": (post.platform,),
            "region": (post.region,),
            "site": (post.site,),
            "tag": post.tags,
        }
        if isinstance(thing, Mention):
            values |= {
                "brand": (thing.brand,),
                "customer": (customer,),
                "emotion": (thing.emotion,),
                "intent": (thing.intent,),
                "sentiment": (thing.sentiment.label,),
                "story": (story,),
            }
        title, text = _line(post.title or ""), _line(post.text)
        return cls(
            lines={"title": title, "text": text, None: f"{title}\n{text}"},  # no phrase reaches over a line end
            values={name: tuple(form(name, value) for value in found if value) for name, found in values.items()},
        )

    @classmethod
    def saying(cls, text: str) -> "Document":
        """Return the document of a text of which nothing else is known."""
        line = _line(text)
        return cls(lines={"title": "", "text": line, None: f"\n{line}"}, values={})


def holds(query: Query, document: Document) -> bool:
    """Return whether the document matches."""
    match query:
        case Term():
            return _holds_term(query, document)
        case Near():
            return holds_near(query, document)
        case Not(part):
            return not holds(part, document)
        case And(parts):
            return all(holds(part, document) for part in parts)
        case Or(parts):
            return any(holds(part, document) for part in parts)


def _holds_term(term: Term, document: Document) -> bool:
    if term.field in document.lines:
        phrase = needle(term)
        return phrase is not None and phrase in document.lines[term.field]
    field = term.field or ""
    return form(field, term.value) in document.values.get(field, ())


def holds_near(near: Near, document: Document) -> bool:
    """Return whether the two sides stand so near each other, in the title or in the text."""
    field = near.left[0].field
    lines = [document.lines[name] for name in WORD_FIELDS if field in (None, name)]
    return any(_stand_near(near, line) for line in lines)


def _stand_near(near: Near, line: str) -> bool:
    here, there = ([(needle(term), *_places(term, line)) for term in side] for side in (near.left, near.right))
    return any(
        _is_near(start, size, begin, length, near.gap)
        for phrase, starts, size in here
        for other, begins, length in there
        for start in starts
        for begin in _nearest(begins, start)
        if start != begin or phrase != other  # however it is written, a word is not near itself
    )


def _is_near(start: int, size: int, begin: int, length: int, gap: int) -> bool:
    return max(start + size, begin + length) - min(start, begin) - size - length <= gap


def _nearest(begins: list[int], start: int) -> list[int]:
    """Return the last place before `start`, and the first two that are not: all others are farther away."""
    at = bisect_left(begins, start)
    return begins[max(0, at - 1) : at + 2]


def _places(term: Term, line: str) -> tuple[list[int], int]:
    """Return where the term stands in a line, in order, and how long it is, counted in words."""
    if (phrase := needle(term)) is None:
        return [], 0
    found, words_before, counted = list[int](), 0, 0
    at = line.find(phrase)
    while at >= 0:
        words_before, counted = words_before + line.count(" ", counted, at), at
        found.append(words_before)
        at = line.find(phrase, at + 1)
    return found, len(phrase.split())


def evidence(query: Query, document: Document) -> tuple[str, ...]:
    """Return the terms that speak for the match and hold, each once, in the query's order."""
    found = (term for term in wanted(query) if holds(term, document))
    return tuple(dict.fromkeys(f"{term.field}:{term.value}" if term.field else term.value for term in found))


def exact(value: str) -> str:
    """Return the form in which exact fields are compared: folded, A to Z in lower case, as Elasticsearch does it."""
    return fold(value).translate(_LOWER)


def any_way(value: str) -> str:
    """Return the form in which the fields of ANY_WAY are compared: exact, each character in one way to write it."""
    return unified(exact(value))


@lru_cache(maxsize=16_384)
def form(field: str, value: str) -> str:
    """Return the form in which the values of an exact field are compared."""
    return any_way(value) if field in ANY_WAY else exact(value)


def _line(text: str) -> str:
    return as_line(words(unified(fold(text)[:_LONGEST])))


@lru_cache(maxsize=8192)
def needle(term: Term) -> str | None:
    """Return the words of a term as they stand in a line of words; None when it holds no word: nothing matches."""
    found = words(unified(fold(term.value)))
    if not found:
        return None
    return as_line(found)[:-1] if term.goes_on else as_line(found)
