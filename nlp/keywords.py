"""Tokens → the few words that say what a post is about."""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from config import settings
from nlp.variants import simplified

__all__ = ["keywords", "stopwords"]

_MOST = 10
_SHIPPED = Path(__file__).resolve().parent.parent / "config" / "lexicons" / "stopwords.txt"


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
    """Return whether a word can be a keyword: no emoticon, no number, no single character."""
    return len(word) > 1 and not word.startswith("[") and any(map(str.isalpha, word))
