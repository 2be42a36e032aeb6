"""What exists beyond what was seen: intervals hold, refusals are few, and the index tells who came upon what."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from random import Random

import numpy as np
import pytest
from typer.testing import CliRunner

from config.brand import Brand
from config.settings import DAY_ZONE
from crawlers.network.report import Gap
from indexing.coverage import Covered
from indexing.dark.captures import captures, spoken_of
from indexing.dark.estimate import Estimate, Refused, estimate, pooled
from indexing.dark.keep import keep_dark
from indexing.dark.loglinear import Table, fit, models
from indexing.elasticsearch.field import Writer
from indexing.elasticsearch.store import Store
from indexing.mentions.document import analysis_part, document_id, month, page_part, timestamp
from indexing.mentions.merge import Document, merge
from indexing.mentions.write import Update, write
from indexing.people.pseudonyms import Pseudonyms
from nlp.mention import Mention
from tests.dark_methods import METHODS
from tests.dark_truths import KINDS, day
from tingfeng import app

NAMES = Pseudonyms(b"0123456789abcdef")
MentionOf = Callable[..., Mention]
HOLD, WIDTH, REFUSED = 0.93, 0.6, 0.2


@dataclass
class Tally:
    """How intervals of one method did against truths."""

    held: list[bool]
    widths: list[float]
    days: int

    @property
    def told(self) -> str:
        return (
            f"{np.mean(self.held):6.3f} {np.median(self.widths):9.3f} {1 - len(self.held) / self.days:9.3f}"
            if self.held
            else "never"
        )


def tally(method: str, seeds: range, routes: int, strength: float, kinds: tuple[str, ...] = KINDS) -> Tally:
    found = Tally([], [], 0)
    for kind in kinds:
        for seed in seeds:
            one = day(seed, kind, routes, strength)
            found.days += 1
            if interval := METHODS[method](one.hours, routes):
                low, high = interval
                found.held.append(low <= one.truth <= high)
                found.widths.append((high - low) / one.truth)
    return found


@pytest.mark.parametrize("strength", [1.0, 1.8])
@pytest.mark.parametrize("routes", [2, 3])
def test_intervals_hold_on_days_whose_truth_is_known(routes: int, strength: float) -> None:
    found = tally("the same, with an allowance", range(9_000, 9_010), routes, strength)
    assert np.mean(found.held) >= HOLD
    assert np.median(found.widths) <= WIDTH
    assert 1 - len(found.held) / found.days <= REFUSED


@pytest.mark.bench
@pytest.mark.parametrize("strength", [1.0, 1.8])
def test_the_ways_to_an_interval_side_by_side(strength: float, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\ndependence × {strength}: holds, median width / truth, refused")  # noqa: T201
        for routes in (2, 3):
            for method in METHODS:
                found = tally(method, range(20_000, 20_060), routes, strength)
                print(f"  {routes} routes, {method:30s} {found.told}")  # noqa: T201
                if method == "the same, with an allowance":
                    ours = found
            for kind in KINDS:
                one = tally("the same, with an allowance", range(20_000, 20_060), routes, strength, (kind,))
                print(f"    of these, {kind:26s} {one.told}")  # noqa: T201
            assert np.mean(ours.held) >= HOLD
            assert np.median(ours.widths) <= WIDTH and 1 - len(ours.held) / ours.days <= REFUSED


def test_two_independent_routes_are_lincoln_and_petersens() -> None:
    table = Table(open=frozenset({0, 1}), caught={frozenset({0}): 60, frozenset({1}): 40, frozenset({0, 1}): 120})
    found = fit([table], 2, ())
    assert found and found.unseen == pytest.approx(60 * 40 / 120, rel=5e-3)
    assert found.variance == pytest.approx(1 / 60 + 1 / 40 + 1 / 120, rel=1e-2)


def test_an_hour_in_which_a_route_was_shut_is_no_miss() -> None:
    everyone = frozenset({0, 1})
    both = Table(open=everyone, caught={frozenset({0}): 300, frozenset({1}): 100, everyone: 300})
    alone = [
        Table(open=frozenset({route}), caught={frozenset({route}): count}) for route, count in ((0, 600), (1, 400))
    ]
    found = estimate([both, *alone], 2, allowing=False)
    taken_for_open = estimate([both, *(replace(one, open=everyone) for one in alone)], 2, allowing=False)
    assert isinstance(found, Estimate) and found.figure == pytest.approx(800 * 3, rel=0.02)
    assert isinstance(taken_for_open, Estimate) and taken_for_open.figure > 1.3 * found.figure


def test_what_says_nothing_is_refused() -> None:
    routes = frozenset({0, 1})
    few = Table(open=routes, caught={frozenset({0}): 500, frozenset({1}): 400, routes: 9})
    assert estimate([few], 2) == Refused(reason="small_overlap", seen=909, recaught=9)
    wide = Table(open=routes, caught={frozenset({0}): 5_000, frozenset({1}): 4_000, routes: 300})
    assert isinstance(estimate([wide], 2), Refused)
    assert estimate([Table(open=frozenset({0}), caught={frozenset({0}): 9})], 1) == Refused(
        reason="few_routes", seen=9, recaught=0
    )
    never_together = [Table(open=frozenset({route}), caught={frozenset({route}): 90}) for route in (0, 1)]
    assert estimate(never_together, 2) == Refused(reason="few_routes", seen=180, recaught=0)
    assert estimate([], 2) == Refused(reason="few_routes", seen=0, recaught=0)
    nothing_unseen = Table(open=routes, caught={routes: 400})
    whole = estimate([nothing_unseen], 2)
    assert isinstance(whole, Estimate) and 400 <= whole.low <= whole.figure <= whole.high < 420
    assert len(models(3)) == 8 and models(2) == [()]
    assert pooled([few, few])[0].seen == 2 * few.seen


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_who_came_upon_a_post_stays_known_in_whatever_order_pages_come(
    mention_of: MentionOf, order: tuple[int, ...]
) -> None:
    at = datetime(2026, 11, 20, 8, tzinfo=UTC)
    parts = [
        page_part(mention_of(feed=feed, fetched_at=at + timedelta(hours=hour)), NAMES)
        for hour, feed in enumerate(("weibo_search", "weibo_html", "weibo_profile", "weibo_search"))
    ]
    document: Document | None = None
    for number in order:
        document = merge(document, parts[number], Writer.PAGE) or document
    assert document and document["found_by"] == ["weibo_html", "weibo_profile", "weibo_search"]
    assert document["feed"] == "weibo_search"
    assert all(merge(document, part, Writer.PAGE) is None for part in parts), "the same again changes nothing"


def test_a_document_of_before_learns_its_routes(mention_of: MentionOf) -> None:
    old = page_part(mention_of(feed="weibo_search"), NAMES)
    del old["found_by"]
    new = page_part(mention_of(feed="weibo_html"), NAMES)
    document = merge(old, new, Writer.PAGE)
    assert document and document["found_by"] == ["weibo_html", "weibo_search"]


def test_the_index_tells_which_routes_came_upon_what(
    emptied_store: Store, mention_of: MentionOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, luck = emptied_store, Random(5)  # noqa: S311
    start = datetime(2026, 11, 20, tzinfo=DAY_ZONE)
    feeds = {"weibo_search": 0.6, "weibo_profile": 0.5, "weibo_hot": 0.02}
    truth, updates = 300, []
    for number in range(truth):
        at = start + timedelta(minutes=number * 4.8)
        for feed in [feed for feed, chance in feeds.items() if luck.random() < chance]:
            shut = feed == "weibo_profile" and at.hour < 3
            if not shut:
                mention = mention_of(
                    platform="weibo",
                    native_id=str(5_000 + number),
                    feed=feed,
                    published_at=at,
                    fetched_at=at + timedelta(minutes=9),
                )
                updates.append(update(mention))
    write(store, updates)
    store.refresh("mentions")
    end = start + timedelta(days=1)
    (spoken,) = spoken_of(store, [mention_of().brand], start, end)
    assert spoken.routes == {"search": ["weibo_search"], "profile": ["weibo_profile"], "hot": ["weibo_hot"]}
    gap = Gap(start=start - timedelta(hours=1), end=start + timedelta(hours=3), lost=True)
    covered = [Covered(feed="weibo_profile", query="1", runs=3, gaps=(gap,))]
    caught = captures(store, spoken, start, end, covered=covered)
    assert set(caught.routes[:2]) == {"search", "profile"} and caught.left_out == 0
    shut_hours = [hour for hour in caught.hours if caught.routes.index("profile") not in hour.open]
    assert shut_hours == list(caught.hours[:3])
    found = estimate(caught.hours, len(caught.routes))
    assert isinstance(found, Estimate) and found.low <= truth <= found.high
    brands = [Brand(id=spoken.brand, name="甲", query="手机")]
    assert keep_dark(store, brands, now=end + timedelta(hours=5)) == 1
    store.refresh("dark")
    (hit,) = store.client.search(index=store.alias("dark"))["hits"]["hits"]
    told = hit["_source"]
    assert (told["brand"], told["platform"], told["@timestamp"]) == (spoken.brand, "weibo", timestamp(start))
    assert told["low"] <= truth <= told["high"] and told["hours_left_out"] == 0
    assert keep_dark(store, brands, now=end + timedelta(hours=6)) == 1, "the last day is worked out again"
    store.refresh("dark")
    assert store.count("dark") == 1
    (tmp_path / "brands").mkdir()
    (tmp_path / "brands" / f"{spoken.brand}.yaml").write_text("name: 甲\nquery: 手机\n", encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path))
    monkeypatch.setattr("indexing.elasticsearch.store.open_store", lambda: store)
    asked = ["dark", "--day", "2026-11-20", "--days", "1"]
    (plain,) = json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)
    assert plain["low"] <= truth <= plain["high"] and set(plain["routes"][:2]) == {"search", "profile"}
    assert "weibo" in CliRunner().invoke(app, asked, env={"COLUMNS": "160"}).stdout
    assert CliRunner().invoke(app, ["dark", "--day", "2026-10-01"]).exit_code == 1


def update(mention: Mention) -> Update:
    """Return what brings a mention into the index."""
    at = mention.post.fetched_at
    parts = {Writer.PAGE: page_part(mention, NAMES), Writer.ANALYSIS: analysis_part(mention, at)}
    return Update(id=document_id(mention), parts=parts, month=month(mention.post.published_at), ingested=timestamp(at))
