"""A name in letters taken apart: surname first or last, syllables apart or run together, initials."""

import re
from functools import lru_cache

from indexing.identity.match.sound import COMPOUND, SURNAMES, sound

__all__ = ["is_initials", "split_latin"]

_TITLES = re.compile(r"^(?:mr|mrs|ms|miss|dr|prof)\.?\s+")
_INITIALS = re.compile(r"[a-z]|[bcdfghjklmnpqrstwxyz]{2,3}")
"""ZF in He ZF; with a vowel it could be a syllable."""
_MOST_WORDS, _COMMON = 4, 120
Parts = tuple[str | None, str | None]


def split_latin(name: str) -> Parts:
    """Return surname and given name of a folded name in letters; initials end with a stop: G. Xie, He ZF."""
    name = _TITLES.sub("", name)
    if "," in name:
        last, _, first = (part.strip() for part in name.partition(","))
        return last or None, _joined(first.split()) or None
    words = [word.strip(".") for word in name.replace(".", ". ").split()]
    words = [word for word in words if word]
    short = [word for word in words if _INITIALS.fullmatch(word)]
    if short and len(words) - len(short) == 1:
        return next(word for word in words if word not in short), f"{''.join(short)}."
    if len(words) == 1:
        return _run_together(words[0])
    if len(words) <= _MOST_WORDS and (found := _of_syllables(words)):
        return found
    *before, last = words
    return last, " ".join(before) or None


def is_initials(given: str) -> bool:
    """Say whether a given name is of initials alone."""
    return given.endswith(".")


def _of_syllables(words: list[str]) -> Parts | None:
    """Return 王小明 of Wang Xiaoming, Xiaoming Wang, Wang Xiao Ming, Wang Xiao-Ming; of two surnames the commoner."""
    if len(words) > 2 and words[0] + words[1] in _read():
        words = [words[0] + words[1], *words[2:]]
    first, last = (_read().get(word) for word in (words[0], words[-1]))
    ends = sorted((rank, place) for rank, place in ((first, 0), (last, len(words) - 1)) if rank is not None)
    for _, place in ends:
        rest = words[:place] + words[place + 1 :]
        given = _joined(rest)
        if _syllables().fullmatch(given):
            return words[place], given
    return None


def _joined(words: list[str]) -> str:
    """Return syllables run together, other words with spaces."""
    together = "".join(words).replace("-", "")
    return together if _syllables().fullmatch(together) else " ".join(words)


def _run_together(word: str) -> Parts:
    """Take WangXiaoming apart where a common surname begins it, of several the longest, and syllables follow."""
    plain = word.rstrip("_0123456789")
    common = (one for one, rank in _read().items() if rank < _COMMON and plain.startswith(one))
    cut = max((len(one) for one in common if _syllables().fullmatch(plain[len(one) :])), default=0)
    return (plain[:cut], plain[cut:]) if cut else (None, word)


@lru_cache(maxsize=1)
def _read() -> dict[str, int]:
    """Return how surnames are read, each with its place among them, the most common first."""
    return {sound(one, surname=True): place for place, one in reversed([*enumerate((*SURNAMES, *COMPOUND))])}


@lru_cache(maxsize=1)
def _syllables() -> re.Pattern[str]:
    """Return the form of one or two syllables of pinyin."""
    from pypinyin import lazy_pinyin

    common = lazy_pinyin([chr(point) for point in range(0x4E00, 0x9FA6)])
    said = sorted({one for one in common if one.isascii() and one.isalpha()}, key=lambda one: (-len(one), one))
    return re.compile(f"(?:{'|'.join(said)}){{1,2}}")
