"""When people post: made-up times with the day and night of Asia/Shanghai."""

from datetime import datetime, timedelta
from random import Random

from config.settings import DAY_ZONE

__all__ = ["moment"]

_HOURS = (3, 2, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 10, 8, 8, 8, 8, 8, 9, 10, 12, 13, 11, 7)
"""How much is posted in each hour of the day, against the other hours."""
_BUSIEST = max(_HOURS)
_TRIES = 200


def moment(luck: Random, start: datetime, end: datetime) -> datetime:
    """Return a whole second in [start, end), likelier by day than by night."""
    seconds = int((end - start).total_seconds())
    for _ in range(_TRIES):
        drawn = start + timedelta(seconds=luck.randrange(max(1, seconds)))
        if luck.random() * _BUSIEST < _HOURS[drawn.astimezone(DAY_ZONE).hour]:
            break
    return drawn
