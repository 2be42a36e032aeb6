"""The form in which the index compares whole values; queries and documents get it from this one function."""

import hashlib

from nlp import query

__all__ = ["exact"]

_LONGEST = 1_000  # a keyword field takes no more


def exact(value: str) -> str:
    """Return the value as the query language compares it; a very long one as its digest."""
    plain = query.exact(value)
    return plain if len(plain) <= _LONGEST else hashlib.sha256(plain.encode()).hexdigest()
