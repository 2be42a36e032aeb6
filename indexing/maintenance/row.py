"""One line of what the nightly maintenance did, or would do."""

from dataclasses import dataclass
from datetime import timedelta

__all__ = ["Row"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How much of one kind of data went because it is older than `age`, and how much stays because it is owed."""

    kind: str
    age: timedelta | None
    """None: it is kept for good."""
    gone: int
    unit: str
    owed: int = 0
