"""What labels come to: agreement beyond chance, and shares of a whole of which strata were drawn unevenly."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from indexing.metrics.wilson import Estimate

__all__ = ["Drawn", "kappa", "weighted_share"]

_Z95 = 1.959963984540054
_DRAWS = 1_000
_ENDS = (2.5, 97.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One drawn mention: its stratum, for how many it stands, and whether what is asked about holds of it."""

    stratum: str
    weight: float
    holds: bool


def kappa(pairs: Sequence[tuple[str, str]]) -> Estimate | None:
    """Return Cohen's kappa of two people's labels with its 95 % interval, by drawing the pairs anew 1,000 times.

    None where both always said one and the same thing, so that there is nothing beyond chance to agree on, and without
    any pair.
    """
    value = _kappa(pairs)
    if value is None:
        return None
    chance, every = np.random.default_rng(0), len(pairs)
    draws = [_kappa([pairs[at] for at in chance.integers(0, every, every)]) for _ in range(_DRAWS)]
    low, high = np.percentile([value if draw is None else draw for draw in draws], _ENDS)
    return Estimate(value=value, low=min(float(low), value), high=max(float(high), value))


def _kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    if not pairs:
        return None
    seen = sum(one == other for one, other in pairs) / len(pairs)
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    by_chance = sum(ones[label] * others[label] for label in ones) / len(pairs) ** 2
    return None if by_chance == 1 else (seen - by_chance) / (1 - by_chance)


def weighted_share(drawn: Sequence[Drawn]) -> Estimate | None:
    """Return the share of the whole for which it holds, with Wilson's 95 % interval at the effective sample size.

    A stratum's variance is that of its own share, drawn towards the whole's by one mention, so that a small stratum in
    which all hold is not held to be certain. The effective size is that of a simple sample of the same variance; where
    that has none, Kish's.
    """
    total = sum(one.weight for one in drawn)
    if not total:
        return None
    value = sum(one.weight for one in drawn if one.holds) / total
    variance = 0.0
    for name in {one.stratum for one in drawn}:
        some = [one for one in drawn if one.stratum == name]
        part = sum(one.weight for one in some) / total
        share = (sum(one.holds for one in some) + value) / (len(some) + 1)
        variance += part**2 * share * (1 - share) / len(some)
    kish = total**2 / sum(one.weight**2 for one in drawn)
    return _wilson(value, value * (1 - value) / variance if variance else kish)


def _wilson(value: float, size: float) -> Estimate:
    spread = _Z95 * sqrt(value * (1 - value) / size + _Z95**2 / (4 * size**2))
    centre, scale = value + _Z95**2 / (2 * size), 1 + _Z95**2 / size
    low, high = max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
    return Estimate(value=value, low=min(low, value), high=max(high, value))
