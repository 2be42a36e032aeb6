"""Difference in differences: what changed in one group more than in another, with its 95 % interval.

Each customer is compared with themselves: d = after - before. The estimate is mean(d, treated) - mean(d, control), its
variance the sum of both groups' (Welch), and the interval Student's with Welch's degrees of freedom (B. L. Welch, "The
generalization of Student's problem when several different population variances are involved", Biometrika 34, 1947).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, variance

__all__ = ["FEWEST", "Compared", "compare"]

FEWEST = 30
"""Customers in either group below which nothing is said."""
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Means of both groups before and after, and by how much more the treated changed, with the interval's ends."""

    treated: int
    control: int
    treated_before: float
    treated_after: float
    control_before: float
    control_after: float
    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out nought."""
        return self.low > 0 or self.high < 0


def compare(treated: Sequence[tuple[float, float]], control: Sequence[tuple[float, float]]) -> Compared | str:
    """Return the comparison of (before, after) of each customer, or in a word why there is none: few or constant."""
    if min(len(treated), len(control)) < FEWEST:
        return "few"
    changes = [[after - before for before, after in group] for group in (treated, control)]
    parts = [variance(one) / len(one) for one in changes]
    if not sum(parts):
        return "constant"
    degrees = sum(parts) ** 2 / sum(part**2 / (len(one) - 1) for part, one in zip(parts, changes, strict=True))
    value, spread = fmean(changes[0]) - fmean(changes[1]), _student(degrees) * sqrt(sum(parts))
    return Compared(
        treated=len(treated),
        control=len(control),
        treated_before=fmean(before for before, _ in treated),
        treated_after=fmean(after for _, after in treated),
        control_before=fmean(before for before, _ in control),
        control_after=fmean(after for _, after in control),
        value=value,
        low=value - spread,
        high=value + spread,
    )


def _student(degrees: float) -> float:
    """Return Student's 97.5 % point (Abramowitz and Stegun 26.7.5), within 0.001 from 20 degrees on."""
    z, v = _Z, degrees
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )
