"""The time that boards and pages look at, defined once: whole days of Asia/Shanghai, today included, up to now."""

from datetime import datetime, timedelta

from config.settings import DAY_ZONE

__all__ = ["DAYS", "beginning", "in_kibana"]

DAYS = 14
"""How many days, unless somebody chooses otherwise."""


def beginning(until: datetime, days: int = DAYS) -> datetime:
    """Return the midnight with which the `days` days begin whose last one holds `until` (aware)."""
    midnight = until.astimezone(DAY_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days - 1)


def in_kibana(days: int = DAYS) -> tuple[str, str]:
    """Return the same time as Kibana's beginning and end; it rounds in the space's time zone, and both ends count."""
    return f"now-{days - 1}d/d", "now"
