# ruff: noqa: E501, S608 # statements are made of our own columns and levels alone
"""Pairs scored by splink on DuckDB: blocked by our keys, compared by our levels, weighed by the model."""

import logging
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from indexing.identity.match.blocking import add_keys, budget, rules, total_pairs
from indexing.identity.match.comparison import Comparison
from indexing.identity.match.estimate import Patterns
from indexing.identity.match.fields import FieldKind
from indexing.identity.match.frequent import given_frequencies
from indexing.identity.match.model import Model

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Scorer", "scorer"]

_SAMPLE_ROWS, _SAMPLE_PAIRS = 500, 500_000
_MEMORY = "3GB"


@dataclass(slots=True)
class Scorer:
    """Two tables, or one, in DuckDB, with conditions over their keys; `pairs` counts those that there are, `blocked` those looked at."""

    con: "DuckDBPyConnection"
    tables: tuple[str, ...]
    keys: Sequence[str]
    columns: Mapping[str, FieldKind]
    pairs: int
    blocked: int = 0

    def block(self, wanted: Sequence[Comparison]) -> None:
        """Find the pairs to look at: those that share a key."""
        few = [wanted[0]]  # none is compared here, and splink reads each one's statements at length
        linker = self._linker(few, Model.guessed(few, 0.001))
        found = linker.inference.compute_blocked_pairs_for_predict()
        self.con.execute(f"CREATE OR REPLACE TABLE blocked AS SELECT * FROM {found.physical_name}")
        found.drop_table_from_database_and_remove_from_cache()
        (self.blocked,) = self.con.execute("SELECT count(*) FROM blocked").fetchall()[0]

    def random_patterns(self, wanted: Sequence[Comparison]) -> Patterns:
        """Return the levels of random pairs; rows are drawn by their content, so that their order makes no difference."""
        sides = [
            f"(SELECT * FROM {table} ORDER BY hash(drawn, {salt}), id LIMIT {_SAMPLE_ROWS})"
            for table, salt in zip((self.tables * 2)[:2], (1, 2), strict=True)
        ]
        same = "" if len(self.tables) == 2 else "WHERE l.id <> r.id"
        return self._patterns(wanted, f"{sides[0]} l, {sides[1]} r {same}")

    def blocked_patterns(self, wanted: Sequence[Comparison]) -> tuple[Patterns, float]:
        """Return the levels of the blocked pairs, or a part of them, and which share that part is."""
        part = max(1, -(-self.blocked // _SAMPLE_PAIRS))
        left, right = self.tables[0], self.tables[-1]
        chosen = f"(SELECT * FROM {left} WHERE hash(drawn, 3) % {part} = 0)" if part > 1 else left
        source = f"blocked b JOIN {chosen} l ON b.join_key_l = l.key JOIN {right} r ON b.join_key_r = r.key"
        return self._patterns(wanted, source), 1 / part

    def patterns_of(self, wanted: Sequence[Comparison], pairs: Sequence[tuple[int, int]]) -> Patterns:
        """Return the levels of these very pairs of rows."""
        table = pa.table(
            {"l": pa.array([a for a, _ in pairs], pa.int64()), "r": pa.array([b for _, b in pairs], pa.int64())}
        )
        self.con.register("said", table)
        left, right = self.tables[0], self.tables[-1]
        return self._patterns(wanted, f"said JOIN {left} l ON said.l = l.id JOIN {right} r ON said.r = r.id")

    def compared(self, wanted: Sequence[Comparison], pairs: pa.Table) -> pa.Table:
        """Return pairs of rows of the first table, `l` and `r`, with their levels."""
        self.con.register("said", pairs)
        cases = ", ".join(f'{_case(one)} AS "level_{one.name}"' for one in wanted)
        source = f"said JOIN {self.tables[0]} l ON said.l = l.id JOIN {self.tables[0]} r ON said.r = r.id"
        sql = f"SELECT a AS l, b AS r, {cases} FROM (SELECT said.l AS a, said.r AS b, {self._sides()} FROM {source})"
        return self.con.sql(sql).to_arrow_table()

    def score(self, wanted: Sequence[Comparison], model: Model, least: float) -> pa.Table:
        """Return the blocked pairs of at least that weight, with the weight of each comparison."""
        linker = self._linker(wanted, model)
        if not self.blocked:
            return pa.table({})
        linker.table_management.register_blocked_pairs_for_predict(linker._db_api.register("blocked"))
        if "gn" in self.columns:
            frequencies = linker._db_api.register(given_frequencies(self.con, self.tables))
            linker.table_management.register_term_frequency_lookup(frequencies, "gn")
        found = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
        names = [row[0] for row in self.con.execute(f"DESCRIBE {found.physical_name}").fetchall()]
        parts = ", ".join(_weight_columns(wanted, names))
        sql = (
            f"SELECT least(id_l, id_r) AS l, greatest(id_l, id_r) AS r, match_weight AS weight, {parts}"
            if len(self.tables) == 1
            else f"SELECT id_l AS l, id_r AS r, match_weight AS weight, {parts}"
        )
        return self.con.sql(f"{sql} FROM {found.physical_name}").to_arrow_table()

    def _patterns(self, wanted: Sequence[Comparison], source: str) -> Patterns:
        cases = ", ".join(f"{_case(one)} AS c{place}" for place, one in enumerate(wanted))
        every = ", ".join(f"c{place}" for place in range(len(wanted)))
        sql = f"SELECT {every}, count(*) FROM (SELECT {cases} FROM (SELECT {self._sides()} FROM {source})) GROUP BY ALL"
        rows = np.array(self.con.execute(sql).fetchall(), dtype=np.int64).reshape(-1, len(wanted) + 1)
        rows = rows[np.lexsort(rows[:, :-1].T[::-1])]
        return Patterns(levels=rows[:, :-1], counts=rows[:, -1].astype(float))

    def _sides(self) -> str:
        beside = (f"{name}_named" for name, kind in self.columns.items() if kind in (FieldKind.EMAIL, FieldKind.HANDLE))
        needed = [*self.columns, *beside, *(("answers", "shapes", "sn_shapes") if "gn" in self.columns else ())]
        return ", ".join(f'{side}."{name}" AS "{name}_{side}"' for name in needed for side in "lr")

    def _linker(self, wanted: Sequence[Comparison], model: Model) -> Any:
        from splink import DuckDBAPI, Linker

        api = DuckDBAPI(connection=self.con)
        frames = [api.register(table) for table in self.tables]
        settings = {
            "link_type": "link_only" if len(self.tables) == 2 else "dedupe_only",
            "unique_id_column_name": "id",
            "source_dataset_column_name": "side",
            "probability_two_random_records_match": model.prior,
            "blocking_rules_to_generate_predictions": list(self.keys) or ["1 = 0"],
            "comparisons": [_settings(one, model) for one in wanted],
            "retain_intermediate_calculation_columns": True,
            "retain_matching_columns": True,  # the levels come with them alone
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # splink's look at the settings, which are no user's, takes a fifth of the time that small tables take
            return Linker(frames, settings, log_level=logging.ERROR, validate_settings=False)


@contextmanager
def scorer(left: pa.Table, right: pa.Table | None, columns: Mapping[str, FieldKind]) -> Iterator[Scorer]:
    """Give a scorer of two prepared tables, or of one against itself; what it keeps lies in memory or a temporary folder."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="tingfeng-links-") as folder, duckdb.connect(":memory:") as con:
        con.execute(
            f"SET memory_limit = '{_MEMORY}'; SET temp_directory = '{folder}'; SET preserve_insertion_order = false"
        )
        tables = ("lefts",) if right is None else ("lefts", "rights")
        sizes = (left.num_rows, right.num_rows if right is not None else None)
        arrived = [table for table in (left, right) if table is not None]
        del left, right  # a million rows are a GiB, which nobody needs twice
        drawn = ", ".join(f'"{column}"' for column in columns)
        for name in tables:
            con.register("arrived", arrived.pop(0))
            # of twelve characters at most, which DuckDB keeps in place
            key = "id::VARCHAR" if len(tables) == 1 else f"'{name[0]}' || '-__-' || id::VARCHAR"
            # rows are drawn by their content, so that their order makes no difference
            con.execute(
                f"CREATE TABLE {name} AS SELECT *, '{name[0]}' AS side, {key} AS key, hash({drawn}) AS drawn FROM arrived"
            )
            con.unregister("arrived")
        keys = add_keys(con, tables, rules(columns), budget(*sizes))
        yield Scorer(con=con, tables=tables, keys=keys, columns=columns, pairs=max(total_pairs(*sizes), 1))


def _case(one: Comparison) -> str:
    levels = [f"WHEN {level.sql} THEN {place}" for place, level in enumerate(one.levels[:-1])]
    return f"CASE WHEN {one.missing} THEN -1 {' '.join(levels)} ELSE {len(one.levels) - 1} END"


def _settings(one: Comparison, model: Model) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": one.missing, "label_for_charts": "missing", "is_null_level": True}
    ]
    for place, level in enumerate(one.levels):
        said: dict[str, Any] = {"sql_condition": level.sql, "label_for_charts": level.words}
        said |= {"m_probability": model.m[one.name][place], "u_probability": model.u[one.name][place]}
        if level.frequent:
            said |= {"tf_adjustment_column": level.frequent, "tf_adjustment_weight": 1.0}
        levels.append(said)
    return {"output_column_name": one.name, "comparison_levels": levels}


def _weight_columns(wanted: Sequence[Comparison], names: Sequence[str]) -> Iterator[str]:
    """Yield, for each comparison, its level counted from 0 for equal (-1: missing) and its weight with its frequency's."""
    for one in wanted:
        yield f'CASE WHEN "gamma_{one.name}" < 0 THEN -1 ELSE {len(one.levels) - 1} - "gamma_{one.name}" END AS "level_{one.name}"'
        frequency = f' + "mw_tf_adj_{one.name}"' if f"mw_tf_adj_{one.name}" in names else ""
        yield f'"mw_{one.name}"{frequency} AS "weight_{one.name}"'
