"""Ways to an interval for what exists, each from the same captures, to be held against truths."""

from collections.abc import Callable, Mapping, Sequence
from math import exp, log, sqrt

from indexing.dark.estimate import Estimate, estimate, pooled
from indexing.dark.loglinear import Fit, Table, fit, models

__all__ = ["METHODS", "Interval", "chapman"]

Interval = tuple[float, float] | None
"""Low and high end; None is a refusal."""
_Z = 1.959964
_LEAST = 10


def chapman(first: int, second: int, both: int) -> tuple[float, float]:
    """Return Chapman's estimate and its variance, of two routes that caught so many, and so many both."""
    figure = (first + 1) * (second + 1) / (both + 1) - 1
    spread = (first + 1) * (second + 1) * (first - both) * (second - both)
    return figure, spread / ((both + 1) ** 2 * (both + 2))


def _two(hours: Sequence[Table], routes: int) -> tuple[int, int, int]:
    """Return what the two routes caught that overlap most, and what both did."""
    found = []
    for one in range(routes):
        for other in range(one + 1, routes):
            counts = [
                sum(count for hour in hours for caught, count in hour.caught.items() if wanted <= caught)
                for wanted in ({one}, {other}, {one, other})
            ]
            found.append((counts[2], counts[0], counts[1]))
    both, first, second = max(found)
    return first, second, both


def _chapman_normal(hours: Sequence[Table], routes: int) -> Interval:
    first, second, both = _two(hours, routes)
    figure, variance = chapman(first, second, both)
    return None if both < _LEAST else (figure - _Z * sqrt(variance), figure + _Z * sqrt(variance))


def _chapman_lognormal(hours: Sequence[Table], routes: int) -> Interval:
    """Chao's interval: the unseen are log-normal."""
    first, second, both = _two(hours, routes)
    figure, variance = chapman(first, second, both)
    seen = first + second - both
    if both < _LEAST:
        return None
    unseen = max(0.5, figure - seen)
    factor = exp(_Z * sqrt(log(1 + variance / unseen**2)))
    return seen + unseen / factor, seen + unseen * factor


def _chosen(by: Callable[[Fit], float]) -> Callable[[Sequence[Table], int], Interval]:
    def interval(hours: Sequence[Table], routes: int) -> Interval:
        tables = pooled(hours)
        recaught = sum(count for table in tables for caught, count in table.caught.items() if len(caught) > 1)
        fits = [one for pairs in models(routes) if (one := fit(tables, routes, pairs))]
        if recaught < _LEAST or not fits:
            return None
        best, seen = min(fits, key=by), sum(table.seen for table in tables)
        factor = exp(_Z * sqrt(best.variance + 1 / max(1.0, best.unseen)))
        return seen + best.unseen / factor, seen + best.unseen * factor

    return interval


def _averaged(allowing: bool) -> Callable[[Sequence[Table], int], Interval]:
    def interval(hours: Sequence[Table], routes: int) -> Interval:
        found = estimate(hours, routes, allowing=allowing)
        return (found.low, found.high) if isinstance(found, Estimate) else None

    return interval


METHODS: Mapping[str, Callable[[Sequence[Table], int], Interval]] = {
    "Chapman, normal": _chapman_normal,
    "Chapman, log-normal (Chao)": _chapman_lognormal,
    "log-linear, best by AIC": _chosen(lambda one: one.aic),
    "log-linear, best by BIC": _chosen(lambda one: one.bic),
    "log-linear, averaged by BIC": _averaged(False),
    "the same, with an allowance": _averaged(True),
}
