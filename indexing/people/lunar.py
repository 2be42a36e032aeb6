"""Days of the traditional calendar (农历), as people write their birthdays in it: 农历八月十五, 腊月廿三."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from borax.calendars.lunardate import InvalidLunarDateError, LCalendars, LunarDate

from config.fold import plain

__all__ = ["LunarDay", "is_lunar", "parse_lunar"]

_UNITS = "一二三四五六七八九"
_MONTHS = {name: number for number, name in enumerate([*_UNITS, "十", "十一", "十二"], 1)}
_MONTHS |= {"正": 1, "冬": 11, "腊": 12, "臘": 12}
_DAYS = {
    f"{tens}{unit}": 10 * ten + number
    for tens, ten in (("", 0), ("初", 0), ("十", 1), ("廿", 2), ("二十", 2))
    for number, unit in enumerate(["", *_UNITS])
}
_DAYS |= {"初十": 10, "三十": 30, "卅": 30}
_FIGURES = {figure: str(number) for number, figure in enumerate("〇" + _UNITS)} | {"零": "0"}
_NAMED = re.compile("[(（]?(?:农历|農曆|阴历|陰曆|旧历|舊曆|老历)[)）]?")
_ITS_OWN = re.compile("初|廿|卅|[正冬腊臘]月|闰|閏")
"""Words that no other calendar has."""
_DAY = re.compile(
    rf"(?:(?P<year>\d{{4}}|[〇零{_UNITS}]{{4}})[年/.\-])?(?P<leap>[闰閏]?)"
    rf"(?P<month>\d{{1,2}}|[正冬腊臘{_UNITS}十]{{1,2}})[月/.\-](?P<day>\d{{1,2}}|[初廿卅十{_UNITS}]{{1,3}})[日号號]?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LunarDay:
    """A day of the traditional calendar; `leap` where its month is the second of that number in its year."""

    year: int | None = None
    month: int
    day: int
    leap: bool = False

    @property
    def solar(self) -> date | None:
        """The day by the common calendar; None without a year, and where that year had no such day."""
        if self.year is None:
            return None
        try:
            return _solar(self.year, self.month, self.day, int(self.leap))
        except InvalidLunarDateError:
            return None

    def next(self, today: date) -> date:
        """Return when it comes next, today included.

        The 30th is kept on the 29th of a shorter month, and a leap month's day in the month of its number where a year
        has no such leap month.
        """
        year = LunarDate.from_solar_date(today.year, today.month, today.day).year
        return next(at for number in (year, year + 1) if (at := self._within(number)) >= today)

    def _within(self, year: int) -> date:
        leap = int(self.leap and LCalendars.leap_month(year) == self.month)
        day = min(self.day, LCalendars.ndays(year, self.month, leap))
        return _solar(year, self.month, day, leap)


def _solar(year: int, month: int, day: int, leap: int) -> date:
    found: date = LunarDate(year, month, day, leap).to_solar_date()
    return found


def is_lunar(text: str) -> bool:
    """Say whether a text speaks of a day of the traditional calendar, whether that can be read or not."""
    return not text.isascii() and bool(_NAMED.search(text) or _ITS_OWN.search(text))


def parse_lunar(text: str) -> LunarDay | None:
    """Return the day that a text names by the traditional calendar; None where it names none that can be."""
    bare = "".join(plain(text).split())
    found = _DAY.fullmatch(_NAMED.sub("", bare).lstrip(":："))
    if not is_lunar(bare) or not found:
        return None
    month, day = (_number(found[name], names) for name, names in (("month", _MONTHS), ("day", _DAYS)))
    if not 1 <= month <= 12 or not 1 <= day <= 30:
        return None
    year = found["year"] and int("".join(_FIGURES.get(figure, figure) for figure in found["year"]))
    return LunarDay(year=year or None, month=month, day=day, leap=bool(found["leap"]))


def _number(written: str, names: dict[str, int]) -> int:
    return int(written) if written.isdecimal() else names.get(written, 0)
