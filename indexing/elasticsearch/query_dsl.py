"""The query language's tree → an Elasticsearch query that finds the same mentions as nlp.query finds in their text."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from config.fold import fold
from config.query import WORD_FIELDS, And, Not, Or, Query, QueryError, Term, terms
from indexing.elasticsearch.exact import exact
from indexing.privacy import pseudonyms
from nlp.spellings import spellings
from nlp.words import words

__all__ = ["to_dsl"]

_MOST_CLAUSES = 1_000  # a small Elasticsearch takes 1,024, and counts every word of a phrase in every field
_EXACT: Mapping[str, str] = MappingProxyType(
    {
        "author": "folded.author",
        "brand": "brand",
        "kind": "kind",
        "platform": "platform",
        "region": "folded.region",
        "sentiment": "sentiment.label",
        "site": "folded.site",
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
        phrases = [_phrase(field, spelt) for field in fields for spelt in spellings(fold(term.value))]
        return phrases[0] if len(phrases) == 1 else {"bool": {"should": phrases, "minimum_should_match": 1}}
    value = pseudonyms().author(term.value) if term.field == "author" else exact(term.value)
    return {"term": {_EXACT[term.field]: value}}


def _phrase(field: str, value: str) -> dict[str, Any]:
    return {"match_phrase": {field: value}}


def _clauses(term: Term) -> int:
    if term.field is not None and term.field not in WORD_FIELDS:
        return 1
    fields = len(WORD_FIELDS) if term.field is None else 1
    return fields * sum(max(1, len(words(spelt))) for spelt in spellings(fold(term.value)))
