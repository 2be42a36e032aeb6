# ruff: noqa: E501, SIM905
"""A cell's value as it is compared: folded, without what only its writing added, and None where it says nothing."""

import re
from datetime import date
from functools import lru_cache

from config.fold import plain
from crawlers.tables.cells import SpoiltCell, mended
from indexing.people import contact
from indexing.people.lunar import is_lunar, parse_lunar

__all__ = ["birthday", "code", "email", "gender", "phone", "text"]

_NOTHING = frozenset(
    "nan none null n/a na - -- . 无 未知 不详 unknown 匿名 匿名用户 momo 未填写 空 test 测试 0 用户已注销 已注销 保密".split()
)
_DATE = re.compile(r"(\d{4})\D{0,2}(\d{1,2})\D{0,2}(\d{1,2})\D?(?:\s.*|t.*)?", re.IGNORECASE)
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_COUNTRY = re.compile(r"^(?:00)?86(?=1[\d*]{10}$)")
_MOBILE = re.compile(r"(?:86)?1[3-9]\d{9}")
_GENDERS = {"m": "m", "male": "m", "男": "m", "男性": "m", "先生": "m", "1": "m"}
_GENDERS |= {"f": "f", "female": "f", "女": "f", "女性": "f", "女士": "f", "2": "f", "小姐": "f"}


def text(value: object) -> str | None:
    """Return the text in half-width, lower-case, simplified characters with single spaces; None for what says nothing."""
    if value is None:
        return None
    folded = " ".join(plain(str(value)).split()).casefold()
    return None if not folded or folded in _NOTHING else _simplified(folded)


def code(value: object) -> str | None:
    """Return letters and digits alone."""
    folded = text(value)
    kept = re.sub(r"[\W_]+", "", folded.removesuffix(".0")) if folded else ""
    return kept if kept.strip("0") else None


def birthday(value: object) -> str | None:
    """Return eight digits, year first, by the common calendar; what is no date is compared by its digits.

    An impossible date is compared as it stands, and a day of the traditional calendar by the date that it was, if its
    year is told.
    """
    folded = text(value)
    if folded is None:
        return None
    if is_lunar(folded):
        lunar = parse_lunar(folded)
        return f"{lunar.solar:%Y%m%d}" if lunar and lunar.solar else None
    if found := _DAY_FIRST.fullmatch(folded):
        folded = f"{found[3]}-{found[2]}-{found[1]}" if int(found[2]) <= 12 else f"{found[3]}-{found[1]}-{found[2]}"
    found = _DATE.fullmatch(folded.removesuffix(".0"))
    digits = (
        f"{found[1]}{int(found[2]):02}{int(found[3]):02}" if found else re.sub(r"\D", "", folded.removesuffix(".0"))
    )
    return digits if digits not in _DEFAULT_DAYS and len(digits) > 3 else None


_DEFAULT_DAYS = {"19000101", "19700101", "00000000", "99991231", "11111111", date.min.strftime("%Y%m%d")}
"""What forms and databases write where nobody was asked."""


def phone(value: object) -> str | None:
    """Return the digits, without a country's code; a masked number keeps its stars."""
    folded = text(value)
    folded = _as_typed(folded) if folded and not folded.isdigit() else folded
    if folded and "*" in folded:
        return _COUNTRY.sub("", re.sub(r"[^\d*]", "", folded))
    usable = contact.normalised("phone", folded) if folded else None
    digits = re.sub(r"\D", "", folded or "")
    if usable or _MOBILE.fullmatch(digits) or not 6 <= len(digits) <= 15 or len(set(digits)) < 3:
        return usable
    return digits  # mistyped, or of a country that is not said: still comparable digit by digit


def _as_typed(folded: str) -> str | None:
    """Return the number without what a spreadsheet or a table of numbers made of it; None where digits are lost."""
    try:
        return mended(folded)
    except SpoiltCell:
        return None


def email(value: object) -> str | None:
    """Return the address in lower case."""
    folded = text(value)
    return contact.normalised("email", folded) if folded else None


def gender(value: object) -> str | None:
    """Return m or f."""
    folded = text(value)
    return _GENDERS.get(folded) if folded else None


@lru_cache(maxsize=1)
def _converter():  # type: ignore[no-untyped-def]
    from opencc import OpenCC

    return OpenCC("t2s")


def _simplified(folded: str) -> str:
    return folded if folded.isascii() else str(_converter().convert(folded))
