"""Weibo's ids of messages and comments: base 62 and base 10, and the publishing time that the high bits carry.

`(mid >> 22) + 515483463` is the publishing time in Unix seconds; the low 22 bits tell apart what shares a second. Ids
from before about May 2011 do not follow this.
"""

from datetime import UTC, datetime

__all__ = ["from_base62", "mid_at", "moved", "published", "seconds_of", "to_base62"]

_EPOCH = 515_483_463
_LOW_BITS = 22
_GROUP = 10_000_000
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}


def from_base62(text: str) -> int:
    """Return the number of an id such as `z0JH2lOMb`: four digits of base 62 stand for seven of base 10.

    ValueError when `text` is no such id.
    """
    if not text or any(digit not in _VALUES for digit in text):
        raise ValueError(f"{text!r} is no base 62 id of Weibo's")
    number = 0
    for start in range(len(text) % 4 - 4, len(text), 4):
        value = 0
        for digit in text[max(0, start) : start + 4]:
            value = value * 62 + _VALUES[digit]
        number = number * _GROUP + value
    return number


def to_base62(mid: int) -> str:
    """Return the short form that stands in a post's address."""
    groups = []
    while mid:
        mid, group = divmod(mid, _GROUP)
        digits = ""
        while group:
            group, digit = divmod(group, 62)
            digits = _DIGITS[digit] + digits
        groups.append(digits.rjust(4, "0"))
    return "".join(reversed(groups)).lstrip("0") or "0"


def published(mid: int) -> datetime:
    """Return the time that the id carries, to the second, in UTC."""
    return datetime.fromtimestamp(seconds_of(mid), UTC)


def seconds_of(mid: int) -> int:
    """Return the time that the id carries, in Unix seconds; any number has one, a sensible one or not."""
    return (mid >> _LOW_BITS) + _EPOCH


def mid_at(moment: datetime, low: int) -> int:
    """Return the id that carries `moment` and, in its low 22 bits, those of `low`."""
    return (int(moment.timestamp()) - _EPOCH << _LOW_BITS) | (low & (1 << _LOW_BITS) - 1)


def moved(mid: int, seconds: int) -> int:
    """Return the id that carries a time `seconds` later; the low bits stay."""
    return mid + (seconds << _LOW_BITS)
