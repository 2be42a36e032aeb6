"""The query language's tree → an Elasticsearch query that finds the same mentions as nlp.query finds in their text."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Any

from config.fold import fold
from config.query import INDEXED_FIELDS, WORD_FIELDS, And, Not, Or, Query, QueryError, Term, terms
from indexing.elasticsearch.exact import any_way, exact
from indexing.privacy import pseudonyms
from nlp.query import ANY_WAY
from nlp.variants import ways_to_write
from nlp.words import words

__all__ = ["EXACT", "to_dsl"]

_MOST_CLAUSES = 1_000  # a small Elasticsearch takes 1,024, and counts every word of a phrase in every field
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
    if (clauses := sum(map(_clauses, terms(query)))) > _MOST_CLAUSES:
        raise QueryError(f"this asks the index for {clauses:,} words, more than {_MOST_CLAUSES:,}: split it")
    return _dsl(query)


def _dsl(query: Query) -> dict[str, Any]:
    match query:
        case Term():
            return _term(query)
        case Not(part):
            return {"bool": {"must_not": [_dsl(part)]}}
        case And(parts):
            return {"bool": {"filter": [_dsl(part) for part in parts]}}
        case Or(parts):
            return {"bool": {"should": [_dsl(part) for part in parts], "minimum_should_match": 1}}


def _term(term: Term) -> dict[str, Any]:
    if term.field is None or term.field in WORD_FIELDS:
        fields = WORD_FIELDS if term.field is None else (term.field,)
        phrases = [_phrase(field, words(fold(term.value))) for field in fields]
        return phrases[0] if len(phrases) == 1 else {"bool": {"should": phrases, "minimum_should_match": 1}}
    if term.field in INDEXED_FIELDS:  # ids that stand in the index as they were written
        return {"term": {EXACT[term.field]: {"value": fold(term.value), "case_insensitive": True}}}
    if term.field in ANY_WAY:  # what was indexed before 0.1 knew of ways to write stands there as it was written
        return {"terms": {EXACT[term.field]: list(dict.fromkeys((any_way(term.value), exact(term.value))))}}
    value = pseudonyms().author(term.value) if term.field == "author" else exact(term.value)
    return {"term": {EXACT[term.field]: value}}


def _phrase(field: str, found: Sequence[str]) -> dict[str, Any]:
    """Ask for words side by side, each character in any of its ways: the index holds texts as written."""
    if not found:
        return {"match_none": {}}
    parts: list[dict[str, Any]] = []
    for single, some in groupby(found, key=lambda word: len(_ways(word)) == 1):
        if single:
            parts.append(_side_by_side(" ".join(some)))
        else:
            parts += [{"any_of": {"intervals": list(map(_side_by_side, _ways(word)))}} for word in some]
    return {"intervals": {field: {"all_of": {"ordered": True, "max_gaps": 0, "intervals": parts}}}}


def _side_by_side(phrase: str) -> dict[str, Any]:
    return {"match": {"query": phrase, "ordered": True, "max_gaps": 0}}


def _ways(word: str) -> Sequence[str]:
    return ways_to_write(word) if len(word) == 1 else (word,)


def _clauses(term: Term) -> int:
    if term.field is not None and term.field not in WORD_FIELDS:
        return 1
    fields = len(WORD_FIELDS) if term.field is None else 1
    return fields * max(1, sum(len(_ways(word)) for word in words(fold(term.value))))
