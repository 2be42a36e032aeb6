"""How names, telephones and days stand in the tables that people export, and what is left of them to compare."""

import pyarrow as pa
import pytest

from indexing.identity.match import Linked, link_records, values
from indexing.identity.match.comparison import Comparison, Level
from indexing.identity.match.fields import Field, FieldKind
from indexing.identity.match.names import whole
from indexing.identity.match.prepare import prepare
from indexing.identity.match.sound import initials, made_of_name
from tests.people import Wear, labelled


@pytest.mark.parametrize(
    ("written", "surname", "given"),
    [
        ("王泽阳（老客户）", "王", "泽阳"),
        ("王建睿(微信)", "王", "建睿"),
        ("胡海林 VIP", "胡", "海林"),
        ("陈欣悦2", "陈", "欣悦"),
        ("王伟 13912340001", "王", "伟"),
        ("杨小国-广州", "杨", "小国"),
        ("王伟@公司", "王", "伟"),
        ("王伟🌸", "王", "伟"),
        ("AA王伟", "王", "伟"),
        ("01王伟", "王", "伟"),
        ("王（先生）", "王", None),
        ("王伟（", "王", "伟"),
        ("王 伟", "王", "伟"),
        ("欧阳 娜娜", "欧阳", "娜娜"),
        ("阿不都·热合曼", None, "阿不都热合曼"),
        ("李xx", "李", None),
        ("王总监", "王", None),
        ("张主任", "张", None),
        ("陈董", "陈", None),
        ("张志董", "张", "志董"),
        ("国华张", "张", "国华"),
        ("娜娜欧阳", "欧阳", "娜娜"),
        ("文莲马", "文", "莲马"),  # 文 is a surname too
        # whoever is called so is not whose name stands there
        ("王伟妈妈", None, "王伟妈妈"),
        ("王伟/妈妈", None, "王伟/妈妈"),
        ("Wang Xiaoming", "wang", "xiaoming"),
        ("Xiaoming WANG", "wang", "xiaoming"),
        ("Wang Xiao Ming", "wang", "xiaoming"),
        ("Xiao Ming Wang", "wang", "xiaoming"),
        ("Wang Xiao-Ming", "wang", "xiaoming"),
        ("WANG, Xiaoming", "wang", "xiaoming"),
        ("WangXiaoming", "wang", "xiaoming"),
        ("wangxiaoming695", "wang", "xiaoming"),
        ("Ou Yang Na Na", "ouyang", "nana"),
        ("Lin Wang", "wang", "lin"),  # of two that are surnames the commoner
        ("Wang Lin", "wang", "lin"),
        ("X. Wang", "wang", "x."),
        ("Wang X.", "wang", "x."),
        ("Wang XM", "wang", "xm."),
        ("J. Smith", "smith", "j."),
        ("John A Smith", "smith", "john a"),
        ("Mike", None, "mike"),
    ],
)
def test_a_name_is_read_as_it_is_written(written: str, surname: str | None, given: str | None) -> None:
    name = whole(values.text(written) or "")
    assert (name.surname, name.given) == (surname, given)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("13912340001.0", "13912340001"),
        ('="13912340001"', "13912340001"),
        ("1.3912340001E+10", "13912340001"),
        ("1.39E+10", None),
        ("+86 139****0001", "139****0001"),
        ("0086139****0001", "139****0001"),
        ("139****0001", "139****0001"),
        ("+852 5123 9876", "+85251239876"),
    ],
)
def test_a_telephone_is_read_as_tables_write_it(written: str, expected: str | None) -> None:
    assert values.phone(written) == expected


def test_initials_and_addresses_of_a_name() -> None:
    assert [initials(given) for given in ("国华", "guohua", "gh.")] == ["gh", "g", "gh"]
    made = ["lihua_liu@a.com", "liulihua1985@a.com", "lliu@a.com", "llihua9@a.com", "lhliu@a.com", "lihua@a.com"]
    assert [made_of_name(address, "liu", "lihua", "lh") for address in made] == [True, True, False, True, True, True]
    assert made_of_name("lihua@a.com", None, None, None) is None
    assert made_of_name("刘丽华88", "liu", "lihua", "lh")
    assert not made_of_name("爱吃鱼的丽华", "liu", "lihua", "lh")


def test_initials_are_no_other_name_and_no_proof() -> None:
    left, right, truth = labelled(800, seed=4)
    for place in {place for _, place in truth}:
        letters = initials(next(left[one]["name"] for one, other in truth if other == place)[1:])
        right[place] = right[place] | {"name": f"{letters[0].upper()}. {sounded(left, truth, place)}"}
    found = link_records(left, right)
    assert len(pairs(found) - truth) <= 0.01 * len(pairs(found))
    assert len(pairs(found) & truth) >= 0.6 * len(truth)
    assert len({(one.left, one.right) for one in found.conflicts} & truth) <= 0.01 * len(truth)


def test_a_day_that_a_form_fills_in_is_nobodys() -> None:
    rows = [{"生日": f"19{50 + place % 50}-0{1 + place % 9}-{10 + place % 19}"} for place in range(400)]
    rows += [{"生日": "1990-01-01"}] * 30 + [{"生日": "1990"}] * 30
    days = prepare(rows, [Field(column="生日", kind=FieldKind.BIRTHDAY)]).table["birthday"].to_pylist()
    assert days[400:] == [None] * 30 + ["1990"] * 30  # a year alone is shared by many
    assert None not in days[:400]


def test_what_one_person_seldom_shows_is_not_learnt_from_pairs_of_two() -> None:
    one = Comparison("day", "", (Level("equal", "", 0.9, 0.1), Level("apart", "", 0.1, 0.9, at_most=0.006)))
    assert one.possible((0.97, 0.03)) == pytest.approx((0.994, 0.006))
    assert one.possible((0.999, 0.001)) == pytest.approx((0.999, 0.001))


def test_twins_at_one_telephone_are_not_linked() -> None:
    """One character of two in common, that is neither mistyped by its sound nor by its shape."""
    left, right, truth = labelled(1_200, seed=7, wear=Wear(name=0.02))
    twins = [("李文然", "李文生"), ("王宇生", "王宇军")]
    for place, names in enumerate(twins):
        both = {"phone": f"1771234{place}56{place}", "birthday": f"1998-0{place + 1}-17", "city": "北京"}
        left.append(dict.fromkeys(left[0], "") | both | {"name": names[0]})
        right.append(dict.fromkeys(right[0], "") | both | {"name": names[1]})
    found = link_records(left, right)
    assert not {(len(left) - place, len(right) - place) for place in (1, 2)} & pairs(found)
    assert len(pairs(found) & truth) >= 0.95 * len(truth)


def sounded(left: list[dict[str, str]], truth: set[tuple[int, int]], place: int) -> str:
    from indexing.identity.match.sound import sound

    name = whole(next(left[one]["name"] for one, other in truth if other == place))
    return sound(name.surname or "", surname=True).title()


def pairs(found: Linked) -> set[tuple[int, int]]:
    return {(one.left, one.right) for one in found.linked}


def test_either_of_two_telephones_finds_the_other_row() -> None:
    left, right, truth = labelled(900, seed=7)
    both = [("钱一鸣", "17712345681/17712345682", "17712345682"), ("钱一鸣", "17712345671", "17712345670 17712345671")]
    both += [("孙佳怡", "17712345661、17712345662", "17712345662/17712345661（微信）")]
    for name, ours, theirs in both:
        left.append(dict.fromkeys(left[0], "") | {"name": name, "phone": ours, "birthday": "1991-02-17"})
        right.append(dict.fromkeys(right[0], "") | {"name": name, "phone": theirs})
    for one, other in ((left, right), (pa.Table.from_pylist(left), pa.Table.from_pylist(right))):
        found = link_records(one, other)
        wanted = {(len(left) - place, len(right) - place) for place in (1, 2, 3)}
        linked = pairs(found)
        assert {pair for pair in linked if pair[0] >= len(left) - 3 or pair[1] >= len(right) - 3} == wanted
        assert len(linked & truth) >= 0.95 * len(truth)
    levels = [part.level for pair in found.linked if pair.left == len(left) - 1 for part in found.explain(pair)]
    assert levels.count("equal to another number of theirs") == 1, "two numbers exchanged count once"
