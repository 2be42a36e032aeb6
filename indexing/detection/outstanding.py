"""Which words stand out: those that say more than a brand's name and everybody's filler."""

import math
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from config.brand import Brand
from config.query_tree import Or, Query, Term
from indexing.alerts.alert import Word
from nlp.keywords import stopwords
from nlp.segment import as_token

__all__ = ["MOST_ASKED", "outstanding"]

_MOST = 10
MOST_ASKED = 300
"""More than are kept, since names, filler and what a few say are left out."""
_BEYOND_CHANCE = 0.6
"""Of the square root of a window's mentions: what fewer of them say may be chance, however new it is."""
_WORDY = re.compile(r"[^\W\d_]{2,24}")


def outstanding(brand: Brand | None, total: int, buckets: Iterable[Mapping[str, Any]]) -> tuple[Word, ...]:
    """Return the words of significant terms that tell something, as significance orders them.

    `total` is how many mentions the window has.
    """
    least = max(2, round(_BEYOND_CHANCE * math.sqrt(total)))
    names, filler = _names(brand) if brand else frozenset(), stopwords()
    found = [
        Word(word=bucket["key"], mentions=bucket["doc_count"], usual=bucket["bg_count"])
        for bucket in buckets
        if _WORDY.fullmatch(bucket["key"]) and not _is_name(as_token(bucket["key"]), names)
        if bucket["key"].casefold() not in filler and bucket["doc_count"] >= least
    ]
    return tuple(found[:_MOST])


def _names(brand: Brand) -> frozenset[str]:
    """Return what the brand is called; of its query, the words of which any one is enough."""
    written = [brand.id, brand.name, *brand.words, *(term.value for term in _alternatives(brand.parsed))]
    return frozenset(as_token(name) for name in written if len(name) > 1)


def _alternatives(query: Query) -> Iterable[Term]:
    parts = query.parts if isinstance(query, Or) else (query,)
    return (part for part in parts if isinstance(part, Term) and part.field is None)


def _is_name(word: str, names: Collection[str]) -> bool:
    """Whether a word is a name, a part of one, or one with something added, such as 当当网."""
    return any(word in name or name in word for name in names)
