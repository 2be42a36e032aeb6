"""Values of any source, read as what a field needs; FaultyRow names the column, what is wrong and the remedy."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from crawlers.reading.dates import read_date
from crawlers.tables import FaultyRow
from crawlers.tables.cells import SpoiltCell, mended

__all__ = ["amount", "day", "moment", "text", "texts", "whole", "yes"]

_EXACT = 2**53
_LONGEST = 400
_ORDINARY = re.compile(
    r"[A-Za-z\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff.@-]{0,63}|[0-9]{1,15}|[0-9]{4}-[0-9]{2}-[0-9]{2}"
)
"""What no spreadsheet has touched, and most values are."""
_LISTED = re.compile(r"\s*[,，;；|、]\s*")
_YES = {"yes", "y", "true", "t", "1", "是", "同意", "已同意", "授权", "已授权", "on"}
_NO = {"no", "n", "false", "f", "0", "否", "不同意", "撤回", "已撤回", "未授权", "拒绝", "off"}
_WALL_CLOCK = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?"
)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?")
_UNIX_FROM, _UNIX_TO, _MILLISECONDS = 10**8, 10**10, 1_000
_CURRENCY = re.compile(r"^(?:CNY|RMB|￥|¥|元)\s*|\s*(?:元|CNY|RMB)$", re.IGNORECASE)
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d*)?|[-+]?\d{1,4}(?:,\d{4})+(?:\.\d*)?")
"""Sums with a comma behind every thousand, or 万; 12,50 and 1.234,50 are other countries' 12.50 and 1234.50."""


def text(value: Any, column: str, longest: int = _LONGEST) -> str:
    """Return a value as text, "" for none; what a spreadsheet made of a number is taken back where that is certain."""
    if value is None:
        return ""
    if isinstance(value, str) and _ORDINARY.fullmatch(value):
        return value
    try:
        plain = mended(value) if isinstance(value, str) else _written(value)
    except SpoiltCell as problem:
        raise FaultyRow(f"{column}: {problem}") from problem
    plain = " ".join(plain.split())
    if len(plain) > longest or not plain.isprintable():
        raise FaultyRow(f"{column}: more than {longest} characters, or some that cannot be printed: mend it")
    return plain


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        if abs(value) > _EXACT:
            raise SpoiltCell(f"{value!r} was rounded by the source: let it give the number as text")
        return f"{value:.0f}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value == value.to_integral_value() else f"{value:f}"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | Mapping | list | tuple | set):
        raise SpoiltCell(
            f"holds a {type(value).__name__}, not one value: name a path into it, or let the source cast it"
        )
    return str(value)


def texts(value: Any, column: str) -> tuple[str, ...]:
    """Return a list's texts, or those of a text separated by commas, semicolons or |, each once."""
    found: Iterable[Any] = value if isinstance(value, list | tuple) else _LISTED.split(text(value, column, 4_000))
    return tuple(dict.fromkeys(one for item in found if (one := text(item, column))))


def moment(value: Any, column: str, zone: ZoneInfo, *, may_lack: bool = False) -> datetime | None:
    """Return a time in UTC; one that names no zone is the source's. FaultyRow for none that may not lack."""
    if isinstance(value, str) and (usual := _usual(value, zone)):
        return usual
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), zone).astimezone(UTC)
    written = text(value, column)
    if not written:
        if may_lack:
            return None
        raise FaultyRow(f"{column}: missing: let the source say when")
    try:
        return _moment(written, zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        remedy = "write it as 2026-08-03 12:30:45, or let the source cast it"
        raise FaultyRow(f"{column}: no time that can be read: {remedy}") from error


@lru_cache(1024)
def _usual(written: str, zone: ZoneInfo) -> datetime | None:
    """Return the time of what most systems write, which Python itself reads quickest; None for all else."""
    try:
        read = datetime.fromisoformat(written) if written[4:5] == "-" else None
    except ValueError:
        return None
    if read is None or not 1900 <= read.year <= 2200:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)


def _moment(written: str, zone: ZoneInfo) -> datetime:
    if found := _WALL_CLOCK.fullmatch(written) or _DIGITS.fullmatch(written):
        year, month, day_, hour, minute, second = (int(part or 0) for part in found.groups())
        if not 1900 <= year <= 2200:
            raise ValueError("no such year")
        return datetime(year, month, day_, hour, minute, second, tzinfo=zone)
    if re.fullmatch(r"\d+(?:\.\d+)?", written):
        number = float(written)
        seconds = number / _MILLISECONDS if number >= _UNIX_TO else number
        if not _UNIX_FROM <= seconds < _UNIX_TO:
            raise ValueError("no time since 1970")
        return datetime.fromtimestamp(seconds, UTC)
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        return read_date(written)[0]
    return read if read.tzinfo else read.replace(tzinfo=zone)


def day(value: Any, column: str, zone: ZoneInfo) -> date | None:
    """Return a day in the source's zone, or None where there is none."""
    found = moment(value, column, zone, may_lack=True)
    return found.astimezone(zone).date() if found else None


def amount(value: Any, column: str) -> float | None:
    """Return a sum of money, or None where there is none."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = Decimal(str(value))
    else:
        written = _CURRENCY.sub("", str(value or "").strip()).replace("，", ",")
        if not written:
            return None
        if _GROUPED.fullmatch(written):
            written = written.replace(",", "")
        try:
            number = Decimal(written)
        except InvalidOperation:
            raise FaultyRow(f"{column}: no sum that can be read: write it as 1299.00") from None
    found = float(number)
    if not math.isfinite(found):
        raise FaultyRow(f"{column}: no sum that can be read: write it as 1299.00")
    return found


def whole(value: Any, column: str) -> int | None:
    """Return a whole number, or None where there is none."""
    written = text(value, column)
    if not written:
        return None
    try:
        number = Decimal(written)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number != number.to_integral_value() or abs(number) > _EXACT:
        raise FaultyRow(f"{column}: no whole number: write it with digits alone")
    return int(number)


def yes(value: Any, column: str) -> bool:
    """Return whether it says yes; False for nothing."""
    written = text(value, column).casefold()
    if written in _YES:
        return True
    if not written or written in _NO:
        return False
    raise FaultyRow(f"{column}: says neither yes nor no: write `values` in the source's file, such as {{Y1: yes}}")
