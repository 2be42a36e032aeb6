"""A campaign's effect is told with its interval, refused where too few were in it, doubted where it began before."""

import random
import re
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from config.campaign import Campaign, Group
from config.load import ConfigError, load
from config.settings import DAY_ZONE
from dashboards.effect_picture import effect_picture
from indexing.effect.compare import Compared, compare
from indexing.effect.effect import effect
from indexing.effect.telling import plain, sentences, table_rows
from indexing.elasticsearch.documents import put as put_documents
from indexing.profiles.update import update_profiles
from tests.customer_data import DAY, NOW, said, speak, write_shop
from tests.test_profiles import customer, order

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

BEGIN = datetime(2026, 7, 1, tzinfo=DAY_ZONE)
TEXT = """\
name: 夏日清凉节
brand: xinghe
begin: 2026-07-01
end: 2026-07-14
treated: {export: e1}
control: {export: e2}
"""


def campaign(**fields: Any) -> Campaign:
    told: dict[str, Any] = {
        "id": "summer", "name": "夏日清凉节", "brand": "xinghe", "begin": "2026-07-01", "end": "2026-07-14",
        "treated": Group(export="e1"), "control": Group(export="e2"),
    }  # fmt: skip
    return Campaign.model_validate(told | fields)


def pairs(dice: random.Random, count: int, lift: float) -> list[tuple[float, float]]:
    """Return what so many customers paid before and after: most nothing, some much, and each in their own measure."""

    def paid(much: float) -> float:
        return much * dice.lognormvariate(3, 1) if dice.random() < 0.3 else 0.0

    return [(paid(own), paid(own) + lift) for own in (dice.lognormvariate(0, 0.5) for _ in range(count))]


def test_the_interval_holds_what_it_promises() -> None:
    dice, inside, clear = random.Random(5), 0, 0  # noqa: S311 -- no secret
    for _ in range(400):
        found = compare(pairs(dice, 150, 4.0), pairs(dice, 200, 0.0))
        assert isinstance(found, Compared)
        inside += found.low <= 4.0 <= found.high
        nothing = compare(pairs(dice, 150, 0.0), pairs(dice, 200, 0.0))
        assert isinstance(nothing, Compared)
        clear += nothing.clear
    assert 0.925 <= inside / 400 <= 0.98
    assert clear / 400 <= 0.075


def test_few_and_constant_are_refused() -> None:
    assert compare([(0, 1)] * 29, [(0, 0)] * 99) == "few"
    assert compare([(0, 0)] * 30, [(0, 0)] * 30) == "constant"


def shopping(store: "Store", *, lift_before: float = 0.0) -> None:
    """Let 120 customers be treated and 120 not; the treated buy more during the campaign, or before it already."""
    dice = random.Random(9)  # noqa: S311 -- no secret
    people = [customer(n, n, registered_at=NOW - 500 * DAY) for n in range(240)]
    bought = []
    for n in range(240):
        for period, rate in ((0, 0.6 if n < 120 else 0.2), (1, 0.2 + (lift_before if n < 120 else 0)), (2, 0.2)):
            if dice.random() < rate:
                at = BEGIN - period * 14 * DAY + dice.randrange(1, 13) * DAY
                bought.append(order(10 * n + period, 100.0, customer=f"C{n}", at=at))
    write_shop(store, people, bought)
    put_documents(store, "exports", [("e1", {"customers": [f"C{n}" for n in range(125)]})])
    put_documents(store, "exports", [("e2", {"customers": [f"C{n}" for n in range(120, 240)]})])


def test_an_effect_is_found_told_and_drawn(emptied_store: "Store") -> None:
    shopping(emptied_store)
    told = BEGIN + 3 * DAY
    speak(
        emptied_store,
        [
            *(said(n, n, "清凉节 好", label="positive", ago=NOW - told, followers=10) for n in range(6)),
            said(900, 900, "清凉节 不行", label="negative", ago=NOW - told, followers=5_000),
            said(901, 901, "没参加", label="negative", ago=NOW - told + 14 * DAY),
        ],
    )
    update_profiles(emptied_store, now=NOW)
    found = effect(emptied_store, campaign(query="清凉节"))
    assert (found.treated, found.control, found.in_both, found.too_new) == (120, 115, 5, 0)
    assert (found.mentions, found.accounts, found.reach) == (7, 7, 5_060)
    assert found.took_part and found.took_part.value == 6 / 120
    assert found.sentiment_before and found.sentiment_before.value == -1
    conversion, spending, sentiment = found.measured
    assert conversion.compared and 0.2 < conversion.compared.value < 0.6
    assert conversion.compared.low > 0
    assert not conversion.doubtful
    assert spending.compared and spending.compared.value == pytest.approx(100 * conversion.compared.value)
    assert (sentiment.compared, sentiment.refused) == (None, "few")
    said_so = list(sentences(found))
    assert re.search(r"购买转化率：相对对照组的变化为 \+\d+\.\d pp（95% 区间 \+", said_so[0].zh)
    assert "nothing is said" in said_so[2].en
    assert len(list(table_rows(found))) == 3
    assert plain(found)["outcomes"][2]["refused"] == "few"
    picture = effect_picture(found)
    assert ElementTree.fromstring(picture).tag.endswith("svg")  # noqa: S314 -- our own
    assert "夏日清凉节" in picture
    hostile = effect_picture(effect(emptied_store, campaign(name="<script>alert(1)</script>")))
    assert "<script>" not in hostile


def test_what_began_before_is_not_put_down_to_the_campaign(emptied_store: "Store") -> None:
    shopping(emptied_store, lift_before=0.35)
    update_profiles(emptied_store, now=NOW)
    conversion = effect(emptied_store, campaign(outcomes=["conversion"])).measured[0]
    assert conversion.doubtful
    told = next(sentences(effect(emptied_store, campaign(outcomes=["conversion"]))))
    assert "不能归因于活动" in told.zh


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("2026-07-14", "2026-06-14", "exchange them"),
        ("{export: e2}", "{export: e1}", "name others"),
        ("{export: e2}", "{}", "one of segment"),
        ("brand: xinghe", "brand: xinghe\nquery: 'a AND'", "query"),
    ],
)
def test_a_faulty_campaign_is_named(tmp_path: Path, old: str, new: str, fault: str) -> None:
    path = tmp_path / "summer.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert load(path, Campaign).length == timedelta(days=14)
    path.write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"summer\.yaml:\d+.*{fault}"):
        load(path, Campaign)
