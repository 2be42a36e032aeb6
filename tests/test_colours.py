"""One colour a value, everywhere; and colours that stand beside each other are told apart by the colour-blind too."""

import itertools
import math
import re
from pathlib import Path
from typing import Any

import pytest

from config.brand import Brand
from dashboards import colours
from dashboards.kibana.build import objects

_PAGE = Path(colours.__file__).parent / "page" / "templates" / "page.css"
# How a colour looks without red or green cones: Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
_SIGHTS = (
    ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
)
# OKLab: linear RGB to cones, and their cube roots to lightness and two axes of colour.
_CONES = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_LAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_TOLD_APART = 0.09
"""In OKLab, where 0.02 is just seen between two colours side by side."""

BRANDS = [Brand(id=id, name=id, query=id) for id in ("京东", "华硕", "如家", "当当", "惠普", "携程", "联想")]


def _times(matrix: Any, vector: Any) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _seen(colour: str) -> list[list[float]]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    sights = ([min(1.0, max(0.0, part)) for part in _times(sight, linear)] for sight in _SIGHTS)
    return [_times(_LAB, [cone ** (1 / 3) for cone in _times(_CONES, sight)]) for sight in sights]


def _apart(one: str, other: str) -> float:
    return min(math.dist(a, b) for a, b in zip(_seen(one), _seen(other), strict=True))


@pytest.mark.parametrize(
    "side_by_side",
    [
        list(colours.SENTIMENTS.values()),
        list(colours.EMOTIONS.values()),
        list(colours.SEVERITIES.values()),
        list(colours.PALETTE),
    ],
    ids=["sentiments", "emotions", "severities", "brands"],
)
def test_colours_side_by_side_are_told_apart_without_red_or_green(side_by_side: list[str]) -> None:
    assert min(_apart(*pair) for pair in itertools.combinations(side_by_side, 2)) >= _TOLD_APART


def test_alarm_grows_darker_and_serious_is_no_green() -> None:
    light = [_seen(colour)[0] for colour in colours.SEVERITIES.values()]
    assert [one[0] for one in light[1:]] == sorted((one[0] for one in light[1:]), reverse=True)
    assert all(one[1] > -0.03 for one in light), "towards red, or without a side"


def test_a_brand_more_takes_no_colour_from_those_before_it() -> None:
    ids = [f"品牌{number}" for number in range(len(colours.PALETTE))]
    slots = colours.brand_slots(ids)
    assert sorted(slots.values()) == list(range(len(colours.PALETTE)))
    for some in range(len(ids)):
        assert colours.brand_slots(ids[:some]).items() <= slots.items()
    assert len(colours.brand_slots([*ids, "又一个"])) == len(ids) + 1


def _in_kibana() -> dict[tuple[str, str], set[str]]:
    """Return which colours a value of a field has in all panels."""
    found: dict[tuple[str, str], set[str]] = {}
    for saved in objects(BRANDS):
        if saved["type"] != "lens":
            continue
        state = saved["attributes"]["state"]
        (layer,) = state["datasourceStates"]["formBased"]["layers"].values()
        fields = {id: column.get("sourceField") for id, column in layer["columns"].items()}
        for one in [*state["visualization"].get("layers", ()), state["visualization"]]:
            split = one.get("splitAccessor") or next(iter(one.get("primaryGroups", ())), None)
            for rule in one.get("colorMapping", {}).get("assignments", ()) if split else ():
                for value in rule["rule"]["values"]:
                    found.setdefault((fields[split], value), set()).add(rule["color"]["colorCode"])
    return found


def test_a_value_has_one_colour_in_kibana_and_on_the_page() -> None:
    found = _in_kibana()
    ids = [brand.id for brand in BRANDS]
    rules = dict(re.findall(r"rect\.([\w-]+), circle\.\1 \{ fill: (#\w+); \}", colours.css()))
    assert dict(re.findall(r"line\.drawn\.([\w-]+) \{ stroke: (#\w+); \}", colours.css())) == rules
    assert {value for field, value in found if field == "brand"} == set(ids)
    assert {field for field, _ in found} >= {"brand", "emotion", "severity"}
    for (field, value), seen in found.items():
        assert seen == {rules[colours.css_class(field, value, ids)]}, (field, value)


def test_every_panel_says_its_colours() -> None:
    for saved in objects():
        if saved["type"] != "lens":
            continue
        shown = saved["attributes"]["state"]["visualization"]
        for layer in shown.get("layers", ()):
            if layer["layerType"] == "annotations":
                assert all(one["color"] for one in layer["annotations"])
                continue
            coloured = {one["forAccessor"] for one in layer.get("yConfig", ())}
            assert "colorMapping" in layer or coloured == set(layer["accessors"]), saved["id"]


def test_the_page_has_the_sentiments_colours_by_day() -> None:
    light = _PAGE.read_text(encoding="utf-8").split("@media")[0]
    for name, colour in colours.SENTIMENTS.items():
        assert f"--{name}: {colour};" in light
