"""Capture histories as a log-linear model: how many were caught by none of the routes, under one kind of dependence.

A table holds, for the hours in which the same routes were open, how many posts each combination of them caught. All
tables share what a route catches and how two routes depend on each other; each has its own number of posts. A route
that was shut is summed over, so that its blocked hours are no misses (Thompson and Baker 1981, composite links).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import numpy.typing as npt

__all__ = ["Fit", "Table", "fit", "models"]

_ROUNDS = 200
_STEP = 1e-7
_RIDGE = 1e-9
_SPREAD_OF_ODDS, _SPREAD_OF_DEPENDENCE = 10.0, 2.0
"""The logarithms of a route's odds, and of an odds ratio between two, lie within ± twice this as a rule: that keeps a
fit finite where a cell is 0, and says next to nothing elsewhere."""
Pair = tuple[int, int]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Hours with the same `open` routes, by their numbers: how many posts each set of routes caught."""

    open: frozenset[int]
    caught: Mapping[frozenset[int], int]

    @property
    def seen(self) -> int:
        """Posts that any route caught."""
        return sum(self.caught.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A model's answer: posts that no route caught, the variance of its logarithm, and how well it fits."""

    pairs: tuple[Pair, ...]
    unseen: float
    variance: float
    bic: float
    aic: float


def models(routes: int) -> list[tuple[Pair, ...]]:
    """Return the sets of pairs of routes that may depend on each other: with two routes none can be told."""
    pairs = list(combinations(range(routes), 2)) if routes > 2 else []
    return [chosen for size in range(len(pairs) + 1) for chosen in combinations(pairs, size)]


def fit(tables: Sequence[Table], routes: int, pairs: tuple[Pair, ...]) -> Fit | None:
    """Fit a model to the tables by Fisher scoring; None where it does not settle."""
    design, sums, observed, unseen = _laid_out(tables, routes, pairs)
    penalty = np.zeros(design.shape[1])
    penalty[len(tables) : len(tables) + routes] = 1 / _SPREAD_OF_ODDS**2
    penalty[len(tables) + routes :] = 1 / _SPREAD_OF_DEPENDENCE**2
    theta = _first(tables, routes, design.shape[1])
    for _ in range(_ROUNDS):
        rates = np.exp(np.clip(design @ theta, -30, 30))
        means = np.maximum(sums @ rates, 1e-12)
        slopes = sums @ (rates[:, None] * design)
        information = (slopes.T / means) @ slopes + np.diag(penalty + _RIDGE)
        step = np.linalg.solve(information, slopes.T @ (observed / means - 1) - penalty * theta)
        step *= min(1.0, 2.0 / max(2.0, float(np.abs(step).max())))
        theta = theta + step
        if float(np.abs(step).max()) < _STEP:
            break
    else:
        return None
    rates = np.exp(np.clip(design @ theta, -30, 30))
    missed = float(unseen @ rates)
    if not np.isfinite(missed) or missed > 1e9:
        return None
    gradient = (unseen * rates) @ design / max(missed, 1e-12)
    variance = float(gradient @ np.linalg.solve(information, gradient))
    means = np.maximum(sums @ rates, 1e-12)
    likelihood = float((observed * np.log(means) - means).sum())
    free = design.shape[1]
    bic = -2 * likelihood + free * float(np.log(max(2.0, observed.sum())))
    return Fit(pairs=pairs, unseen=missed, variance=variance, bic=bic, aic=-2 * likelihood + 2 * free)


def _first(tables: Sequence[Table], routes: int, free: int) -> Floats:
    theta = np.zeros(free)
    theta[: len(tables)] = [float(np.log(table.seen / max(1, len(table.open)) + 1)) for table in tables]
    theta[len(tables) : len(tables) + routes] = -0.5
    return theta


def _laid_out(tables: Sequence[Table], routes: int, pairs: tuple[Pair, ...]) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the design of all full cells, how they add up to what is observed, the counts, and the unseen cells."""
    histories = [frozenset(i for i, caught in enumerate(one) if caught) for one in product((0, 1), repeat=routes)]
    rows: list[list[float]] = []
    groups: list[int] = []
    observed: list[float] = []
    unseen: list[float] = []
    for number, table in enumerate(tables):
        shown: dict[frozenset[int], int] = {}
        for history in histories:
            row = [float(number == other) for other in range(len(tables))]
            row += [float(route in history) for route in range(routes)]
            row += [float(one in history and other in history) for one, other in pairs]
            rows.append(row)
            seen = history & table.open
            unseen.append(float(not seen))
            if seen and seen not in shown:
                shown[seen] = len(observed)
                observed.append(float(table.caught.get(seen, 0)))
            groups.append(shown.get(seen, -1))
    sums = np.zeros((len(observed), len(rows)))
    for cell, group in enumerate(groups):
        if group >= 0:
            sums[group, cell] = 1
    return np.array(rows), sums, np.array(observed), np.array(unseen)
