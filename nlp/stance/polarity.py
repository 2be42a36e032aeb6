"""How a few words speak of something: praise, blame, both or neither, by two lists that anybody may change."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from config import settings
from nlp.classifier.text import normalise

__all__ = ["Lexicon", "lexicon", "names"]

_SHIPPED = Path(__file__).resolve().parents[2] / "config" / "lexicons"
_GOOD, _BAD = "好强香稳快值棒", "差烂贵慢卡吵丑渣弱坑糟腻"
_SINGLE = re.compile(rf"(?P<good>[{_GOOD}])|(?P<bad>[{_BAD}])")
_EITHER = re.compile("[高低大小多少重轻长短]")
"""Of these, what is good depends on what is measured."""
_NOT = re.compile(
    r"(?:不(?:是|太|怎么|大|算|够|会|能|要|见得)?|没(?:有|什么|多|那么|这么)?|别|未必|并不|并非|毫不|毫无|谈不上|称不上|算不上|"
    r"说不上|无|非|莫|(?:不要|不会|别|不|没|没有)让[^,。]{0,4}|从来没|从没|没有?(?:以前|之前|过去|从前|原来|当年|想象中?|想的|传说中)|一点都不|一点也不)(?:那么|这么|多|很|太|真的?|特别|是)?$"
)
_NOT_NOT = re.compile(r"(?:不得不说|不要太|不能不说|别提(?:有)?多|不是一般的?|没的?说|不可谓不|无比|非常|非要|好不)$")

_REACH = 9
"""Characters before a word in which what negates it stands."""


class Lexicon:
    """Praise and blame; `version` differs whenever the words do."""

    def __init__(self, praise: Sequence[str], blame: Sequence[str], guess: Callable[[str], int] | None = None) -> None:
        """`guess` tells +1, -1 or 0 of a predicate in which no word of the lists stands."""
        self._praise, self._blame, self._guess = praise, blame, guess
        self.version = " ".join([*praise, "|", *blame])
        self._signs = dict.fromkeys(praise, 1) | dict.fromkeys(blame, -1)
        longest = sorted(self._signs, key=len, reverse=True)
        self._words = re.compile("|".join(map(re.escape, longest)) or "(?!)")

    def guessing(self, guess: Callable[[str], int]) -> Lexicon:
        """Return the same lists with a guess for what they do not hold."""
        return Lexicon(self._praise, self._blame, guess)

    def signs(self, text: str) -> list[int]:
        """Return +1 or -1 for each word of praise or blame in a normalised text, negations turned about."""
        return [sign for _, sign in self.placed(text)]

    def placed(self, text: str) -> list[tuple[int, int]]:
        """Return the same beside where each word begins."""
        found = []
        for match in self._words.finditer(text):
            sign, at = self._signs[match[0]], match.start()
            found.append((at, -sign if _is_negated(text[max(0, at - _REACH) : at]) else sign))
        return found

    def of(self, text: str) -> int:
        """Return +1 for praise alone, -1 for blame alone, 0 for neither or both."""
        found = set(self.signs(text))
        return found.pop() if len(found) == 1 else 0

    def predicate(self, text: str) -> int:
        """Return the sign of what begins a predicate, such as 好多了 or 差远了: the first word that tells decides."""
        match, single = self._words.search(text), _SINGLE.search(text)
        if match and (not single or match.start() <= single.start()):
            return -self._signs[match[0]] if _is_negated(text[: match.start()]) else self._signs[match[0]]
        if single and single.start() <= 5:
            sign = 1 if single["good"] else -1
            return -sign if _is_negated(text[: single.start()]) else sign
        return self._guess(text) if self._guess and len(text) > 1 and not _EITHER.search(text) else 0


def _is_negated(before: str) -> bool:
    return not _NOT_NOT.search(before[-6:]) and bool(_NOT.search(before[-_REACH:]))


def lexicon() -> Lexicon:
    """Read both lists: a person's own lexicons/{praise,blame}.txt where there is one, else the shipped one."""
    own = settings.config_dir() / "lexicons"
    return _load(*(own / name if (own / name).exists() else _SHIPPED / name for name in ("praise.txt", "blame.txt")))


def names() -> tuple[str, ...]:
    """Return the names that people set beside each other: a person's own lexicons/names.txt, or the shipped one."""
    own = settings.config_dir() / "lexicons" / "names.txt"
    return _names(own if own.exists() else _SHIPPED / "names.txt")


@lru_cache(maxsize=4)
def _names(file: Path) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_read(file)))


@lru_cache(maxsize=4)
def _load(praise: Path, blame: Path) -> Lexicon:
    return Lexicon(_read(praise), _read(blame))


def _read(file: Path) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [normalise(word).lower() for line in lines for word in line.split("#")[0].split()]
