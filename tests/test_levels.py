"""How near brands came to their burst rules: every full hour once, quiet ones too, with the rule's own threshold."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.brand import Brand
from indexing.detection import detect
from indexing.detection.levels import keep_levels
from tests.story_posts import DAY, HOUR, MINUTE, NOW, make_post, mention, put, rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from indexing.elasticsearch.store import Store

BRANDS = [Brand(id="xinghe", name="星河", query="星河"), Brand(id="yinhe", name="银河", query="银河")]
BURST = rule("negative_burst", min_count=4, min_share=0.2, ratio=3, season="0s", history="2d")
UNTIL = NOW.replace(minute=0, second=0, microsecond=0)


def levels(store: "Store") -> dict[tuple[str, datetime], dict[str, Any]]:
    store.refresh("levels")
    hits = store.client.search(index=store.alias("levels"), size=10_000)["hits"]["hits"]
    found = [hit["_source"] for hit in hits]
    return {(one["brand"], datetime.fromisoformat(one["@timestamp"]).astimezone(UTC)): one for one in found}


@pytest.fixture
def told(new_store: "Callable[[], Store]") -> "Store":
    """Three days with one negative mention an hour, and one hour with nine."""
    store = new_store()
    quiet = [make_post(n, ago=NOW - UNTIL + n * HOUR + 30 * MINUTE, text=f"星河 {n}") for n in range(72)]
    loud = [make_post(100 + n, ago=NOW - UNTIL + (10 + n) * MINUTE, text=f"星河 坏 {n}") for n in range(8)]
    put(store, (mention(post, brand="xinghe", label="negative") for post in [*quiet, *loud]))
    return store


def test_every_full_hour_has_its_level_with_the_threshold_of_the_rule(told: "Store") -> None:
    assert keep_levels(told, [BURST], BRANDS, now=NOW) == 2 * 30 * 24
    found = levels(told)
    assert len(found) == 2 * 30 * 24, "a brand of which nobody speaks has levels too"
    counted = {at: one["counted"] for (brand, at), one in found.items() if brand == "xinghe"}
    assert [counted[UNTIL - n * HOUR] for n in (1, 2, 40)] == [9, 1, 1]
    last, quiet = found["xinghe", UNTIL - HOUR], found["yinhe", UNTIL - HOUR]
    assert (last["usual"], last["threshold"]) == (1.0, 4.0)
    assert (quiet["counted"], quiet["threshold"]) == (0, 4.0)
    (fired,) = detect(told, [BURST], BRANDS, now=UNTIL).firings
    figures = {figure.name: figure for figure in fired.figures}
    assert (figures["threshold"].value, figures["negative"].value) == (last["threshold"], last["counted"])
    assert "usual" not in found["xinghe", UNTIL - 30 * DAY], "there is no past to say what is usual"


def test_an_hour_is_worked_out_once_and_late_posts_change_it(told: "Store") -> None:
    keep_levels(told, [BURST], BRANDS, now=NOW)
    before = levels(told)
    assert keep_levels(told, [BURST], BRANDS, now=UNTIL + 59 * MINUTE) == 0, "no hour has ended since"
    put(told, [mention(make_post(500, ago=NOW - UNTIL + 3 * HOUR - 5 * MINUTE), brand="xinghe", label="negative")])
    assert keep_levels(told, [BURST], BRANDS, now=UNTIL + timedelta(hours=1)) == 2 * 7
    after = levels(told)
    assert len(after) == len(before) + 2
    changed = {key for key in before if before[key]["counted"] != after[key]["counted"]}
    assert changed == {("xinghe", UNTIL - 3 * HOUR)}


def test_without_a_burst_rule_or_a_brand_nothing_is_asked(told: "Store") -> None:
    assert keep_levels(told, [], BRANDS, now=NOW) == keep_levels(told, [BURST], [], now=NOW) == 0
    assert keep_levels(told, [rule("any", late="1h")], BRANDS, now=NOW) == 0
