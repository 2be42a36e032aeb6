"""Birthdays as customers' data write them, by either calendar, and when they come next."""

from calendar import isleap
from dataclasses import dataclass
from datetime import date

from indexing.people.lunar import LunarDay, is_lunar, parse_lunar

__all__ = ["Birthday", "SolarDay", "parse_birthday"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SolarDay:
    """A day of the common calendar."""

    month: int
    day: int

    def next(self, today: date) -> date:
        """Return when it comes next, today included; February 29th is kept on the 28th in other years."""
        return next(at for year in (today.year, today.year + 1) if (at := self._within(year)) >= today)

    def _within(self, year: int) -> date:
        kept = 28 if (self.month, self.day) == (2, 29) and not isleap(year) else self.day
        return date(year, self.month, kept)


Birthday = SolarDay | LunarDay


def parse_birthday(text: str) -> Birthday | None:
    """Return the day of 1990-03-08, 1990/3/8, 19900308, 03-08, 3月8日 and 农历八月十五; None where there is none."""
    if is_lunar(text):
        return parse_lunar(text)
    digits = "".join(char if char.isdecimal() else " " for char in text.strip().partition("T")[0]).split()
    if len(digits) == 1 and len(digits[0]) == 8:
        digits = [digits[0][:4], digits[0][4:6], digits[0][6:]]
    if len(digits) > 2 and len(digits[0]) == 4:
        digits = digits[1:3]
    if len(digits) != 2:
        return None
    try:
        month, day = map(int, digits)
        date(2000, month, day)
    except ValueError:
        return None
    return SolarDay(month=month, day=day)
