"""One phrase in the two languages that everything people see is written in."""

from typing import NamedTuple

__all__ = ["Both"]


class Both(NamedTuple):
    """One phrase in Chinese and in English."""

    zh: str
    en: str
