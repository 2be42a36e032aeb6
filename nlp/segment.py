"""Text → tokens: simplified words, with the brands' own words, the user's, foreign words and [emoticons] kept whole."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from config.brand import Brand
from config.fold import fold
from config.query import WORD_FIELDS, terms
from nlp.segmentation import Entry, engine, entries
from nlp.variants import simplified
from nlp.whole_words import WholeWords

__all__ = ["Segmenter", "as_token"]

_MAX_TOKENS, _MAX_LENGTH = 512, 64
_CHINESE = re.compile("[\u4e00-\u9fd5]+")


class Segmenter:
    """Cuts texts into words; the brands' names, words and query terms are in its dictionary, and the user's own."""

    def __init__(self, brands: Sequence[Brand] = (), *, name: str | None = None) -> None:
        """`name` is the engine's; the one that TINGFENG_SEGMENTER names unless given."""
        self._engine, own = engine(name), entries()
        words = {_plain(word): Entry(word) for brand in brands for word in _words_of(brand)}
        words = {_plain(entry.word): entry for entry in own} | words
        for word, entry in sorted(words.items()):
            if _CHINESE.fullmatch(word):
                self._engine.add(word, entry.frequency, entry.tag)
        self._whole_words = WholeWords(word for word in words if word and not _CHINESE.fullmatch(word))

    def tokens(self, text: str) -> tuple[str, ...]:
        """Return a folded text's words in lower case, without punctuation: 512 at most, of 64 characters at most."""
        found = []
        for word in self._cut(_plain(text)):
            if len(word) <= _MAX_LENGTH:
                found.append(word)
                if len(found) == _MAX_TOKENS:
                    break
        return tuple(found)

    def _cut(self, text: str) -> Iterator[str]:
        done = 0
        for match in self._whole_words.pattern.finditer(text):
            yield from self._words(text[done : match.start()])
            if spelt := self._whole_words.spelt(match[0]):
                yield spelt
            elif any(map(str.isalnum, match[0])):
                yield match[0].lower()
            done = match.end()
        yield from self._words(text[done:])

    def _words(self, text: str) -> Iterator[str]:
        if text:
            yield from (word.lower() for word in self._engine.cut(text) if any(map(str.isalnum, word)))


def as_token(word: str) -> str:
    """Return a word of a brand's as it stands among the tokens: folded, simplified, in lower case."""
    return _plain(word).lower()


def _plain(text: str) -> str:
    return simplified(unicodedata.normalize("NFC", fold(text)))


def _words_of(brand: Brand) -> Iterator[str]:
    yield from (brand.name, *brand.words)
    yield from (term.value for term in terms(brand.parsed) if term.field is None or term.field in WORD_FIELDS)
