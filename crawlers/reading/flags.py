"""A flag as interfaces write it: true, 1, "1" or "true", and what says no in the same ways."""

from typing import Any

__all__ = ["flag"]

_TOLD = {"true": True, "1": True, "false": False, "0": False}


def flag(value: Any) -> bool | None:
    """Return whether a flag is set; None where there is none."""
    return _TOLD.get(str(value).strip().lower()) if isinstance(value, bool | int | str) else None
