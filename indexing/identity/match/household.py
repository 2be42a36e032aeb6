"""Pairs weighed against households too: what two people of one home share does not make them one person."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from indexing.identity.match.comparison import Comparison
from indexing.identity.match.model import Model

__all__ = ["weighed"]

Numbers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"


def weighed(pairs: pa.Table, wanted: Sequence[Comparison], model: Model) -> pa.Table:
    """Return the pairs with `weight` against strangers and households together, and what the latter take as `at_home`.

    A frequent value weighs less against strangers; the people of one household share a rare one as often.
    """
    if not pairs.num_rows:
        return pairs
    strangers = np.asarray(pairs["weight"], dtype=float)
    home = np.full(pairs.num_rows, np.log2(model.prior / model.house))
    named = np.full(pairs.num_rows, np.log2(model.prior / model.namesakes))
    for one in wanted:
        level, weight = np.asarray(pairs[f"level_{one.name}"]), np.asarray(pairs[f"weight_{one.name}"], dtype=float)
        levels = range(len(one.levels))
        against = np.array([model.at_home(one.name, place) for place in levels] + [0.0])[level]
        named += np.array([*model.among_namesakes(one), 0.0])[level]
        if not one.shared:  # equal by chance, so that what is frequent weighs less here too
            usual = np.array([model.weight(one.name, place) for place in levels] + [0.0])[level]
            against = against + np.where(level >= 0, weight - usual, 0.0)
        home += against
    both = -np.logaddexp2(np.logaddexp2(-strangers, -home), -named)
    place = pairs.schema.get_field_index("weight")
    table = pairs.set_column(place, "weight", pa.array(both, pa.float64()))
    return table.append_column("at_home", pa.array(both - strangers, pa.float64()))
