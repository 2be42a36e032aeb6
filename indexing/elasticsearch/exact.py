"""The form in which the index compares whole values; queries and documents get it from this one function."""

import hashlib

from nlp import query

__all__ = ["any_way", "exact"]

_LONGEST = 1_000  # a keyword field takes no more


def exact(value: str) -> str:
    """Return the value as the query language compares it; a very long one as its digest."""
    return _fitting(query.exact(value))


def any_way(value: str) -> str:
    """Return the same with each character in one way to write it, for the fields of nlp.query.ANY_WAY."""
    return _fitting(query.any_way(value))


def _fitting(plain: str) -> str:
    return plain if len(plain) <= _LONGEST else hashlib.sha256(plain.encode()).hexdigest()
