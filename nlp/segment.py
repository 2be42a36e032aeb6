"""Text → tokens: jieba's words, with the brands' own words and [emoticons] kept whole."""

import re
from collections.abc import Iterator, Sequence

from config.brand import Brand
from config.fold import fold
from config.query import WORD_FIELDS, terms

__all__ = ["Segmenter"]

_MAX_TOKENS, _MAX_LENGTH = 512, 64
_EMOTICON = r"\[[^\[\]\s]{1,10}\]"
_CUT_BY_JIEBA = re.compile(r"[^\w+#&.%-]")


class Segmenter:
    """Cuts texts into words; the brands' names, words and query terms are in its dictionary."""

    def __init__(self, brands: Sequence[Brand] = ()) -> None:
        import rjieba

        self._jieba = rjieba.Jieba()
        loose = []
        for word in sorted({word for brand in brands for word in _words_of(brand)}):
            if _CUT_BY_JIEBA.search(word):
                loose.append(re.escape(word))
                continue
            for form in {word, word.lower(), word.upper()}:
                self._jieba.add_word(form, None, None)
        # The longest first, and none in the middle of another Latin word: "iPhone 15" is not in "iPhone 150".
        phrases = "|".join(sorted(loose, key=len, reverse=True))
        whole = rf"{_EMOTICON}|(?<![A-Za-z0-9])(?:{phrases})(?![A-Za-z0-9])" if loose else _EMOTICON
        self._whole = re.compile(f"({whole})", re.IGNORECASE)

    def tokens(self, text: str) -> tuple[str, ...]:
        """Return a folded text's words in lower case, without punctuation: 512 at most, of 64 characters at most."""
        found = []
        for word in self._cut(text):
            if len(word) <= _MAX_LENGTH and any(map(str.isalnum, word)):
                found.append(word)
                if len(found) == _MAX_TOKENS:
                    break
        return tuple(found)

    def _cut(self, text: str) -> Iterator[str]:
        for index, piece in enumerate(self._whole.split(text)):
            if index % 2:
                yield piece.lower()
            elif piece:
                yield from map(str.lower, self._jieba.cut(piece))


def _words_of(brand: Brand) -> Iterator[str]:
    yield from map(fold, (brand.name, *brand.words))
    yield from (term.value for term in terms(brand.parsed) if term.field is None or term.field in WORD_FIELDS)
