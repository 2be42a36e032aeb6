"""The weights once more, from scored pairs of two tables: who is one person is known better beside the rivals.

The first estimation sees each pair alone. Where a household shares a telephone, it cannot tell a mistyped name from a
brother's; that the brother has a row of his own tells it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from indexing.identity.match.comparison import Comparison
from indexing.identity.match.estimate import GUESS_WEIGHS, LEAST, MOST_AT_HOME, namesakes, shares
from indexing.identity.match.household import weighed
from indexing.identity.match.model import Model
from indexing.identity.match.rivals import Sizes, beside

__all__ = ["refined"]

Numbers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"
_ROUNDS = 4


def refined(
    scored: pa.Table, wanted: Sequence[Comparison], model: Model, sizes: Sizes, pairs: int
) -> tuple[pa.Table, Model]:
    """Return the scored pairs under the model that they make beside their rivals; `pairs` is how many there are."""
    for _ in range(_ROUNDS if scored.num_rows else 0):
        weight = np.asarray(beside(weighed(scored, wanted, model), sizes)["weight"], dtype=float)
        likely = np.asarray(1 / (1 + np.exp2(-weight)))
        new = replace(model, m={one.name: _levels(scored, one, likely) for one in wanted})
        house, names = _others(scored, wanted, model, likely, pairs)
        new = replace(new, house=house, namesakes=names)
        scored, model = _moved(scored, wanted, model, new), new
    return scored, model


def _levels(scored: pa.Table, one: Comparison, likely: Numbers) -> tuple[float, ...]:
    level = np.asarray(scored[f"level_{one.name}"])
    shown = level >= 0
    seen = np.bincount(level[shown], weights=likely[shown], minlength=len(one.levels))
    guess = np.array(Model.guessed([one], 0.5).m[one.name])
    return one.possible(shares(seen + GUESS_WEIGHS * guess))


def _others(
    scored: pa.Table, wanted: Sequence[Comparison], model: Model, likely: Numbers, pairs: int
) -> tuple[float, float]:
    """Return how many of the pairs that are no one person's are of two people of one household, and of one name too."""
    home, named = (np.full(scored.num_rows, np.log2(share)) for share in (model.house, model.namesakes))
    for one in wanted:
        level = np.asarray(scored[f"level_{one.name}"])
        weight = [model.weight(one.name, place) for place in range(len(one.levels))]
        bits = [bit - model.at_home(one.name, place) for place, bit in enumerate(weight)]
        home += np.array([*bits, 0.0])[level]
        named += np.array([*np.subtract(weight, model.among_namesakes(one)), 0.0])[level]
    odds = np.exp2(np.clip([home, named], -200, 200))
    at_home, of_one_name = (1 - likely) * odds / (1 + odds.sum(axis=0))
    levels = [np.asarray(scored[f"level_{one.name}"]) for one in wanted]
    names = namesakes(model, wanted, levels, likely, of_one_name) / pairs
    house = float(at_home.sum()) / pairs
    return min(max(house, LEAST), model.prior * MOST_AT_HOME), min(max(names, LEAST / 100), model.prior)


def _moved(scored: pa.Table, wanted: Sequence[Comparison], old: Model, new: Model) -> pa.Table:
    """Return the pairs with the new model's weights."""
    whole = np.asarray(scored["weight"], dtype=float)
    for one in wanted:
        level = np.asarray(scored[f"level_{one.name}"])
        more = np.array([*np.log2(np.array(new.m[one.name]) / np.array(old.m[one.name])), 0.0])[level]
        whole = whole + more
        name = f"weight_{one.name}"
        bits = pa.array(np.asarray(scored[name], dtype=float) + more, pa.float64())
        scored = scored.set_column(scored.schema.get_field_index(name), name, bits)
    return scored.set_column(scored.schema.get_field_index("weight"), "weight", pa.array(whole, pa.float64()))
