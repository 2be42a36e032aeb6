"""The spellings in which a phrase may stand: as written, in simplified characters, and in the traditional ones."""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

__all__ = ["spellings"]

_WAYS = ("t2s", "s2t", "s2tw", "s2hk")


@lru_cache(maxsize=4096)
def spellings(phrase: str) -> tuple[str, ...]:
    """Return the phrase and its other spellings, each once; a folded phrase holds no lone surrogates."""
    if phrase.isascii():
        return (phrase,)
    return tuple(dict.fromkeys((phrase, *(_converter(way).convert(phrase) for way in _WAYS))))


@lru_cache(maxsize=len(_WAYS))
def _converter(way: str) -> "OpenCC":
    from opencc import OpenCC

    return OpenCC(way)
