"""Pairs weighed beside the others that either row could be in: who has found their row is not looked for elsewhere.

A row of the second table is of one person of the first, or of nobody there. Fellegi–Sunter's prior forgets the latter's
share: where nine rows in ten are of somebody in the first table, a name that is met there once says more than where one
in ten is. Several rows of the second may be one person's, as several accounts are; how much less often than by chance
that is, the sure pairs say: where it never is, a first row that has found its own is hardly another's too. Rows of the
first table that are surely one person (`doubles.py`) are no rivals of each other.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa

__all__ = ["Sizes", "beside"]

Numbers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"
Places: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.intp]]"
_MOST_KNOWN = 0.97
"""Of the second table's rows, of how many at most the first is held to know the person."""
_SURE = 0.9
_ROUNDS, _AT_LEAST, _STILL = 200, 10, 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many rows each table has, and which share of all pairs was held to be one person's."""

    left: int
    right: int
    prior: float
    persons: "Places | None" = None
    """For each row of the first table the first one of the same person; None where each is a person of their own."""

    @property
    def known(self) -> float:
        """Of which share of the second table's rows the first knows the person."""
        return min(self.prior * self.left, _MOST_KNOWN)

    @property
    def slack(self) -> float:
        """How many bits a pair may gain by it, at most."""
        return float(-np.log2(1 - self.known))


def beside(pairs: pa.Table, sizes: Sizes) -> pa.Table:
    """Return the pairs with `weight` among their rivals.

    `known` is what the tables' overlap adds to all alike, `rivals` what the others take away, both in bits.
    """
    if not pairs.num_rows:
        return pairs
    alone = np.asarray(pairs["weight"], dtype=float)
    likely, gained = _likely(alone, np.asarray(pairs["l"]), np.asarray(pairs["r"]), sizes)
    whole = np.log2(likely) - np.log2(np.maximum(1 - likely, 2.0**-60))
    whole = np.round(np.minimum(whole, alone + gained), 6)  # in whatever order the sums were made
    place = pairs.schema.get_field_index("weight")
    table = pairs.set_column(place, "weight", pa.array(whole, pa.float64()))
    table = table.append_column("known", pa.array(np.full(len(alone), gained), pa.float64()))
    return table.append_column("rivals", pa.array(whole - alone - gained, pa.float64()))


def _likely(weight: Numbers, left: Places, right: Places, sizes: Sizes) -> tuple[Numbers, float]:
    """Return how likely each pair is, and the bits that all gain; repeated until the estimates agree."""
    odds = np.exp2(np.clip(weight, -500, 500))
    (_, first), (_, second) = (np.unique(side, return_inverse=True) for side in (left, right))
    cells = _cells(left if sizes.persons is None else sizes.persons[left], second)
    known, free = sizes.known, np.ones(len(odds))
    likely = np.zeros(len(odds))
    for round in range(_ROUNDS):
        scaled = odds * free * (known / (sizes.prior * sizes.left))
        best = cells.most(scaled)
        others = np.bincount(cells.second, weights=best)[second] - best[cells.of]
        now = scaled / (1 - known + np.maximum(others, 0.0) + scaled)
        likely = (likely + now) / 2 if round else now
        met = float(cells.most(likely).sum())
        before, known = known, min(max(met / sizes.right, 1e-9), _MOST_KNOWN)
        if round >= _AT_LEAST and abs(known - before) <= _STILL:
            break
        free = _free(likely, first, sizes.left)
    return likely, float(np.log2(known / (sizes.prior * sizes.left) / (1 - known)))


@dataclass(frozen=True, slots=True)
class _Cells:
    """Pairs by person and second row: what one person's rows say of one row is said once."""

    of: Places
    order: Places
    begins: Places
    second: Places

    def most(self, values: Numbers) -> Numbers:
        """Return the greatest value of each cell."""
        return np.asarray(np.maximum.reduceat(values[self.order], self.begins))


def _cells(person: Places, second: Places) -> _Cells:
    _, of = np.unique(person.astype(np.int64) * (int(second.max()) + 1) + second, return_inverse=True)
    order = np.argsort(of, kind="stable")
    begins = np.flatnonzero(np.diff(of[order], prepend=-1))
    return _Cells(of, order, begins, second[order[begins]])


def _free(likely: Numbers, first: Places, rows: int) -> Numbers:
    """Return for each pair how free the others leave its first row."""
    counts = np.bincount(first[likely >= _SURE], minlength=int(first.max()) + 1)
    sure = counts.sum()
    shared, by_chance = (counts * (counts - 1) / 2).sum(), sure * (sure - 1) / 2 / rows
    taken = 1 - min((shared + 1) / (by_chance + 1), 1.0)
    log = np.log1p(-taken * np.minimum(likely, 1 - 1e-12))
    return np.asarray(np.exp(np.bincount(first, weights=log)[first] - log))
