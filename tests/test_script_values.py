"""What a page's script sets its names to is read without running it, whatever stands around it."""

import random
from typing import Any

import pytest

from crawlers.reading.script_values import assigned, assignments

SCRIPT = r"""
var biz = "" || "MzA="; var ct = "1795406280"; var msg_title = 'A \x26 \u661f\n'.html(false);
d.nick_name = xml ? getXmlValue('nick_name.DATA') : '星河'; window.count = "17" * 1, window.price = 1.5;
var empty = '' || "" ; if (ct == "1") { other_ct = "no"; }
window.state = { ret: '0' * 1, title: JsDecode('睡\x26amp;'), f: function () { return { b: 1 }; }, g: () => 1,
  list: [{ url: 'u1', w: '10' * 1 }, { url: 'u2', },], 'a key': "" || '', deep: { a: { b: [1, 2,] } }, // said
  again: 'first', again: 'second', /* another */ url: "https://a.example/?b=1;c={2}" };
"""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("biz", "MzA="),
        ("ct", "1795406280"),
        ("msg_title", "A & 星\n"),
        ("nick_name", "星河"),
        ("count", "17"),
        ("price", 1.5),
        ("empty", None),
        ("absent", None),
        ("title", None),
    ],
)
def test_a_name_has_what_it_is_set_to(name: str, value: Any) -> None:
    assert assigned(SCRIPT, name) == value


def test_an_object_is_read_with_all_that_is_in_it() -> None:
    state = assigned(SCRIPT, "state")
    assert (state["ret"], state["title"], state["again"]) == ("0", "睡&amp;", "first")
    assert state["list"] == [{"url": "u1", "w": "10"}, {"url": "u2"}]
    assert state["deep"] == {"a": {"b": [1, 2]}}
    assert state["url"] == "https://a.example/?b=1;c={2}"


def test_no_script_is_too_odd_to_be_read() -> None:
    luck = random.Random(3)  # noqa: S311  # nothing secret is drawn
    for _ in range(3_000):
        at = luck.randrange(len(SCRIPT))
        junk = luck.choice(["", "{", "}", "[", ")", "'", '"', "\\", ":", ",", "/*", "?", "`"])
        damaged = SCRIPT[:at] + junk + SCRIPT[at + luck.randrange(20) :]
        for name in ("state", "msg_title", "nick_name"):
            list(assignments(damaged, name))


@pytest.mark.parametrize("piece", ["{a:", "[", "f(", "'", "x=", "x = {", "/*", "1 ? ", "\\"])
def test_a_hostile_script_takes_linear_time(piece: str) -> None:
    list(assignments(f"window.state = {piece * 20_000}", "state"))
