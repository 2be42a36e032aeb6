"""What exists, estimated from what several routes caught: a figure with its 95 % interval, or why there is none.

All models of which routes depend on each other count, each by how well it fits (Bayesian model averaging over
log-linear models, as Madigan and York 1997 do it). What no data of so few routes can tell, a dependence of all of them,
is allowed for: the odds of being caught by one route may be some times greater for what another caught. How many times
is as much as leaves an interval that still says something: where little is unseen, a strong dependence changes little.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, exp, log, sqrt

from indexing.dark.loglinear import Fit, Table, fit, models

__all__ = ["MOST_ROUTES", "Estimate", "Refused", "estimate", "pooled"]

MOST_ROUTES = 3
_LEAST_RECAUGHT = 10
"""Posts that two routes or more must have caught."""
_STEPS = 8
_WIDEST = 1.0
"""An interval that is wider than the figure itself says nothing that a person could use."""
_USEFUL = 0.55
"""How wide an interval, as a share of the figure, may grow for the sake of a stronger dependence."""
_ALLOWED = {2: (0.25, 0.4, 0.8), 3: (0.1, 0.3, 0.3)}
"""By the number of routes: mean, and least and greatest deviation, of the logarithm of what a dependence that cannot be
seen multiplies the unseen by. Routes prefer what is popular, hence more is unseen than independence has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """How many posts there are: the figure, the ends of its 95 % interval, and how many were seen."""

    figure: float
    low: float
    high: float
    seen: int
    recaught: int
    """Those seen by two routes or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why there is no figure: `few_routes`, `small_overlap` or `wide_interval`; what was seen is told all the same."""

    reason: str
    seen: int
    recaught: int


def pooled(hours: Sequence[Table]) -> list[Table]:
    """Return the hours added up to one table for each set of open routes; hours in which none was open are left out."""
    found: dict[frozenset[int], dict[frozenset[int], int]] = {}
    for hour in hours:
        counts = found.setdefault(hour.open, defaultdict(int))
        for routes, count in hour.caught.items():
            if caught := routes & hour.open:
                counts[caught] += count
    known = {routes: dict(counts) for routes, counts in found.items() if routes and sum(counts.values())}
    return [Table(open=routes, caught=counts) for routes, counts in known.items()]


def estimate(hours: Sequence[Table], routes: int, *, allowing: bool = True) -> Estimate | Refused:
    """Return how many posts there are in the hours in which any of the `routes` (two or three) was open.

    Without `allowing`, no dependence is thought of but that which the captures show.
    """
    tables = pooled(hours)
    seen = sum(table.seen for table in tables)
    recaught = sum(count for table in tables for caught, count in table.caught.items() if len(caught) > 1)
    if not 2 <= routes <= MOST_ROUTES or not any(len(table.open) > 1 for table in tables):
        return Refused(reason="few_routes", seen=seen, recaught=recaught)
    if recaught < _LEAST_RECAUGHT:
        return Refused(reason="small_overlap", seen=seen, recaught=recaught)
    fits = [one for pairs in models(routes) if (one := fit(tables, routes, pairs))]
    if not fits:
        return Refused(reason="small_overlap", seen=seen, recaught=recaught)
    shift, least, most = _ALLOWED[routes] if allowing else (0.0, 0.0, 0.0)
    middle, low, high = _interval(fits, seen, shift, _spread(fits, seen, shift, least, most))
    if high - low > _WIDEST * middle:
        return Refused(reason="wide_interval", seen=seen, recaught=recaught)
    return Estimate(figure=middle, low=low, high=high, seen=seen, recaught=recaught)


def _spread(fits: Sequence[Fit], seen: int, shift: float, least: float, most: float) -> float:
    """Return the greatest of the allowed deviations whose interval is still useful, the least where none is."""
    below, above, tried = least, most, most
    for _ in range(_STEPS):
        middle, low, high = _interval(fits, seen, shift, tried)
        below, above = (tried, above) if high - low <= _USEFUL * middle else (below, tried)
        if below in (most, above):
            break
        tried = (below + above) / 2
    return below


def _interval(fits: Sequence[Fit], seen: int, shift: float, spread: float) -> tuple[float, float, float]:
    middle, low, high = (seen + _quantile(fits, share, shift, spread) for share in (0.5, 0.025, 0.975))
    return middle, low, high


def _quantile(fits: Sequence[Fit], share: float, shift: float, spread: float) -> float:
    """Return a quantile of the unseen under all models: a mixture of log-normal distributions, by their weights."""
    best = min(one.bic for one in fits)
    weights = [exp(-(one.bic - best) / 2) for one in fits]
    parts = [
        (weight / sum(weights), log(max(one.unseen, 1e-3)) + shift, sqrt(one.variance + spread**2 + _chance(one)))
        for weight, one in zip(weights, fits, strict=True)
    ]
    low, high = min(mean - 6 * deviation for _, mean, deviation in parts), max(m + 6 * d for _, m, d in parts)
    for _ in range(60):
        middle = (low + high) / 2
        below = sum(weight * _normal((middle - mean) / deviation) for weight, mean, deviation in parts)
        low, high = (middle, high) if below < share else (low, middle)
    return exp((low + high) / 2)


def _chance(one: Fit) -> float:
    """Return the variance that the unseen have by themselves: which posts are caught is chance too."""
    return 1 / max(one.unseen, 1.0)


def _normal(value: float) -> float:
    return (1 + erf(value / sqrt(2))) / 2
