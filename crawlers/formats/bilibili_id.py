"""Bilibili's two names for one video: its number (av170001) and the text made of it (BV17x411w7KC).

Source: https://github.com/SocialSisterYi/bilibili-API-collect/blob/master/docs/misc/bvid_desc.md
"""

import re

__all__ = ["VIDEO", "aid_of", "bvid_of"]

VIDEO = re.compile(
    r"(?:https?://[^\s?#]*/)?(?:(?P<bvid>BV1[1-9A-HJ-NP-Za-km-z]{9})|av(?P<aid>\d{1,16}))(?:[/?#].*)?", re.I
)
"""A video's name, or an address that ends in it."""
_LETTERS = "FcwAPNKTMug3GV5Lj7EJnHpWsx4tb8haYeviqBz6rkCy12mUSDQX9RdoZf"
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)}
_MASK = 23442827791579
_ONE_MORE = 1 << 51


def bvid_of(aid: int) -> str:
    """Return the text name of a video's number."""
    rest = (_ONE_MORE | aid) ^ _MASK
    letters = list("BV1000000000")
    for place in range(11, 2, -1):
        rest, value = divmod(rest, len(_LETTERS))
        letters[place] = _LETTERS[value]
    return "".join(_swapped(letters))


def aid_of(bvid: str) -> int:
    """Return the number of a video's text name; ValueError when it is none."""
    letters = _swapped(list(bvid))
    number = 0
    for letter in letters[3:]:
        if letter not in _VALUES:
            raise ValueError(f"{bvid[:40]!r} is no video's name")
        number = number * len(_LETTERS) + _VALUES[letter]
    return (number & (_ONE_MORE - 1)) ^ _MASK


def _swapped(letters: list[str]) -> list[str]:
    letters[3], letters[9] = letters[9], letters[3]
    letters[4], letters[7] = letters[7], letters[4]
    return letters
