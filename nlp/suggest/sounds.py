"""Same sounds: every run of characters that is read as a name is, or nearly so."""

import re
from functools import lru_cache

from nlp.words import HAN

__all__ = ["initials", "sounds_like"]

_NEAR = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"))
"""Beginnings that many regions do not tell apart."""
_ENDS = (("ang", "an"), ("eng", "en"), ("ing", "in"))
_HAN = re.compile(f"[{HAN}]+")


def sounds_like(name: str) -> re.Pattern[str] | None:
    """Return what finds runs of characters that sound like the name, in group 1, overlapping ones too.

    None for a name that is not of two Chinese characters at least.
    """
    if len(name) < 2 or not _HAN.fullmatch(name):
        return None
    classes = [_alike(char) for char in name]
    return re.compile(f"(?=({''.join(f'[{chars}]' for chars in classes)}))")


def initials(name: str) -> str:
    """Return the first letters of a Chinese name's sounds, such as HW for 华为; nothing for any other."""
    from pypinyin import Style, lazy_pinyin

    if len(name) < 2 or not _HAN.fullmatch(name):
        return ""
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).upper()


def _alike(char: str) -> str:
    found = {other for sound in _readings().get(char, ()) for other in _by_sound()[sound]}
    return "".join(sorted(found | {char}))


@lru_cache(maxsize=1)
def _readings() -> dict[str, frozenset[str]]:
    """Return how each character of simplified Chinese is read, without tones, and where regions differ as one."""
    from pypinyin import Style, pinyin

    found = {}
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                char = bytes((high, low)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            found[char] = frozenset(map(_plain, pinyin(char, style=Style.NORMAL, heteronym=True)[0]))
    return found


@lru_cache(maxsize=1)
def _by_sound() -> dict[str, str]:
    table: dict[str, str] = {}
    for char, sounds in _readings().items():
        for sound in sounds:
            table[sound] = table.get(sound, "") + char
    return table


def _plain(sound: str) -> str:
    for one, other in _NEAR:
        if sound.startswith(one):
            sound = other + sound.removeprefix(one)
            break
    for one, other in _ENDS:
        if sound.endswith(one):
            return sound.removesuffix(one) + other
    return sound
