"""Rows of the first table that are one person: where a list has somebody twice, both rows are theirs."""

from collections.abc import Sequence
from itertools import combinations
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from indexing.identity.match.comparison import Comparison
from indexing.identity.match.decide import groups
from indexing.identity.match.household import weighed
from indexing.identity.match.model import Model
from indexing.identity.match.score import Scorer

__all__ = ["persons"]

Places: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.intp]]"
_SURE, _MOST = 0.99, 8


def persons(scores: Scorer, pairs: pa.Table, wanted: Sequence[Comparison], model: Model, rows: int) -> "Places | None":
    """Return for each of so many first rows the first one of the same person; None where nobody is there twice.

    `pairs` as `weighed` returns them: only rows that likely are one and the same second row's are held together.
    """
    asked = _asked(pairs)
    if not asked:
        return None
    left, right = (pa.array([pair[side] for pair in asked], pa.int64()) for side in (0, 1))
    compared = scores.compared(wanted, pa.table({"l": left, "r": right}))
    weight = np.full(compared.num_rows, np.log2(model.prior / (1 - model.prior)))
    other = np.zeros(compared.num_rows, dtype=bool)
    for one in wanted:
        level = np.asarray(compared[f"level_{one.name}"])
        bits = np.array([*(model.weight(one.name, place) for place in range(len(one.levels))), 0.0])[level]
        other |= np.array([*(said.other > 0 for said in one.levels), False])[level]
        compared = compared.append_column(f"weight_{one.name}", pa.array(bits, pa.float64()))
        weight = weight + bits
    found = weighed(compared.append_column("weight", pa.array(weight, pa.float64())), wanted, model)
    sure = (np.asarray(found["weight"], dtype=float) >= np.log2(_SURE / (1 - _SURE))) & ~other
    if not sure.any():
        return None
    of = np.arange(rows)
    same = zip(*(np.asarray(found[side])[sure].tolist() for side in "lr"), strict=True)
    for row, person in groups(list(same)).items():
        of[row] = person
    return of


def _asked(pairs: pa.Table) -> list[tuple[int, int]]:
    """Return the pairs of first rows that share a second row which is more likely than not of either."""
    if not pairs.num_rows:
        return []
    likely = np.asarray(pairs["weight"], dtype=float) >= 0
    left, right = (np.asarray(pairs[side])[likely] for side in "lr")
    order = np.lexsort((left, right))
    of_each = np.split(left[order], np.flatnonzero(np.diff(right[order])) + 1)
    few = (rows.tolist() for rows in of_each if 1 < len(rows) <= _MOST)
    return sorted({pair for rows in few for pair in combinations(rows, 2)})
