"""China's festivals of the coming days, as far as they are public holidays and the State Council has announced them."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from config.both import Both
from config.workdays import knows

__all__ = ["festivals"]

_NAMES: Mapping[str, Both] = MappingProxyType(
    {
        "New Year's Day": Both("元旦", "New Year's Day"),
        "Spring Festival": Both("春节", "Spring Festival"),
        "Tomb-sweeping Day": Both("清明节", "Tomb-sweeping Day"),
        "Labour Day": Both("劳动节", "Labour Day"),
        "Dragon Boat Festival": Both("端午节", "Dragon Boat Festival"),
        "Mid-autumn Festival": Both("中秋节", "Mid-autumn Festival"),
        "National Day": Both("国庆节", "National Day"),
    }
)
_GREETED = frozenset({"Spring Festival", "Dragon Boat Festival", "Mid-autumn Festival", "New Year's Day"})
"""Festivals on which one sends good wishes; nobody does on the day of the dead."""
_GAP = timedelta(days=20)


def festivals(day: date, days: int) -> tuple[list[tuple[date, Both]], list[int]]:
    """Return the first holiday of each festival in the coming days, and the years of which none is known."""
    import chinese_calendar

    found: list[tuple[date, Both]] = []
    last: dict[str, date] = {}
    unknown = sorted({one.year for one in (day, day + timedelta(days=days)) if not knows(one.year)})
    for number in range(-int(_GAP.days), days + 1):
        at = day + timedelta(days=number)
        if at.year in unknown or not knows(at.year):
            continue
        holiday, name = chinese_calendar.get_holiday_detail(at)
        if not holiday or name not in _GREETED:
            continue
        fresh = at - last.get(name, date.min) > _GAP
        last[name] = at
        if fresh and at >= day:
            found.append((at, _NAMES[name]))
    return found, unknown
