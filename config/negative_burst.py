"""The figures of a burst as the alerts' documents keep them."""

from dataclasses import dataclass

from config.kinds.negative_burst import ENOUGH_PAST, Now
from config.kinds.negative_burst import Case as BurstTest
from config.kinds.negative_burst import When as NegativeBurst

__all__ = ["ENOUGH_PAST", "BurstTest", "Figures", "NegativeBurst", "Now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A window against its past; every figure that an alert states."""

    count: int
    negative: int
    share: float
    """Negative of all, 0 to 1; 0 for an empty window."""
    usual: float
    """Median of the past windows' negative mentions; 0 without a past."""
    mad: float
    """Median absolute deviation from it."""
    times: float | None
    """Negative mentions as a multiple of the usual; None when the usual is 0."""
    threshold: float
    """Negative mentions that it took to fire."""
    past_windows: int
    relative: bool
    """Whether there was enough past to compare with."""
    fires: bool
