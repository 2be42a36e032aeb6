# ruff: noqa: S608 # keys are made of our own columns alone
"""Which pairs are looked at at all: those that share a key, of as many keys as the budget of pairs allows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
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
    others: tuple[str, ...] = ()
    """The second row's expressions, where they are others."""


def rules(columns: Mapping[str, FieldKind]) -> list[Rule]:
    """Return the keys that the columns allow."""
    phones = [f'"{name}"' for name, kind in columns.items() if kind is FieldKind.PHONE]
    crossed = [Rule((one,), _ALONE, (other,)) for one, other in permutations(phones, 2)]
    alone = [Rule(parts, _ALONE) for parts in _alone(columns)]
    return [*alone, *crossed, *_of_names(columns), *_mixed(columns)]


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
    if "gn" not in columns:
        return
    days = [f'"{name}"[1:4]' for name, kind in columns.items() if kind is FieldKind.BIRTHDAY]
    ends = [f'"{name}"[-4:]' for name, kind in columns.items() if kind is FieldKind.PHONE]
    for parts in (
        ("sn_py", "gn_py"),
        ("sn_key", "gn_key"),
        ("letters",),
        ("least(sn_py, gn_py)", "greatest(sn_py, gn_py)"),
        ("sn_key", "gn_first"),
        ("sn_key", "gn_last"),
        ("sn_key", "gn_py[1]"),
        ("sn_py[1]", "gn_key"),
        ("gn_py",),
        *((name, other) for name in ("sn_key", "gn_first", "gn_last") for other in (*days, *ends)),
    ):
        yield Rule(parts, _PINYIN)
    yield from _of_few_words(columns)


def _of_few_words(columns: Mapping[str, FieldKind]) -> Iterator[Rule]:
    """Yield keys for the few rows that say 阿伟, 王先生 or a given name alone, of the other's whole name."""
    kinds = [(f'"{name}"', kind) for name, kind in columns.items()]
    known = tuple(name for name, kind in kinds if kind in (FieldKind.GENDER, FieldKind.CITY))
    days = [(f"{name}[1:4]",) for name, kind in kinds if kind is FieldKind.BIRTHDAY]
    ends = [(f"{name}[-4:]",) for name, kind in kinds if kind is FieldKind.PHONE]
    cities = [(name,) for name, kind in kinds if kind is FieldKind.CITY]
    called = "CASE WHEN sn IS NULL THEN gn_last END"
    addressed = "CASE WHEN gn IS NULL THEN sn_key WHEN sn IS NULL THEN gn_last END"
    alone = "CASE WHEN length(sn) + length(gn) = 2 THEN sn_key || gn_key END"
    initials = "CASE WHEN ends_with(gn, '.') THEN sn_py || gn_ini[1] END"
    for whole, few in (
        ("gn_last", called),
        ("gn_first", called),
        ("sn_key", addressed),
        ("sn_py || gn_ini[1]", initials),
        ("gn_key", alone),
    ):
        for more in dict.fromkeys(((), known, *cities, *days, *ends)) if few != alone else ((),):
            yield Rule((whole, *more), _PINYIN, (few, *more))
            yield Rule((few, *more), _PINYIN, (whole, *more))


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
    """Give the tables columns for each key within the budget, of a family the cheapest first; return the conditions."""
    con.execute("CREATE OR REPLACE TEMP TABLE hot (rule INTEGER, k UBIGINT)")
    sizes = [con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in tables]
    rest = most
    chosen: list[int] = []
    costs = {place: _cost(con, tables, rule, place, most) for place, rule in enumerate(wanted)}
    for place in sorted(costs, key=lambda place: (_ORDER.index(wanted[place].family), costs[place], place)):
        # the pairs of one person each are found by nearly every key
        further = max(costs[place] - (0 if wanted[place].others else min(sizes)), 0)
        if costs[place] and further <= rest and further <= most / _OF_BUDGET:
            chosen.append(place)
            rest -= further
    keys, conditions = [], []
    for place in sorted(chosen):
        rule, sides = wanted[place], [f"key_{place}"]
        keys.append(f"{_cool(con, rule.parts, place)} AS {sides[0]}")
        if rule.others:
            sides.append(f"other_{place}")
            keys.append(f"{_cool(con, rule.others, place)} AS {sides[1]}")
        conditions.append(f"l.{sides[0]} = r.{sides[-1]}")
    for table in tables if keys else ():
        con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT *, {', '.join(keys)} FROM {table}")
    return conditions


def _cool(con: "DuckDBPyConnection", parts: tuple[str, ...], place: int) -> str:
    """Return the key as SQL: NULL where it is hot, or a part is missing or empty, for `||` of NULL is NULL."""
    whole = _joined(parts)
    key = f"(CASE WHEN ({whole}) IS NOT NULL THEN hash({whole}) END)"
    if not con.execute(f"SELECT 1 FROM hot WHERE rule = {place} LIMIT 1").fetchall():
        return key
    return f"CASE WHEN {key} IN (SELECT k FROM hot WHERE rule = {place}) THEN NULL ELSE {key} END"


def _joined(parts: tuple[str, ...]) -> str:
    return " || '|' || ".join(f"nullif({part}, '')" for part in parts)


def _cost(con: "DuckDBPyConnection", tables: Sequence[str], rule: Rule, place: int, most: int) -> int:
    """Return how many pairs share this key; values that alone would take too many are noted as hot and left out."""
    counts = [
        f"SELECT hash({key}) AS k, count(*) AS n FROM {table} WHERE ({key}) IS NOT NULL GROUP BY 1"
        for table, key in ((tables[0], _joined(rule.parts)), (tables[-1], _joined(rule.others or rule.parts)))
    ]
    if len(tables) == 2 or rule.others:
        pairs = f"SELECT k, l.n * r.n AS pairs FROM ({counts[0]}) l JOIN ({counts[1]}) r USING (k)"
    else:
        pairs = f"SELECT k, n * (n - 1) / 2 AS pairs FROM ({counts[0]})"
    cap = max(most // _OF_BUDGET // 50, 2_000)
    found, hot = con.execute(
        f"SELECT coalesce(sum(pairs) FILTER (pairs <= {cap}), 0), list(k) FILTER (pairs > {cap}) FROM ({pairs})"
    ).fetchall()[0]
    if hot:
        con.execute("INSERT INTO hot SELECT ?, unnest(?::UBIGINT[])", [place, hot])
    return int(found)
