"""The query language of brands, rules and searches: one parser, one frozen tree, see docs/query-language.md."""

from functools import lru_cache

from config.query_tree import (
    ANALYSED_FIELDS,
    EXACT_FIELDS,
    INDEXED_FIELDS,
    WORD_FIELDS,
    And,
    Near,
    Not,
    Or,
    Query,
    QueryError,
    Term,
    terms,
    wanted,
)

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
    "parse",
    "parse_brand_query",
    "terms",
    "wanted",
]


@lru_cache(maxsize=1024)
def parse(text: str) -> Query:
    """Return the tree of a query; QueryError says where it goes wrong and what to write."""
    from config.query_parser import read  # the parser's library is slow to import, and most commands read no query

    return read(text)


@lru_cache(maxsize=1024)
def parse_brand_query(text: str) -> Query:
    """Return the tree of a brand's query, which must ask for something, and only for what a post holds by itself."""
    query = parse(text)
    for term in terms(query):
        if term.field in ANALYSED_FIELDS:
            raise QueryError(f"{term.field}: is known only after the analysis: remove it from the brand's query")
    if _holds_for_silence(query):
        raise QueryError(
            "this matches posts that hold none of its words: name words that must stand, such as 小米 NOT 小米粥"
        )
    return query


def _holds_for_silence(query: Query) -> bool:
    match query:
        case Term() | Near():
            return False
        case Not(part):
            return not _holds_for_silence(part)
        case And(parts):
            return all(map(_holds_for_silence, parts))
        case Or(parts):
            return any(map(_holds_for_silence, parts))
