"""Text → the words that a query is compared with: the same ones that Elasticsearch's `standard` analyzer finds.

Both follow Unicode Standard Annex 29: a Han character or a hiragana is a word of its own; letters and digits that touch
are one word ("15pro", "3.5", "don't"); katakana, hangul and emoji keep their own rules; all else only separates.
tests/test_words.py asks a real Elasticsearch about every common character and about mixed texts.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from config.fold import PICTURES

__all__ = ["HAN", "as_line", "speaks", "words"]

_LONGEST = 255  # the analyzer cuts longer words into pieces of this size
HAN = (
    "\u2e80-\u2e99\u2e9b-\u2ef3\u2f00-\u2fd5\u3007\u3021-\u3029\u3038-\u303a\u3400-\u4db5\u4e00-\u9fef"
    "\uf900-\ufa6d\ufa70-\ufad9\U00020000-\U0002a6d6\U0002a700-\U0002b734\U0002b740-\U0002b81d"
    "\U0002b820-\U0002cea1\U0002ceb0-\U0002ebe0\U0002f800-\U0002fa1d"
)
"""The Chinese characters that Elasticsearch knows, in the notation of `re`."""
_HIRAGANA = "\u3041-\u3096\u309d-\u309f\U0001f200"
_KATAKANA = "\u3031-\u3035\u309b\u309c\u30a0-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u32d0-\u32fe\u3300-\u3357\uff66-\uff9d"
_SOUTHEAST_ASIAN = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ecd\u0edc-\u0edf\u1000-\u103f\u1050-\u108f\u109a-\u109f\u1780-\u17d3\u17d7"
    "\u17dc\u17dd\u1950-\u19df\u1a20-\u1aad"
)
_FLAG_LETTERS, _TAGS = "\U0001f1e6-\U0001f1ff", "\U000e0020-\U000e007f"
_BOTH_MIDDLES = ".'‘’․﹒＇．"
_IN_WORDS, _IN_NUMBERS = f":\u00b7\u0387\u055f\u05f4\u2027︓﹕：{_BOTH_MIDDLES}", f",;⁄︐︔﹐﹔，；{_BOTH_MIDDLES}"
_LINKS = "_\u202f‿⁀⁔︳︴﹍-﹏＿"
_LETTERS_BY_NAME = "\u02c2-\u02c5\u02d2-\u02d7\u02de\u02df\u02ed\u02ef-\u02ffⒶ-Ⓛⓝ-ⓩⓃ-Ⓩⓐ-ⓜ\ua720\ua721\ua789\ua78a\uab5b"
_LETTERS_BY_NAME += "\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f172-\U0001f17d\U0001f180-\U0001f189"
"""Symbols that the annex counts as letters."""


def words(text: str) -> list[str]:
    """Return the words of a folded text (config.fold) in order, in lower case."""
    lower = text.replace("İ", "i").replace("Σ", "σ").lower()  # elsewhere `str.lower` lowers letter by letter, too
    found: list[str] = [word for word in _pattern().findall(lower) if word]
    if len(lower) > _LONGEST and max(map(len, found), default=0) > _LONGEST:
        found = [word[i : i + _LONGEST] for word in found for i in range(0, len(word), _LONGEST)]
    return found


def speaks(text: str) -> bool:
    """Return whether `words` would find any, without looking further than the first."""
    return any(match[1] for match in _pattern().finditer(text.lower()))


def as_line(found: Iterable[str]) -> str:
    """Return words as one text in which a phrase is a substring: each between single spaces."""
    return f" {' '.join(found)} "


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    """Return the rules as one expression.

    No repeat is followed by what it could have eaten, so that none ever gives back for long: any text takes linear
    time. Python's own way to say so, possessive repeats, finds other words in its first releases (3.11.2).
    """
    letters, marks = _letters_and_marks()

    def run(characters: str) -> str:
        return f"[{characters}][{characters}{marks}]*"

    letter, digit, katakana, link = run(letters), run(r"\d\u066b"), run(_KATAKANA), run(_LINKS)
    number = f"{digit}(?:(?:{link}|[{_IN_NUMBERS}][{marks}]*){digit})*"
    latin = f"{letter}(?:(?:{link}|[{_IN_WORDS}][{marks}]*){letter})*"
    core = f"(?:{katakana}(?:{link}{katakana})*|(?:{number}|{latin})+)"
    picture = f"[{PICTURES}](?:\ufe0f|[{marks}{_TAGS}]*)"
    return re.compile(
        f"([{HAN}{_HIRAGANA}][{marks}]*"
        f"|(?:{link})?{core}(?:{link}{core})*(?:{link})?"
        f"|[#*]\ufe0f?\u20e3[{marks}]*|[{_FLAG_LETTERS}]{{2}}[{marks}]*"
        f"|{picture}(?:(?:\u200d|(?<=\u200d)){picture})*"
        f"|[{_SOUTHEAST_ASIAN}][{_SOUTHEAST_ASIAN}{marks}]*)"
        f"|{link}"  # links between no words: passed over in one go
    )


def _letters_and_marks() -> tuple[str, str]:
    """Return two sets of characters in the notation of `re`, from the Unicode tables that Python carries."""
    elsewhere = re.compile(f"[{HAN}{_HIRAGANA}{_KATAKANA}{_SOUTHEAST_ASIAN}\u3006\u3400-\u9fff\uff9e\uff9f]")
    letters, marks = [], []
    for code in [*range(0x10000), *range(0x1D400, 0x1D800)]:
        category = unicodedata.category(char := chr(code))
        if category[0] == "M":
            marks.append(code)
        elif (category[0] == "L" or category == "Nl") and not elsewhere.match(char):
            letters.append(code)
    joined = "\u200d\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef"
    return _ranges(letters) + _LETTERS_BY_NAME, _ranges(marks) + joined


def _ranges(codes: list[int]) -> str:
    starts = [code for before, code in zip([-2, *codes], codes, strict=False) if code != before + 1]
    ends = [code for code, after in zip(codes, [*codes[1:], -2], strict=True) if after != code + 1]
    return "".join(f"{chr(start)}-{chr(end)}" for start, end in zip(starts, ends, strict=True))
