"""Contacts that are one are written alike, and values that say nothing of anybody are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.people.contact import normalised, several


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        ("phone", "139 1234 0001", "13912340001"),
        ("phone", "+86-139-1234-0001", "13912340001"),
        ("phone", "008613912340001", "13912340001"),
        ("phone", "8613912340001", "13912340001"),
        ("phone", "（＋８６）１３９１２３４０００１", "13912340001"),
        ("phone", "tel:139\u200b12340001", "13912340001"),
        ("phone", "13912340001（微信同号）", "13912340001"),
        ("phone", "手机：139-1234-0001", "13912340001"),
        ("phone", "13912340001 欧阳女士", "13912340001"),
        ("phone", "Tel. +86 139 1234 0001（本人）", "13912340001"),
        ("phone", "13912340001、13912340002", None),
        ("phone", "座机 010-62770334", "01062770334"),
        ("phone", "13912340001（妈妈）", None),
        ("phone", "13912340001（老婆）", None),
        ("phone", "QQ13912340001", None),
        ("phone", "订单号13912340001", None),
        ("phone", "13912340001" + "同号" * 10_000 + "?", None),
        ("phone", "010-62770334转8001", None),
        ("phone", "010-62770334", "01062770334"),
        ("phone", "+86 10 62770334", "01062770334"),
        ("phone", "+852 5123 9876", "+85251239876"),
        ("phone", "0044 20 7946 0958", "+442079460958"),
        ("phone", "13800138000", None),
        ("phone", "00000000000", None),
        ("phone", "13900000000", None),
        ("phone", "13912345678", None),
        ("phone", "138****0001", None),
        ("phone", "18412340001-1234", None),
        ("phone", "18412340001转1234", None),
        ("phone", "400-800-1234", None),
        ("phone", "95588", None),
        ("phone", "1391234000", None),
        ("phone", "1.39E+10", None),
        ("phone", "无", None),
        ("email", " Li.Lei＠Example.COM ", "li.lei@example.com"),
        ("email", "mailto:a.b+c@mail.example.org", "a.b+c@mail.example.org"),
        ("email", "李雷@例子.公司", "李雷@例子.公司"),
        ("email", "noreply@example.com", None),
        ("email", "li.lei@", None),
        ("email", "li lei@example.com", None),
        ("email", "li@lei@example.com", None),
        ("order", "订单号：TB-2026 1101/0007", "tb202611010007"),
        ("order", "ＴＢ２０２６１１０１０００７", "tb202611010007"),
        ("order", "12345", None),
        ("order", "00000000", None),
        ("ticket", "#INC-004711", "inc004711"),
        ("ticket", "help me", None),
        ("unionid", "oWx_AbC-123", "oWx_AbC-123"),
        ("unionid", "000000", None),
        ("name", " 欧阳 娜娜 ", "欧阳娜娜"),
        ("name", "Li  Lei", "li lei"),
        ("name", "阿不都・热合曼", "阿不都·热合曼"),
        ("name", "匿名", None),
        ("name", "MOMO", None),
        ("name", "张*", None),
        ("name", "12345", None),
        ("birthday", "1990年8月3日", "1990-08-03"),
        ("birthday", "1990/8/3", "1990-08-03"),
        ("birthday", "8月3日", "--08-03"),
        ("birthday", "1900-01-01", None),
        ("birthday", "1990-02-30", None),
        ("gender", "女", "female"),
        ("gender", "M", "male"),
        ("gender", "2", None),
        ("address", " 北京市  海淀区 ", "北京市 海淀区"),
        ("address", "暂无", None),
    ],
)
def test_a_contact_has_one_form(kind: str, written: str, expected: str | None) -> None:
    assert normalised(kind, written) == expected


@pytest.mark.parametrize(
    ("written", "parts", "own"),
    [
        ("13912340001/13912340002", ("13912340001", "13912340002"), (1, 1)),
        ("13912340001、13912340002 (妈妈)", ("13912340001", "13912340002 (妈妈)"), (1, 0)),
        ("13912340001（本人）；139-1234-0002（微信同号）", ("13912340001(本人)", "139-1234-0002(微信同号)"), (1, 1)),
        ("13912340001 13912340002", ("13912340001", "13912340002"), (1, 1)),
        ("+86 139 1234 0001 / 座机 010-62770334", ("+86 139 1234 0001", "座机 010-62770334"), (1, 1)),
        ("13912340001 或 13912340002", ("13912340001", "13912340002"), (1, 1)),
        ("13800138000/13912340001", ("13800138000", "13912340001"), (0, 1)),
        ("13912340001/13912340001", ("13912340001",), (1,)),
        ("13912340001", ("13912340001",), (1,)),
        # a part that is cut short, masked, an extension or no number: nobody knows which is right
        ("13912340001/1391234", ("13912340001/1391234",), (0,)),
        ("139****0002/13912340001", ("139****0002/13912340001",), (0,)),
        ("18412340001-1234/13912340002", ("18412340001-1234/13912340002",), (0,)),
        ("010/62770334", ("010/62770334",), (1,)),
        ("1391234000113912340002", ("1391234000113912340002",), (0,)),
    ],
)
def test_two_telephones_in_one_cell_are_two(written: str, parts: tuple[str, ...], own: tuple[int, ...]) -> None:
    found = several("phone", written)
    assert found == parts
    assert tuple(int(normalised("phone", one) is not None) for one in found) == own


def test_only_telephones_are_parted() -> None:
    assert several("name", "王伟/李霞") == ("王伟/李霞",)
    assert several("email", "a@example.com/b@example.com") == ("a@example.com/b@example.com",)


@given(st.sampled_from(["phone", "email", "order", "ticket", "name", "birthday", "gender", "unionid", "x"]), st.text())
def test_whatever_is_written_it_is_read_the_same_twice(kind: str, written: str) -> None:
    found = normalised(kind, written)
    assert found is None or kind == "gender" or normalised(kind, found) == found
