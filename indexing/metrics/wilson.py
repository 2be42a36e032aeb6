"""What the figures mean: net sentiment and shares, each with the interval that its number of mentions allows.

The interval is Wilson's at 95 % (E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
J. Am. Stat. Assoc. 22, 1927). It speaks of chance in few mentions, not of errors of the sentiment model.
"""

from dataclasses import dataclass
from math import sqrt

__all__ = ["Estimate", "net_sentiment", "share"]

_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with the ends of its 95 % interval, all in the value's own unit."""

    value: float
    low: float
    high: float


def share(part: int, whole: int) -> Estimate | None:
    """Return part / whole, 0 to 1, with its Wilson interval; None when there is nothing to divide by."""
    if whole <= 0:
        return None
    value = part / whole
    spread = _Z95 * sqrt(value * (1 - value) / whole + _Z95**2 / (4 * whole**2))
    centre, scale = value + _Z95**2 / (2 * whole), 1 + _Z95**2 / whole
    low, high = max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
    return Estimate(value=value, low=min(low, value), high=max(high, value))


def net_sentiment(positive: int, negative: int) -> Estimate | None:
    """Return NSR = (positive - negative) / (positive + negative), -1 to 1; None without any of the two."""
    positives = share(positive, positive + negative)
    if positives is None:
        return None
    return Estimate(value=2 * positives.value - 1, low=2 * positives.low - 1, high=2 * positives.high - 1)
