"""Working days in China: public holidays and the weekend days that are worked for them (调休)."""

from datetime import date, datetime

__all__ = ["is_workday", "knows"]


def is_workday(day: date) -> bool:
    """Say whether people work on the day; in a year whose holidays are not known, on Monday to Friday.

    A day without a time: a datetime would count by its written date, whatever its zone (chinesecalendar 1.11.0), and
    16:30 UTC is the next day in Shanghai.
    """
    import chinese_calendar

    if isinstance(day, datetime):
        raise TypeError(f"{day!r}: a moment is no day: say in which zone, by .astimezone(DAY_ZONE).date()")
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def knows(year: int) -> bool:
    """Say whether the year's public holidays are known; the State Council announces them in the November before."""
    import chinese_calendar

    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True
