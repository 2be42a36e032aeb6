"""Lengths of time as people write them: `30m`, `1h`, `14d`."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

__all__ = ["Duration", "duration", "written"]

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_LONGEST = timedelta(days=3660)


def duration(value: Any) -> timedelta:
    """Return the length that is written so; ValueError says how to write it."""
    if isinstance(value, timedelta):
        return value
    found = re.fullmatch(r"([0-9]{1,9})\s*([smhdw])", value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError(f"got {value!r}: write a number and a unit of s, m, h, d or w, such as 30m, 1h or 14d")
    seconds = int(found[1]) * _UNITS[found[2]]
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"got {value!r}: longer than ten years: write a shorter time")
    return timedelta(seconds=seconds)


def written(length: timedelta) -> str:
    """Return the length in the largest unit that divides it, such as `90m`."""
    seconds = int(length.total_seconds())
    unit = next((unit for unit, size in _UNITS.items() if seconds and seconds % size == 0), "s")
    return f"{seconds // _UNITS[unit]}{unit}"


Duration = Annotated[
    timedelta,
    BeforeValidator(duration),
    PlainSerializer(written),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,9}\s*[smhdw]$", "examples": ["30m", "1h", "14d"]}),
]
"""A timedelta of whole seconds, not negative."""
