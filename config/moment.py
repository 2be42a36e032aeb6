"""A moment as people write it: `2026-11-01`, `2026-11-01T08:00`, with or without a zone."""

from datetime import UTC, datetime

from config.settings import DAY_ZONE

__all__ = ["written_moment"]

_YEARS = (1970, 2200)


def written_moment(text: str) -> datetime:
    """Return the moment that is written so, in UTC; Asia/Shanghai where no zone is named.

    ValueError for what is no time, or none that a calendar still knows some years before and after it.
    """
    named = datetime.fromisoformat(text.strip())
    if not _YEARS[0] < named.year < _YEARS[1]:
        raise ValueError(f"{text.strip()!r} is not between {_YEARS[0] + 1} and {_YEARS[1] - 1}")
    return (named if named.tzinfo else named.replace(tzinfo=DAY_ZONE)).astimezone(UTC)
