"""The query language's tree → an Elasticsearch query that finds the same mentions as nlp.query finds in their text."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby, product
from math import prod
from types import MappingProxyType
from typing import Any

from config.fold import fold
from config.query import INDEXED_FIELDS, WORD_FIELDS, And, Near, Not, Or, Query, QueryError, Term
from indexing.elasticsearch.exact import any_way, exact
from indexing.people.pseudonyms import pseudonyms
from nlp.query import ANY_WAY
from nlp.variants import ways_to_write
from nlp.words import words

__all__ = ["EXACT", "to_dsl"]

_MOST_CLAUSES = 1_000  # a small Elasticsearch takes 1,024, and counts every word of a phrase in every field
_MOST_SPELLINGS = 8
"""Ways to write a phrase up to which each is asked for as a phrase, which costs the index less than an interval."""
EXACT: Mapping[str, str] = MappingProxyType(
    {
        "author": "folded.author",
        "brand": "brand",
        "customer": "customer.id",
        "emotion": "emotion",
        "intent": "intent",
        "kind": "kind",
        "platform": "platform",
        "region": "folded.region",
        "sentiment": "sentiment.label",
        "site": "folded.site",
        "story": "story.id",
        "tag": "folded.tag",
    }
)
"""The index's field for each exact field of the language."""


def to_dsl(query: Query) -> dict[str, Any]:
    """Return the query for a filter; QueryError when it is larger than Elasticsearch takes."""
    if (clauses := _clauses(query)) > _MOST_CLAUSES:
        raise QueryError(f"this asks the index for {clauses:,} words, more than {_MOST_CLAUSES:,}: split it")
    return _dsl(query, spelt=_clauses(query, spelt=True) <= _MOST_CLAUSES)


def _dsl(query: Query, *, spelt: bool) -> dict[str, Any]:
    match query:
        case Term():
            return _term(query, spelt=spelt)
        case Near():
            return _near(query)
        case Not(part):
            return {"bool": {"must_not": [_dsl(part, spelt=spelt)]}}
        case And(parts):
            return {"bool": {"filter": [_dsl(part, spelt=spelt) for part in parts]}}
        case Or(parts):
            return {"bool": {"should": [_dsl(part, spelt=spelt) for part in parts], "minimum_should_match": 1}}


def _term(term: Term, *, spelt: bool) -> dict[str, Any]:
    if term.field is None or term.field in WORD_FIELDS:
        fields = WORD_FIELDS if term.field is None else (term.field,)
        return _any_of([one for field in fields for one in _phrases(field, term, spelt=spelt)])
    if term.field in INDEXED_FIELDS:  # ids that stand in the index as they were written
        return {"term": {EXACT[term.field]: {"value": fold(term.value), "case_insensitive": True}}}
    if term.field in ANY_WAY:  # what was indexed before 0.1 knew of ways to write stands there as it was written
        return {"terms": {EXACT[term.field]: list(dict.fromkeys((any_way(term.value), exact(term.value))))}}
    value = pseudonyms().author(term.value) if term.field == "author" else exact(term.value)
    return {"term": {EXACT[term.field]: value}}


def _near(near: Near) -> dict[str, Any]:
    """Ask for each pair of the two sides on its own: so the index counts the words between as the reader of texts."""
    own = near.left[0].field
    fields = WORD_FIELDS if own is None else (own,)
    pairs = [
        {"all_of": {"ordered": False, "max_gaps": near.gap, "intervals": [one, other]}}
        for one in filter(None, map(_interval, near.left))
        for other in filter(None, map(_interval, near.right))
    ]
    return _any_of([{"intervals": {field: {"any_of": {"intervals": pairs}}}} for field in fields if pairs])


def _any_of(queries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if not queries:
        return {"match_none": {}}
    return queries[0] if len(queries) == 1 else {"bool": {"should": list(queries), "minimum_should_match": 1}}


def _phrases(field: str, term: Term, *, spelt: bool) -> list[dict[str, Any]]:
    found = _words(term.value)
    if term.goes_on and len(found) == 1:  # alone, a beginning may have any number of words
        return [{"prefix": {field: {"value": found[0]}}}]
    if spelt and (spellings := _spellings(term)):
        return [{"match_phrase": {field: one}} for one in spellings]
    interval = _interval(term)
    return [{"intervals": {field: interval}}] if interval else []


def _spellings(term: Term) -> list[str]:
    """Return all ways to write a phrase; none where they are many, or where its last word goes on."""
    ways = [_ways(word) for word in _words(term.value)]
    few = ways and not term.goes_on and prod(map(len, ways)) <= _MOST_SPELLINGS
    return [" ".join(one) for one in product(*ways)] if few else []


def _interval(term: Term) -> dict[str, Any] | None:
    """Ask for words side by side, each character in any of its ways: the index holds texts as written."""
    found = list(_words(term.value))
    open_end = [found.pop()] if term.goes_on and found else []
    parts: list[dict[str, Any]] = []
    for single, some in groupby(found, key=lambda word: len(_ways(word)) == 1):
        if single:
            parts.append(_side_by_side(" ".join(some)))
        else:
            parts += [{"any_of": {"intervals": list(map(_side_by_side, _ways(word)))}} for word in some]
    parts += [{"prefix": {"prefix": word}} for word in open_end]
    return {"all_of": {"ordered": True, "max_gaps": 0, "intervals": parts}} if parts else None


def _side_by_side(phrase: str) -> dict[str, Any]:
    return {"match": {"query": phrase, "ordered": True, "max_gaps": 0}}


@lru_cache(maxsize=10_000)
def _words(value: str) -> tuple[str, ...]:
    return tuple(words(fold(value)))


def _ways(word: str) -> Sequence[str]:
    return ways_to_write(word) if len(word) == 1 else (word,)


def _clauses(query: Query, *, spelt: bool = False) -> int:
    """Return how many words the index is asked for, with phrases in each of their few spellings or as intervals."""
    match query:
        case Term(_, field) if field is not None and field not in WORD_FIELDS:
            return 1
        case Term(value, field):
            found, fields = _words(value), len(WORD_FIELDS) if field is None else 1
            spellings = _spellings(query) if spelt else []
            return fields * max(1, len(spellings) * len(found) or sum(len(_ways(word)) for word in found))
        case Near(left, right):
            return len(right) * sum(map(_clauses, left)) + len(left) * sum(map(_clauses, right))
        case Not(part):
            return _clauses(part, spelt=spelt)
        case And(parts) | Or(parts):
            return sum(_clauses(part, spelt=spelt) for part in parts)
