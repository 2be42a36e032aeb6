"""Rows of two tables that are one person: few wrong, many found, families kept apart, whatever order they stand in."""

import csv
import json
import re
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from indexing.identity.match import Field, FieldKind, Linked, Model, Outcome, UnusableFields, link_records
from indexing.identity.match.decide import _least
from indexing.identity.match.fields import NAMES, guess_of_two
from indexing.identity.match.frequent import given_frequencies
from indexing.identity.match.levels import comparisons
from indexing.identity.match.model import ModelUnusable
from indexing.identity.match.names import shapes, whole
from indexing.identity.match.prepare import prepare
from indexing.identity.match.rivals import Sizes, beside
from indexing.identity.match.score import scorer
from indexing.identity.match.sound import sound, sound_key
from indexing.identity.match.values import birthday
from tests.mixed_people import World, mixed
from tests.people import labelled
from tingfeng import app

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def made() -> tuple[Rows, Rows, set[tuple[int, int]]]:
    return labelled(1_200, seed=5)


@pytest.fixture(scope="module")
def found(made: tuple[Rows, Rows, set[tuple[int, int]]]) -> Linked:
    return link_records(made[0], made[1])


def pairs(of: Linked, *outcomes: Outcome) -> set[tuple[int, int]]:
    return {(one.left, one.right) for one in of.of(*outcomes)}


def test_links_are_right_and_candidates_catch_the_rest(
    made: tuple[Rows, Rows, set[tuple[int, int]]], found: Linked
) -> None:
    truth, linked = made[2], pairs(found, Outcome.LINKED)
    assert len(linked & truth) / len(linked) >= 0.998
    assert len(linked & truth) / len(truth) >= 0.88
    assert len(pairs(found, Outcome.LINKED, Outcome.CANDIDATE) & truth) / len(truth) >= 0.95
    assert not linked & pairs(found, Outcome.CONFLICT)
    assert found.blocked / found.pairs <= 0.01


def test_the_order_of_rows_makes_no_difference(made: tuple[Rows, Rows, set[tuple[int, int]]], found: Linked) -> None:
    left, right, _ = made
    turned = link_records(left[::-1], right[::-1])
    linked = {(len(left) - 1 - a, len(right) - 1 - b) for a, b in pairs(turned, Outcome.LINKED)}
    assert linked == pairs(found, Outcome.LINKED)


def test_each_weight_is_explained_and_sums_up(found: Linked) -> None:
    pair = next(found.of(Outcome.LINKED))
    parts = found.explain(pair)
    assert parts[0].comparison == "prior"
    assert sum(part.bits for part in parts) == pytest.approx(pair.weight, abs=1e-6)


def test_families_twins_and_shared_numbers_stay_apart() -> None:
    left, right, _ = labelled(300, seed=9)
    family = {
        "phone": "13912340001",
        "address": "人民路8号3栋101室",
        "city": "杭州",
        "birthday": "2001-05-06",
        "email": "",
        "gender": "男",
    }
    left += [family | {"name": "钱建国"}, family | {"name": "钱建军"}]
    right += [family | {"name": "钱建军"}, family | {"name": "钱建国", "birthday": "2001年5月6日"}]
    placed = len(left) - 2, len(right) - 2
    linked = {
        pair
        for pair in pairs(link_records(left, right), Outcome.LINKED)
        if pair[0] >= placed[0] or pair[1] >= placed[1]
    }
    assert linked == {(placed[0], placed[1] + 1), (placed[0] + 1, placed[1])}


def test_blocked_values_and_values_of_too_many_join_nobody() -> None:
    names = ["王芳", "李强", "张丽娟", "刘海波", "陈梓轩", "杨文静", "黄国栋", "赵晓燕", "吴思远", "周雨桐"]
    for phone in ("13800138000", "00000000000", "13712345123"):
        rows = [{"name": name, "phone": phone} for name in names]
        assert not pairs(link_records(rows), Outcome.LINKED)
    rows = [
        {"name": "momo", "phone": ""},
        {"name": "momo", "phone": ""},
        {"name": "匿名", "phone": ""},
        {"name": "匿名", "phone": ""},
    ]
    assert not pairs(link_records(rows), *Outcome)


def test_names_are_taken_apart_as_people_bear_them() -> None:
    parts = [
        (whole(name).surname, whole(name).given, whole(name).called)
        for name in ("欧阳婷婷", "单雄信", "小明", "王先生", "婷婷")
    ]
    assert parts == [
        ("欧阳", "婷婷", None),
        ("单", "雄信", None),
        (None, "小明", "明"),
        ("王", None, None),
        (None, "婷婷", "婷"),
    ]
    assert sound("单", surname=True) == "shan"
    assert [sound(one, surname=True) for one in ("尉迟", "万俟", "欧阳")] == ["yuchi", "moqi", "ouyang"]
    assert sound_key("张玮", surname=False) == sound_key("章伟")
    assert set(shapes("志伟")) & set(shapes("志玮"))
    assert not set(shapes("志海")) & set(shapes("志洋"))


def test_birthdays_are_compared_by_one_calendar() -> None:
    told = ("农历1978-08-01", "一九七八年八月初一", "1978-09-03", "1978年9月3日", "3/9/1978")
    assert {birthday(one) for one in told} == {"19780903"}
    assert {birthday(one) for one in ("农历八月初一", "农历8月1日", "农历1978年13月1日", "正月")} == {None}


def test_columns_that_say_nothing_are_refused_by_name() -> None:
    with pytest.raises(UnusableFields, match="no column to link by"):
        link_records([{"foo": "1"}], [{"foo": "2"}])


def test_a_stored_model_scores_alike_and_another_columns_model_is_refused(
    made: tuple[Rows, Rows, set[tuple[int, int]]], found: Linked, tmp_path: Path
) -> None:
    path = tmp_path / "model.json"
    found.model.write(path)
    wanted = comparisons(prepare([], [Field(column="name", kind=FieldKind.NAME)]).columns)
    with pytest.raises(ModelUnusable, match="was made for"):
        Model.read(path, wanted)
    assert Model.read(path, list(found.wanted)) == found.model


def test_the_command_writes_pairs_and_the_waterfall(tmp_path: Path) -> None:
    left, right, truth = labelled(250, seed=3)
    for name, rows in (("a", left), ("b", right)):
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, ["nr", *rows[0]])
            out.writeheader()
            out.writerows({"nr": f"{name}{place}", **row} for place, row in enumerate(rows))
    files = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    done = CliRunner().invoke(app, ["links", "match", *files, "--id", "nr", "--out", str(tmp_path / "pairs.csv")])
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader((tmp_path / "pairs.csv").read_text(encoding="utf-8").splitlines()))
    linked = {(int(row["left"][1:]), int(row["right"][1:])) for row in rows if row["outcome"] == "linked"}
    assert len(linked & truth) >= 0.8 * len(truth)
    pair, picture = f"{rows[0]['left']},{rows[0]['right']}", tmp_path / "w.json"
    told = CliRunner().invoke(
        app, ["links", "match", *files, "--id", "nr", "--explain", pair, "--picture", str(picture)]
    )
    assert "given_name" in told.output
    assert left[int(rows[0]["left"][1:])]["name"] not in told.output
    assert json.loads(picture.read_text())[0]["comparison"] == "prior"


def test_links_are_made_as_long_as_their_share_of_right_ones_lasts() -> None:
    probability = np.array([0.9999, 0.9999, 0.99, 0.97, 0.97, 0.5])
    assert _least(probability, 0.98) == 0.97
    assert _least(probability, 0.988) == 0.99  # one of two that are equally likely is not taken alone
    assert _least(probability, 0.99995) > 1


def scored(pairs: list[tuple[int, int, float]]) -> pa.Table:
    left, right, weight = zip(*pairs, strict=True)
    return pa.table({"l": left, "r": right, "weight": weight})


def likely(pairs: list[tuple[int, int, float]], sizes: Sizes) -> list[float]:
    return [1 / (1 + 2.0**-bits) for bits in beside(scored(pairs), sizes)["weight"].to_pylist()]


def test_of_several_rows_that_one_could_be_each_takes_from_the_others() -> None:
    known = likely([(0, 7, 10.0), (1, 7, 10.0), (2, 8, 10.0)], Sizes(left=1_000, right=1_000, prior=1e-6))
    assert known[:2] == pytest.approx([0.5, 0.5], abs=1e-3)
    assert known[2] > 0.98


def test_a_pair_says_more_where_most_rows_are_of_somebody_in_the_first_table() -> None:
    sure = [(place, place, 20.0) for place in range(900)]
    few, many = (likely([*sure[:some], (950, 950, 0.0)], Sizes(left=1_000, right=1_000, prior=some / 1e6))[-1]
                 for some in (50, 900))  # fmt: skip
    assert few == pytest.approx(0.5, abs=0.03)
    assert many > 0.88


def test_a_row_that_has_found_its_own_is_not_looked_for_elsewhere_unless_rows_have_several() -> None:
    sizes, one_each = Sizes(left=1_000, right=1_000, prior=9e-4), [(place, place, 20.0) for place in range(900)]
    several = [(place // 2, place, 20.0) for place in range(900)]
    assert likely([*one_each, (0, 950, 3.0)], sizes)[-1] < 0.3
    assert likely([*several, (0, 950, 3.0)], sizes)[-1] > 0.9


def test_rows_of_nobody_are_not_linked_with_namesakes() -> None:
    left, right, truth = labelled(700, seed=11)
    theirs = {place for _, place in truth}
    strangers = [row for place, row in enumerate(right) if place not in theirs]
    kept = [row for place, row in enumerate(left) if place % 2]
    assert len(pairs(link_records(kept, strangers), Outcome.LINKED)) <= 1


def test_a_mistyped_digit_of_a_mail_made_of_the_name_says_nothing() -> None:
    found = comparisons({"email": FieldKind.EMAIL})[0]
    with duckdb.connect(":memory:") as con:

        def missing(one: str, other: str, *, named: bool = False) -> bool:
            sides = "? AS email_l, ? AS email_r, ? AS email_named_l, ? AS email_named_r"
            sql = f"SELECT {found.missing} FROM (SELECT {sides})"  # noqa: S608
            return bool(con.execute(sql, [one, other, named, named]).fetchall()[0][0])

        assert missing("zhuzihan84@a.com", "zhuzihan94@b.com")
        assert not missing("chengjing88@a.com", "chengjing22@a.com")  # another's
        assert not missing("zhuzihan84@a.com", "zhuzihan84@b.com")
        assert not missing("341562787@qq.com", "341562797@qq.com")
        assert missing("lihua_liu@a.com", "lihua_liu@b.com", named=True)  # each is a 刘丽华's
        assert missing("ruihanjiang@a.com", "ruilanjiang@b.com", named=True)  # 姜瑞涵's, 蒋瑞兰's
        assert not missing("lihua_liu@a.com", "lihua_liu@a.com", named=True)
        assert not missing("lihua731@a.com", "lihua731@b.com", named=True)
        assert not missing("lihua@a.com", "wuyifan@b.com", named=True)


def test_keys_of_few_words_meet_whole_names() -> None:
    left, right, truth = labelled(800, seed=4)
    for place in {place for _, place in truth}:
        whole = next(left[one]["name"] for one, other in truth if other == place)
        right[place] = right[place] | {"name": (f"阿{whole[-1]}", f"{whole[0]}先生", whole[1:])[place % 3]}
    fields = [Field(column="name", kind=FieldKind.NAME)]
    one, other = prepare(left, fields), prepare(right, fields)
    with scorer(one.table, other.table, one.columns) as scores:
        scores.block(comparisons(one.columns))
        joined = "blocked b JOIN lefts l ON b.join_key_l = l.key JOIN rights r ON b.join_key_r = r.key"
        sql = f"SELECT l.id, r.id FROM {joined}"  # noqa: S608
        found = set(scores.con.execute(sql).fetchall())
    assert len(found) <= 0.011 * scores.pairs
    assert sum(pair in found for pair in truth if pair[1] % 3 == 2) / sum(pair[1] % 3 == 2 for pair in truth) > 0.8


def test_a_rare_name_is_as_rare_as_its_characters_unless_names_are_fashions() -> None:
    characters = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
    combined = [one + other for one in characters for other in characters]
    fashions = [one for one in combined[::20] for _ in range(20)]
    rare, usual = (share_of(rows, combined[20]) for rows in (combined, fashions))
    assert rare == pytest.approx(1 / len(combined), rel=0.3)
    assert usual == pytest.approx(1 / 20, rel=0.3)


def share_of(rows: list[str], name: str) -> float:
    with duckdb.connect(":memory:") as con:
        for table in ("lefts", "rights"):
            con.register("given", pa.table({"gn": rows}))
            con.execute(f"CREATE TABLE {table} AS SELECT gn FROM given")  # noqa: S608
        found = given_frequencies(con, ("lefts", "rights"))
    return float(dict(zip(found["gn"].to_pylist(), found["tf_gn"].to_pylist(), strict=True))[name])


def test_what_a_household_shares_makes_nobody_one_person() -> None:
    home = {"phone": "13912340001", "address": "人民路8号3栋101室", "city": "杭州"}
    left, right, _ = labelled(300, seed=9)
    left += [home | {"name": "钱建国"}]
    right += [home | {"name": "钱丽芳"}, home | {"name": "小钱"}]
    pair = len(left) - 1
    assert pair not in {one[0] for one in pairs(link_records(left, right), Outcome.LINKED)}


def test_both_rows_of_somebody_who_is_twice_in_the_first_table_are_linked() -> None:
    left, right, truth = mixed(World(people=500, rows=((80, 20), (50, 30, 20))), seed=3)
    assert len({b for _, b in truth}) < 0.9 * len(truth), "many are there twice"
    linked = pairs(link_records(left, right), Outcome.LINKED)
    assert len(linked & truth) / len(linked) >= 0.995
    assert len(linked & truth) / len(truth) >= 0.9


def test_each_table_may_call_its_columns_as_it_likes() -> None:
    names: tuple[dict[str, str], dict[str, str]] = (
        {"name": "real_name", "phone": "mobile", "birthday": "dob"},
        {"name": "姓名", "phone": "手机号", "birthday": "出生日期", "gender": "性别", "email": "邮箱", "city": "城市"},
    )
    left, right, truth = mixed(World(people=400, columns=names), seed=2)
    linked = pairs(link_records(left, right), Outcome.LINKED)
    assert len(linked & truth) / len(truth) >= 0.9
    same = [(one.column, one.beside) for one in guess_of_two(["name", "tel"], ["surname", "given_name", "手机"])]
    assert same == [("name", None), ("surname", None), ("given_name", None), ("tel", "手机")]
    assert [one.beside for one in guess_of_two(["姓名", "手机"], ["昵称", "手机"])] == ["昵称", None]


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("王*", ("王", None, None)),
        ("王某某", ("王", None, None)),
        ("陈xx", ("陈", None, None)),
        ("张*伟", ("张", "*伟", "伟")),
        ("*建国", (None, "建国", None)),
        ("欧阳*", ("欧阳", None, None)),
        ("***", (None, None, None)),
        ("轩女士", (None, "轩", "轩")),
        ("家宇哥", (None, "家宇", None)),
        ("王伟哥", ("王", "伟", "伟")),
        ("王哥", ("王", None, None)),
        ("老欧阳", (None, "老欧阳", "欧阳")),
        ("慧慧子", (None, "慧慧子", "慧")),
        ("liaozelin", ("liao", "zelin", "zelin")),
    ],
)
def test_hidden_characters_and_names_run_together_are_read(written: str, parts: tuple[str | None, ...]) -> None:
    name = whole(written)
    assert (name.surname, name.given, name.called) == parts


def test_names_with_nothing_in_common_are_two_people_of_one_day() -> None:
    left, right, _ = labelled(400, seed=11)
    home = {
        "phone": "",
        "address": "人民路8号3栋101室",
        "city": "杭州",
        "birthday": "1999-05-06",
        "email": "",
        "gender": "",
    }
    left.append(home | {"name": "潘龙泽"})
    right.append(home | {"name": "潘敏娟"})
    assert (len(left) - 1, len(right) - 1) not in pairs(link_records(left, right), Outcome.LINKED)


def test_letters_are_counted_whatever_rows_duckdb_asks_for() -> None:
    """It may evaluate what stands behind a condition for rows that this leaves out: no length may fail."""
    columns = {"gn": FieldKind.NAME} | {str(kind): kind for kind in FieldKind if kind not in NAMES}
    conditions = [level.sql for one in comparisons(columns) for level in one.levels]
    asked = {call for sql in conditions for call in re.findall(r"(hamming\(.+?\)) <=", sql)}
    assert len(asked) > 4
    names = {*re.findall(r'"?([a-z_]+)_[lr]\b', " ".join(asked))}
    sides = [(f"{name}_{side}", text) for name in names for side, text in (("l", "ab@c"), ("r", "abcdef"))]
    table = pa.table({name: [text] for name, text in sides})
    with duckdb.connect(":memory:") as con:
        con.register("pairs", table)
        assert all(con.sql(f"SELECT {call} FROM pairs").fetchall()[0][0] > 0 for call in asked)  # noqa: S608
