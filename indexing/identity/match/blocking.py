# ruff: noqa: S608 # keys are made of our own columns alone
"""Which pairs are looked at at all: those that share a key, of as many keys as the budget of pairs allows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from indexing.identity.match.fields import FieldKind

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Rule", "add_keys", "budget", "rules", "total_pairs"]

_SHARE = 0.008
"""Of all pairs; below a hundredth with room to spare."""
_AT_LEAST, _A_ROW = 300_000, 12
_OF_BUDGET = 3
"""A key may take a third of the budget, and one of its values a fiftieth of that."""
_PINYIN, _ALONE, _MIXED = "pinyin", "alone", "mixed"
_ORDER = (_ALONE, _PINYIN, _MIXED)


@dataclass(frozen=True, slots=True)
class Rule:
    """A key, of expressions over one row: two rows in which all are equal are a pair."""

    parts: tuple[str, ...]
    family: str = _MIXED


def rules(columns: Mapping[str, FieldKind]) -> list[Rule]:
    """Return the keys that the columns allow."""
    return [Rule(parts, _ALONE) for parts in _alone(columns)] + list(_of_names(columns)) + list(_mixed(columns))


def _alone(columns: Mapping[str, FieldKind]) -> Iterator[tuple[str, ...]]:
    for name, kind in columns.items():
        if kind in (FieldKind.PHONE, FieldKind.EMAIL, FieldKind.ID_NUMBER, FieldKind.CODE, FieldKind.HANDLE):
            yield (f'"{name}"',)
        if kind is FieldKind.EMAIL:
            yield (f"split_part(\"{name}\", '@', 1)",)
        if kind is FieldKind.PHONE:
            yield (f'"{name}"[-8:]',)
            yield (f'"{name}"[:7]', "gn_last") if "gn" in columns else (f'"{name}"[:9]',)
        if kind is FieldKind.BIRTHDAY:
            yield (f'"{name}"',)


def _of_names(columns: Mapping[str, FieldKind]) -> Iterator[Rule]:
    if "gn" in columns:
        for parts in (
            ("sn_py", "gn_py"),
            ("sn_key", "gn_key"),
            ("least(sn_py, gn_py)", "greatest(sn_py, gn_py)"),
            ("sn_key", "gn_last"),
            ("sn_key", "gn_py[1]"),
            ("sn_py[1]", "gn_key"),
            ("gn_py",),
        ):
            yield Rule(parts, _PINYIN)


def _mixed(columns: Mapping[str, FieldKind]) -> Iterator[Rule]:
    by_kind: dict[FieldKind, list[str]] = {}
    for name, kind in columns.items():
        by_kind.setdefault(kind, []).append(f'"{name}"')
    places = [*by_kind.get(FieldKind.POSTCODE, ()), *by_kind.get(FieldKind.CITY, ())]
    lines = [f'"{name}_key"' for name, kind in columns.items() if kind is FieldKind.ADDRESS]
    days, numbers = by_kind.get(FieldKind.BIRTHDAY, []), by_kind.get(FieldKind.STREET_NUMBER, [])
    names = ["sn_key", "gn_key", "gn_last"] if "gn" in columns else []
    for day in days:
        for part in (f"{day}[1:6]", f"{day}[-4:]"):
            yield from (Rule((part, other)) for other in [*names, *places])
            yield from (Rule((part, "sn_key", other)) for other in names[1:])
    for name in names[:2]:
        yield from (Rule((name, other)) for other in [*places, *lines])
        yield from (Rule((name, other, number)) for other in places for number in numbers)
        yield from (Rule((name, group, number)) for group in by_kind.get(FieldKind.STATE, ()) for number in numbers)
        yield from (Rule((name, group)) for group in by_kind.get(FieldKind.STATE, ()))
    yield from (Rule((place, number)) for place in places for number in numbers)
    yield from (Rule((one, other)) for one, other in combinations(places, 2))
    yield from (Rule((line, number)) for line in lines for number in numbers)
    yield from (Rule((line, place)) for line in lines for place in places)


def total_pairs(left: int, right: int | None) -> int:
    """Return how many pairs there are between two tables, or within one."""
    return left * right if right is not None else left * (left - 1) // 2


def budget(left: int, right: int | None) -> int:
    """Return how many pairs are looked at, at most."""
    few = 3 * min(left, right if right is not None else left)
    return max(few, int(min(_SHARE * total_pairs(left, right), max(_AT_LEAST, _A_ROW * (left + (right or 0))))))


def add_keys(con: "DuckDBPyConnection", tables: Sequence[str], wanted: Sequence[Rule], most: int) -> list[str]:
    """Give the tables a column for each key within the budget, of a family the cheapest first; return their names."""
    con.execute("CREATE OR REPLACE TEMP TABLE hot (rule INTEGER, k UBIGINT)")
    sizes = [con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in tables]
    rest = most
    chosen: list[int] = []
    costs = {place: _cost(con, tables, rule, place, most) for place, rule in enumerate(wanted)}
    for place in sorted(costs, key=lambda place: (_ORDER.index(wanted[place].family), costs[place], place)):
        further = max(costs[place] - min(sizes), 0)  # the pairs of one person each are found by nearly every key
        if costs[place] and further <= rest and further <= most / _OF_BUDGET:
            chosen.append(place)
            rest -= further
    names = {place: f"key_{place}" for place in sorted(chosen)}
    keys = ", ".join(
        f"CASE WHEN {_key(wanted[place])} IN (SELECT k FROM hot WHERE rule = {place}) THEN NULL"
        f" ELSE {_key(wanted[place])} END AS {name}"
        for place, name in names.items()
    )
    for table in tables if keys else ():
        con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT *, {keys} FROM {table}")
    return list(names.values())


def _key(rule: Rule) -> str:
    """Return the key as SQL: NULL where a part is missing or empty, for `||` of NULL is NULL."""
    whole = _joined(rule)
    return f"(CASE WHEN ({whole}) IS NOT NULL THEN hash({whole}) END)"


def _joined(rule: Rule) -> str:
    return " || '|' || ".join(f"nullif({part}, '')" for part in rule.parts)


def _cost(con: "DuckDBPyConnection", tables: Sequence[str], rule: Rule, place: int, most: int) -> int:
    """Return how many pairs share this key; values that alone would take too many are noted as hot and left out."""
    key = _joined(rule)
    counts = [
        f"SELECT hash({key}) AS k, count(*) AS n FROM {table} WHERE ({key}) IS NOT NULL GROUP BY 1" for table in tables
    ]
    if len(tables) == 2:
        pairs = f"SELECT k, l.n * r.n AS pairs FROM ({counts[0]}) l JOIN ({counts[1]}) r USING (k)"
    else:
        pairs = f"SELECT k, n * (n - 1) / 2 AS pairs FROM ({counts[0]})"
    cap = max(most // _OF_BUDGET // 50, 2_000)
    con.execute(f"CREATE OR REPLACE TEMP TABLE costs AS {pairs}")
    con.execute(f"INSERT INTO hot SELECT {place}, k FROM costs WHERE pairs > {cap}")
    (found,) = con.execute(f"SELECT coalesce(sum(pairs), 0) FROM costs WHERE pairs <= {cap}").fetchall()[0]
    return int(found)
