"""Text → the brands, firms and products that it names: a dictionary alone, as fast as the text can be read.

The dictionary is `lexicons/names.txt` (yours, or the shipped one) and what your brands' files call their brands. A
model for names that no list knows was looked at and left out: docs/sentiment.md says why.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from config.brand import Brand
from config.fold import fold
from nlp.stance.polarity import names
from nlp.variants import unified

if TYPE_CHECKING:
    from daachorse import CharwiseDoubleArrayAhoCorasick

__all__ = ["Entities"]

_MOST = 20


class Entities:
    """Finds names in texts; of names that begin at one place the longest counts."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        own = {word: brand.name for brand in brands for word in (brand.name, *brand.aliases.all(), *brand.words)}
        every = {name: name for name in names()} | own
        self._names = {unified(fold(word).lower()): name for word, name in every.items()}
        self._brands = {brand.id: brand.name for brand in brands}
        self._words = tuple(name for name in self._names if name)
        self._automaton = _automaton(self._words)

    def of(self, plain: str, brand: str) -> tuple[str, ...]:
        """Return what a text names besides the brand itself (its id), in the order in which it does, 20 at most.

        `plain` is the text in lower case, with one form for every way to write a character.

        A brand of yours goes by its name, whatever it is called there.
        """
        found = dict[str, None]()
        for start, end, at in self._automaton.find(plain):
            if _stands_alone(plain, start, end):
                found[self._names[self._words[at]]] = None
        found.pop(self._brands.get(brand, ""), None)
        return tuple(found)[:_MOST]


def _automaton(words: Sequence[str]) -> "CharwiseDoubleArrayAhoCorasick":
    from daachorse import MATCH_KIND_LEFTMOST_LONGEST, CharwiseDoubleArrayAhoCorasick

    return CharwiseDoubleArrayAhoCorasick(list(words), MATCH_KIND_LEFTMOST_LONGEST)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether a stretch is no part of a longer Latin word."""
    cut_before = _is_latin(text[start - 1 : start]) and _is_latin(text[start])
    return not cut_before and not (_is_latin(text[end - 1]) and _is_latin(text[end : end + 1]))


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
