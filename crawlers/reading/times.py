"""Publishing times as platforms tell them: 刚刚, 5分钟前, 2小時前, 3 hours ago, 昨天 18:30, 12月31日, or as machines.

A time without a zone is Asia/Shanghai's, and so is CST. A relative time counts from the moment at which the page was
made, and is never in that moment's future.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta

from config.settings import DAY_ZONE
from crawlers.post import Precision
from crawlers.reading.dates import CLOCK, ReadTime, clock_of, read_date, read_usual

__all__ = ["SPAN", "ReadTime", "Stamp", "optional_time", "read_time", "stamped", "unix_time"]

SPAN = {
    Precision.SECOND: timedelta(seconds=1),
    Precision.MINUTE: timedelta(minutes=1),
    Precision.HOUR: timedelta(hours=1),
    Precision.DAY: timedelta(days=1),
    Precision.WEEK: timedelta(weeks=1),
    Precision.MONTH: timedelta(days=31),
    Precision.YEAR: timedelta(days=366),
}
"""How long the stretch is within which a time of that precision lies."""

_AGO = re.compile(
    r"(?P<number>\d+|[半一两二三四五六七八九十])\s*个?(?P<unit>秒钟?|分钟?|小时|钟头|天|日|周|星期|月|年)之?前"
)
_WRITTEN = {"半": 0.5, "两": 2} | {digit: value for value, digit in enumerate("一二三四五六七八九十", 1)}
_UNITS = {
    "秒": (timedelta(seconds=1), Precision.MINUTE),  # counted from about when the page was made
    "分": (timedelta(minutes=1), Precision.MINUTE),
    "小": (timedelta(hours=1), Precision.HOUR),
    "钟": (timedelta(hours=1), Precision.HOUR),
    "天": (timedelta(days=1), Precision.DAY),
    "日": (timedelta(days=1), Precision.DAY),
    "周": (timedelta(weeks=1), Precision.WEEK),
    "星": (timedelta(weeks=1), Precision.WEEK),
    "月": (timedelta(days=30), Precision.MONTH),
    "年": (timedelta(days=365), Precision.YEAR),
}
_AGO_IN_ENGLISH = re.compile(
    r"(?P<number>\d+|an?)\s*(?P<unit>second|sec|minute|min|hour|hr|day|week|month|year)s?\s+ago", re.IGNORECASE
)
_ENGLISH = {"s": "秒", "mi": "分", "h": "小", "d": "天", "w": "周", "mo": "月", "y": "年"}
_NOW = ("刚刚", "刚才", "现在", "just now")
_TRADITIONAL = str.maketrans("剛鐘時個週現後", "刚钟时个周现后")
_NAMED = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
_CLOCK = rf"(?:\s*{CLOCK})?"
_NAMED_DAY = re.compile(rf"(?P<day>{'|'.join(_NAMED)}){_CLOCK}", re.IGNORECASE)
_DATE = re.compile(
    rf"(?:(?P<year>\d{{4}}|\d{{2}})[-/.年])?(?P<month>\d{{1,2}})[-/.月](?P<day>\d{{1,2}})日?{_CLOCK}", re.IGNORECASE
)
_MILLISECONDS_FROM = 10**11
_NUMBER = re.compile(r"\d{1,16}(?:\.\d+)?", re.ASCII)

Stamp = int | float | str
"""How interfaces write Unix seconds or milliseconds: as a number, or as its digits."""


def read_time(written: str, moment: datetime) -> ReadTime:
    """Return the aware time `written` means on a page made at `moment`, and how exactly; ValueError if unreadable."""
    if usual := read_usual(written):
        return usual
    text = unicodedata.normalize("NFKC", written).translate(_TRADITIONAL).strip()
    for reader in (_ago, _named_day, _date):
        if found := reader(text, moment):
            return found
    return read_date(text)


def optional_time(said: str | float | None, moment: datetime) -> datetime | None:
    """Return the time of a field that its post can do without; None where it says none, or none that can be read."""
    try:
        if stamp := stamped(said):
            return stamp[0]
        return read_time(said, moment)[0] if isinstance(said, str) else None
    except (ValueError, OverflowError):
        return None


def stamped(said: Stamp | None) -> ReadTime | None:
    """Return the time of a stamp; None where it is none, or 0, as some write that there is none."""
    if isinstance(said, str):
        said = float(said) if _NUMBER.fullmatch(said.strip()) else None
    return unix_time(said) if said else None


def unix_time(number: float) -> ReadTime:
    """Return the time of Unix seconds or milliseconds (told apart by size); ValueError when it is none."""
    try:
        seconds = number / 1000 if abs(number) >= _MILLISECONDS_FROM else number
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=0), Precision.SECOND
    except (OverflowError, OSError) as error:
        raise ValueError(f"no time that we can read: {number!r}") from error


def _ago(text: str, moment: datetime) -> ReadTime | None:
    if text.lower() in _NOW:
        return moment.replace(microsecond=0), Precision.MINUTE
    english = _AGO_IN_ENGLISH.fullmatch(text)
    if match := english or _AGO.fullmatch(text):
        unit = (
            next(_ENGLISH[one] for one in _ENGLISH if match["unit"].lower().startswith(one))
            if english
            else match["unit"]
        )
        step, precision = _UNITS[unit[0]]
        steps = _WRITTEN.get(match["number"]) or (int(match["number"]) if match["number"].isdecimal() else 1)
        try:
            return (moment - steps * step).replace(microsecond=0), precision
        except OverflowError as error:
            raise ValueError(f"no time that we can read: {text[:80]!r}") from error
    return None


def _named_day(text: str, moment: datetime) -> ReadTime | None:
    if (match := _NAMED_DAY.fullmatch(text)) is None:
        return None
    day = moment.astimezone(DAY_ZONE) - timedelta(days=_NAMED[match["day"]])
    found, precision = _at_clock(day, match)
    if found > moment:  # the page was made before midnight, and read after
        found -= timedelta(days=1)
    return found, precision


def _date(text: str, moment: datetime) -> ReadTime | None:
    if (match := _DATE.fullmatch(text)) is None:
        return None
    here = moment.astimezone(DAY_ZONE)
    month, day = int(match["month"]), int(match["day"])
    if match["year"]:
        year = int(match["year"])
        if year == 1 and len(match["year"]) == 4:
            raise ValueError(f"{text[:80]!r} is how some systems write that there is none")
        return _at_clock(here.replace(year=year + 2000 if year < 100 else year, month=month, day=day), match)
    for year in range(here.year, here.year - 9, -1):  # 29 February may be eight years back
        try:
            found, precision = _at_clock(here.replace(year=year, month=month, day=day), match)
        except ValueError:
            continue
        if found <= moment:
            return found, precision
    raise ValueError(f"no day of any year: {text[:80]!r}")


def _at_clock(day: datetime, match: re.Match[str]) -> ReadTime:
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
    if match["hour"] is None:
        return midnight, Precision.DAY
    return midnight + clock_of(match.groupdict()), Precision.SECOND if match["second"] else Precision.MINUTE
