# ruff: noqa: S608 # statements are made of our own tables alone
"""How often a given name is borne: counted where it is counted, and by its characters where it is hardly met.

Two rows with a name that is nowhere else say little of how rare it is: counted, it is as frequent as they are, though
both may be one person's. So the rows' own two are left out, and what remains is filled up by how often its characters
stand in given names: as if `alpha` further rows had been drawn by characters alone. Alpha is the one by which each row
of the larger table is best foretold from its others, so that where names are fashions, not combinations, counts decide.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["given_frequencies"]

Numbers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"
_ALPHAS = np.exp2(np.arange(-6.0, 6.5, 0.5))
"""In rows of the table."""


def given_frequencies(con: "DuckDBPyConnection", tables: Sequence[str]) -> pa.Table:
    """Return each given name (`gn`) with the share of people who bear it (`tf_gn`)."""
    counts = ", ".join(f"count(*) FILTER (t = {place}) AS n{place}" for place in range(len(tables)))
    rows = " UNION ALL ".join(f"SELECT gn, {place} AS t FROM {table}" for place, table in enumerate(tables))
    table = con.sql(f"SELECT gn, {counts} FROM ({rows}) WHERE gn IS NOT NULL GROUP BY gn ORDER BY gn").to_arrow_table()
    names = table["gn"].to_pylist()
    by_table = [np.asarray(table[f"n{place}"], dtype=float) for place in range(len(tables))]
    every = np.sum(by_table, axis=0)
    if not names:
        return pa.table({"gn": pa.array([], pa.string()), "tf_gn": pa.array([], pa.float64())})
    by_characters = _by_characters(names, every)
    alpha = _alpha(max(by_table, key=np.sum), by_characters)
    others = np.maximum(every - 2, 0.0)
    share = (others + alpha * by_characters) / (max(every.sum() - 2, 1.0) + alpha)
    return pa.table({"gn": names, "tf_gn": share})


def _by_characters(names: Sequence[str], counts: Numbers) -> Numbers:
    """Return how often names would be met if their characters were drawn one by one; of letters all equally often."""
    total, lengths = counts.sum(), np.zeros(3)
    met: list[dict[str, float]] = [{}, {}]
    han = [len(name) <= 2 and all(one > "\u3400" for one in name) for name in names]
    for name, count in ((name, count) for name, count, fits in zip(names, counts, han, strict=True) if fits):
        lengths[len(name)] += count
        for place, character in enumerate(name):
            met[place][character] = met[place].get(character, 0.0) + count
    drawn = [sum(of.values()) for of in met]
    found = np.full(len(names), 1.0 / len(names))
    for at, name in ((at, name) for at, (name, fits) in enumerate(zip(names, han, strict=True)) if fits):
        share = np.prod([met[place][character] / drawn[place] for place, character in enumerate(name)])
        found[at] = share * lengths[len(name)] / total
    return found


def _alpha(counts: Numbers, by_characters: Numbers) -> float:
    """Return how many rows the characters are worth: what foretells each row best from the others."""
    total = counts.sum()
    alphas = _ALPHAS * total
    met = counts > 0
    told = [
        float((counts[met] * np.log((counts[met] - 1 + alpha * by_characters[met]) / (total - 1 + alpha))).sum())
        for alpha in alphas
    ]
    return float(alphas[int(np.argmax(told))])
