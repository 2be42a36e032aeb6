"""Tokens → the few words that say what a post is about."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from config import settings
from nlp.variants import simplified

__all__ = ["brand_words", "keywords", "stopwords"]

_MOST = 10
_SHIPPED = Path(__file__).resolve().parent.parent / "config" / "lexicons" / "stopwords.txt"
_UNITS = "家本款个种次件部台间位条篇套项批类些边里段句份天年月晚遍趟回点只张瓶盒包双辆晚号页"
_FILLER = re.compile(
    f"(?:(?:这|那|哪|每|某|几|两|第?[一二三四五六七八九十])[一两几]?[{_UNITS}]|[很好太不这那许]么?[多少])"
)
"""这家, 那本, 第二天, 每一次; 很多, 不少, 这么多: a pointer or a number with its unit, and "many"."""
_OF_A_BRAND = tuple(
    ["网", "网站", "官网", "官方", "商城", "旗舰店", "专卖店", "门店", "店", "集团", "公司", "客户端", "平台", "酒店"]
)
"""What follows a brand's name in other names of the brand itself."""


def keywords(tokens: Sequence[str], without: Collection[str]) -> tuple[str, ...]:
    """Return the most frequent words, the earlier first among equals; `without` are the words that say nothing."""
    counts = Counter(word for word in tokens if _says_something(word) and word not in without)
    return tuple(word for word, _ in counts.most_common(_MOST))


def stopwords() -> frozenset[str]:
    """Return the words of lexicons/stopwords.txt: the user's own where there is one, else the one that is shipped."""
    own = settings.config_dir() / "lexicons" / "stopwords.txt"
    lines = (own if own.exists() else _SHIPPED).read_text(encoding="utf-8").splitlines()
    return frozenset(simplified(word).lower() for line in lines if (word := line.split("#")[0].strip()))


def _says_something(word: str) -> bool:
    """Return whether a word can be a keyword: no emoticon, no number, no single character, no filler."""
    return len(word) > 1 and not word.startswith("[") and any(map(str.isalpha, word)) and not _FILLER.fullmatch(word)


def brand_words(names: Iterable[str]) -> frozenset[str]:
    """Return the words that name a brand itself, from what it is called: in its own mentions they are no topic."""
    every = tuple(names)
    return frozenset((*every, *(f"{name}{end}" for name in every for end in _OF_A_BRAND)))
