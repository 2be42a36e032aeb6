"""How long something took, within the hours in which people work."""

from datetime import datetime, time, timedelta

from config.case_rules import WorkHours
from config.settings import DAY_ZONE
from config.workdays import is_workday

__all__ = ["work_seconds"]

_LONGEST = timedelta(days=1_000)


def work_seconds(begin: datetime, end: datetime, hours: WorkHours) -> int:
    """Return the seconds between the two that lie in working hours; at most a thousand days are looked at."""
    begin, end = begin.astimezone(DAY_ZONE), min(end, begin + _LONGEST).astimezone(DAY_ZONE)
    total, day = timedelta(), begin.date()
    while day <= end.date():
        if is_workday(day):
            midnight = datetime.combine(day, time(), DAY_ZONE)
            opens, closes = (midnight + timedelta(minutes=minutes) for minutes in (hours.begin, hours.end))
            total += max(timedelta(), min(end, closes) - max(begin, opens))
        day += timedelta(days=1)
    return int(total.total_seconds())
