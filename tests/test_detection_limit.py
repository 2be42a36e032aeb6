"""The detection limit: what a rule hears of in a shadow of the past is what it would hear of in the index itself."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from config.brand import Brand
from config.rule import Rule
from config.settings import DAY_ZONE
from indexing.detection import detect
from indexing.detection.found import Span
from indexing.detection.lab import replay
from indexing.limit.cascades import BadCascades, Shape, made_up, of_brand, read_cascades, shapes
from indexing.limit.counts import Counts, NoPast, arrives_after, counts_of
from indexing.limit.curve import curve_of, fewest_trials
from indexing.limit.limit import TooLittle, find_limit
from indexing.limit.picture import draw
from indexing.limit.series_file import BadSeries, read_series
from indexing.limit.shadow import NotInAShadow, check, find_in
from indexing.limit.told import as_json, sentences
from indexing.limit.trials import Trial, delays, trials
from indexing.mentions.document import millis
from tests.story_posts import DAY, HOUR, MINUTE, NOW, make_post, mention, put, rule

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

BRAND = Brand(id="当当", name="当当", query="当当")
EVEN = made_up()[0]
FREQUENT = rule("frequency", min_count=40)
BURST = rule("negative_burst", min_count=10, min_share=0.3, pages={"at_most": 2, "per": "month"})
RATIO = rule("negative_burst", min_count=10, min_share=0.3, ratio=3, history="3d", season="0s")
GROWN = rule("story", min_count=15, min_authors=10)
LEAPT = rule("spike", height=4, min_current=20)


def even(hours: int = 24 * 40, an_hour: int = 6, step: timedelta = MINUTE) -> Counts:
    """Make a past that is the same every hour by day, and half of it by night."""
    begin = datetime(2026, 6, 1, tzinfo=DAY_ZONE)
    steps = round(HOUR / step)
    count = np.zeros(hours * steps, dtype=np.int64)
    for hour in range(hours):
        own = an_hour if 7 <= hour % 24 < 23 else an_hour // 2
        for number in range(own):
            count[hour * steps + number * steps // own] += 1
    return Counts(begin=begin, step=step, count=count, negative=count // 1, known_from=begin)


def times(at: datetime, posts: int, speed: timedelta = HOUR) -> list[int]:
    return [millis(at + after) for after in EVEN.draw(posts, speed)]


def test_a_course_is_drawn_at_any_number_and_speed() -> None:
    shape = Shape("x", (0.0, 0.1, 0.2, 1.0))
    assert shape.draw(4, 10 * HOUR) == [timedelta(), HOUR, 2 * HOUR, 10 * HOUR]
    assert shape.draw(7, 10 * HOUR)[::2] == shape.draw(4, 10 * HOUR)
    assert len(shape.draw(100, MINUTE)) == 100
    assert shape.draw(1, HOUR) == [timedelta()]


def test_shapes_are_made_of_what_spreads_within_a_day() -> None:
    short, long = [float(n) for n in range(19)], [float(60 * n) for n in range(100)] + [9e6]
    (shape,) = shapes({"short": short, "long": long, "empty": []})
    assert (shape.name, len(shape.at), shape.at[0], shape.at[-1]) == ("long", 90, 0.0, 1.0)


@pytest.fixture(scope="module")
def filled(new_store: "Callable[[], Store]") -> "Store":
    """Fill an index with eight days of mentions, some of them negative."""
    store = new_store()
    posts = [make_post(n, ago=n * 13 * MINUTE + 30 * timedelta(seconds=1)) for n in range(1, 880)]
    put(store, [mention(one, brand="当当", label="negative" if n % 3 else "neutral") for n, one in enumerate(posts)])
    return store


@pytest.mark.parametrize("tried", [FREQUENT, BURST, RATIO, GROWN, LEAPT], ids=lambda one: one.when.kind)
def test_the_shadow_answers_as_the_index_would(filled: "Store", tried: Rule) -> None:
    """Without a further post it finds what the index finds; with them, what it finds once they are in the index."""
    at = NOW - 4 * HOUR
    counts = counts_of(filled, tried, "当当", since=NOW - 40 * DAY, until=NOW, step=MINUTE)
    assert counts.count.sum() == 879 - 0
    span = Span(now=NOW, since=NOW - 6 * HOUR)
    for posts in (0, 5, 60):
        more = [
            make_post(10_000 + n, ago=NOW - at - after)
            for n, after in enumerate(EVEN.draw(posts, HOUR) if posts else ())
        ]
        ids = put(filled, [mention(one, brand="当当") for one in more]) if more else []
        for id in ids:
            filled.client.update(index=filled.month_alias("2026.08"), id=id, doc={"story": {"id": "weibo:post:x"}})
        filled.refresh("mentions")
        pages = replay(filled, tried, [BRAND], since=NOW - 6 * HOUR, now=NOW).pages
        shadow = find_in(counts, times(at, posts) if posts else [], tried, "当当", span)
        assert [page.at for page in pages] == [found.fired_at for found in shadow][: len(pages)]
        assert bool(shadow) == bool(pages)
        for id in ids:
            filled.client.delete(index=filled.month_alias("2026.08"), id=id)
    filled.refresh("mentions")


def test_a_limit_that_is_known_is_found() -> None:
    """A rule that takes 40 of an hour, of which 6 are there by day and 3 by night, hears of 34 and of 37."""
    found = find_limit(
        even(), FREQUENT, "当当", [EVEN], since=datetime(2026, 7, 1, tzinfo=DAY_ZONE), speeds=[30 * MINUTE]
    )
    day, night = found.curve("day"), found.curve("night")
    assert day and night
    assert day.posts is not None and night.posts is not None
    assert 34 <= day.posts <= 37
    assert 36 <= night.posts <= 40
    assert (day.low, day.high) == (day.posts, day.posts)
    assert day.median_delay is not None
    assert timedelta(minutes=24) <= day.median_delay <= timedelta(minutes=36)
    assert all(
        before.probability <= after.probability for before, after in zip(day.points, day.points[1:], strict=False)
    )
    said = " ".join(one.en for one in sentences(replace(found, curves=(replace(day, name="all"), night))))
    assert f"From {day.posts} negative posts" in said
    assert f"At night (23 to 7 o'clock) from {night.posts}" in said


def test_more_posts_are_heard_of_sooner_and_spread_slowly_later() -> None:
    counts = even()
    tried = list(trials(counts, FREQUENT, "当当", [EVEN], speeds=[30 * MINUTE], since=counts.end - DAY, every=4 * HOUR))
    few, many = (delays(counts, FREQUENT, "当当", tried, posts) for posts in (45, 200))
    assert all(soon and late and soon < late for (_, late), (_, soon) in zip(few, many, strict=True))
    assert all(after is None for _, after in delays(counts, FREQUENT, "当当", tried, 10))


def test_hours_in_which_it_pages_anyway_are_left_out() -> None:
    counts = even()
    busy = counts.count.copy()
    busy[-60 * 30 : -60 * 29] += 2
    stormy = replace(counts, count=busy, negative=busy, _kept={})
    found = find_limit(stormy, FREQUENT, "当当", [EVEN], since=counts.end - 2 * DAY, speeds=[30 * MINUTE])
    assert 6 <= found.left_out <= 10
    known = replace(counts, incidents=((counts.end - 30 * HOUR, counts.end - 28 * HOUR),), _kept={})
    assert find_limit(known, FREQUENT, "当当", [EVEN], since=counts.end - 2 * DAY, speeds=[30 * MINUTE]).left_out == 3


def test_the_curve_never_falls_and_its_interval_holds_the_truth() -> None:
    dice = np.random.default_rng(5)
    begin = datetime(2026, 7, 1, tzinfo=DAY_ZONE)
    held = 0
    for _ in range(10):
        posts = np.ceil(20 * np.exp(0.4 * dice.standard_normal(30 * 24))).astype(int)
        tried = [Trial(at=begin + n * HOUR, speed=HOUR, shape=EVEN, posts=int(one)) for n, one in enumerate(posts)]
        curve = curve_of("all", tried, sure=0.95)
        assert curve.low is not None and curve.high is not None and curve.posts is not None
        held += curve.low <= 20 * np.exp(0.4 * 1.645) + 1 and curve.high >= 20 * np.exp(0.4 * 1.645)
        shares = [point.probability for point in curve.points]
        assert shares == sorted(shares)
    assert held >= 8


def test_a_rule_that_hears_of_nothing_says_so() -> None:
    deaf = rule("frequency", min_count=100_000)
    found = find_limit(even(24 * 9), deaf, "当当", [EVEN], since=even(24 * 9).end - 30 * HOUR, speeds=[HOUR])
    assert {curve.posts for curve in found.curves} == {None}
    few = found.curves[0].trials
    assert few >= fewest_trials(0.95) == 19
    assert next(sentences(found)).en == "No number of posts is heard of that surely"
    assert draw(found, "当当").startswith("<svg")
    json.dumps(as_json(found))


def test_too_few_trials_are_told_from_a_rule_that_hears_nothing() -> None:
    found = find_limit(even(24 * 9), FREQUENT, "当当", [EVEN], since=even(24 * 9).end - 25 * HOUR, speeds=[HOUR])
    night = found.curve("night")
    assert night and night.posts is None and night.trials < 19
    said = list(sentences(found))
    assert said[0].en.startswith("From ")
    assert f"At night (23 to 7 o'clock): {night.trials} trials are too few to promise 95%" in said[1].en
    assert f"夜间（23–7 点）只试了 {night.trials} 次，不足以承诺 95%" in said[1].zh
    assert "look further back with --since" in said[1].en


@pytest.mark.parametrize(
    "tried", [rule("absence"), rule("frequency", min_count=3, by="customer"), rule("reach", min_followers=9)]
)
def test_rules_that_look_at_more_are_refused(tried: Rule) -> None:
    with pytest.raises(NotInAShadow, match="a limit can be found for frequency, negative_burst, spike, story"):
        check(tried)


def test_too_little_is_refused() -> None:
    with pytest.raises(TooLittle, match="give a longer --since"):
        find_limit(even(), FREQUENT, "当当", [EVEN], since=even().end - 10 * HOUR)
    with pytest.raises(TooLittle, match="no multiple of"):
        find_limit(even(), FREQUENT, "当当", [EVEN], since=even().end - DAY, speeds=[timedelta(seconds=90)])


def test_no_past_is_refused(filled: "Store") -> None:
    with pytest.raises(NoPast, match="nobody: rule rule counts no mention"):
        counts_of(filled, FREQUENT, "nobody", since=NOW - DAY, until=NOW, step=MINUTE)


def series(path: Path, rows: Sequence[Sequence[Any]], header: str = "time,count,negative,incident") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header + "\n")
        csv.writer(file).writerows(rows)
    return path


def test_a_series_is_read_with_its_labels(tmp_path: Path) -> None:
    path = series(tmp_path / "s.csv", [[f"2026-07-01T00:{5 * n:02}", 10 + n, n, int(n == 2)] for n in range(5)])
    counts = read_series(path)
    assert (counts.step, counts.count.tolist(), counts.negative.tolist()) == (
        5 * MINUTE,
        [10, 11, 12, 13, 14],
        [0, 1, 2, 3, 4],
    )
    begin = datetime(2026, 7, 1, 0, 10, tzinfo=DAY_ZONE)
    assert counts.incidents == ((begin, begin + 5 * MINUTE),)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["2026-07-01T00:00", 1, 0], ["2026-07-01T00:05", 1, 0], ["2026-07-01T00:20", 1, 0]],
         r"s.csv:4: time: a gap from .*00:05.* to .*00:20.* \(2 steps of 0:05:00 are missing\): write every step"),
        ([["2026-07-01T00:00", 1, 0], ["2026-07-01T00:05", 1, 0], ["2026-07-01T00:07", 1, 0]], "s.csv:4: time: a gap"),
        ([["2026-07-01T00:05", 1, 0], ["2026-07-01T00:00", 1, 0]], "s.csv:3: time: .*sort the lines by time"),
        ([["2026-07-01T00:00", 1, 2]], "s.csv:2: negative: 2 of 1: write no more than `count`"),
        ([["2026-07-01T00:00", "", 0]], "s.csv:2: count: got '': write a whole number"),
        ([["yesterday", 1, 0]], "s.csv:2: time: .*write a time such as"),
        ([["0001-01-01T00:00", 1, 0]], "s.csv:2: time: .*not between 1971 and 2199: write a time"),
        ([["2026-07-01T00:00", 2**63, 0]], r"s.csv:2: count: got 9223372036854775808, more than 1,000,000,000 in one"),
        ([["2026-07-01T00:00", "9" * 5_000, 0]], "s.csv:2: count: got 9{20}…, more than .* write how many"),
        ([["2026-07-01T00:00", 1, "9" * 200_000]], r"s.csv: no CSV in UTF-8 .field larger than field limit"),
        ([["2026-07-01T00:00", 1, 0, "yes"]], "s.csv:2: incident: got 'yes': write 1"),
        ([["2026-07-01T00:00", 1, 0]], "s.csv: no steps: write a line for each"),
    ],
)  # fmt: skip
def test_a_series_with_gaps_and_other_faults_is_refused_with_its_line(
    tmp_path: Path, rows: list[list[Any]], expected: str
) -> None:
    with pytest.raises(BadSeries, match=expected):
        read_series(series(tmp_path / "s.csv", rows))


def test_a_series_without_its_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSeries, match="s.csv:1: no column negative"):
        read_series(series(tmp_path / "s.csv", [["2026-07-01", 1]], "time,count"))


@pytest.mark.parametrize(
    ("rows", "header", "expected"),
    [
        ([["a", "2026-07-01T00:00"]], "story,at", "c.csv:1: no column time"),
        ([["", "2026-07-01T00:00"]], "story,time", "c.csv:2: story: empty"),
        ([["a", "soon"]], "story,time", "c.csv:2: time: .*write a time such as"),
        ([["a", "9999-12-31T23:59-12:00"]], "story,time", "c.csv:2: time: .*not between 1971 and 2199"),
        ([["a", "2026-07-01T00:00"]], "story,time", "c.csv: no story with 20 posts within a day"),
    ],
)
def test_bad_cascades_are_refused_with_their_line(
    tmp_path: Path, rows: list[list[Any]], header: str, expected: str
) -> None:
    with pytest.raises(BadCascades, match=expected):
        read_cascades(series(tmp_path / "c.csv", rows, header))


def test_cascades_come_from_a_file_and_from_the_brands_own_stories(tmp_path: Path, filled: "Store") -> None:
    path = series(tmp_path / "c.csv", [["a", f"2026-07-01T00:{n:02}"] for n in range(40)], "story,time")
    assert [(one.name, len(one.at)) for one in read_cascades(path)] == [("a", 36)]
    ids = put(filled, [mention(make_post(20_000 + n, ago=HOUR + n * MINUTE), brand="故事") for n in range(30)])
    for id in ids:
        filled.client.update(index=filled.month_alias("2026.08"), id=id, doc={"story": {"id": "weibo:post:20000"}})
    filled.refresh("mentions")
    assert [one.name for one in of_brand(filled, "故事", since=NOW - DAY, until=NOW)] == ["weibo:post:20000"]


def test_how_late_posts_arrive_is_told(filled: "Store") -> None:
    took = arrives_after(filled, FREQUENT, "当当", since=NOW - 2 * HOUR, until=NOW)
    assert took is not None
    assert HOUR / 2 < took < 2 * HOUR
    assert arrives_after(filled, FREQUENT, "nobody", since=NOW - DAY, until=NOW) is None


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Write a brand, and the demonstration's rule."""
    folder = tmp_path / "config"
    (folder / "brands").mkdir(parents=True)
    (folder / "rules").mkdir()
    (folder / "brands" / "当当.yaml").write_text("name: 当当\nquery: 当当\n", encoding="utf-8")
    (folder / "rules" / "loud.yaml").write_text(
        "title: 多\nowner: 值班\nrunbook: 看\nseverity: notice\nwhen: {kind: frequency, min_count: 40}\n"
        "tests:\n- {name: many, count: 50, fires: true}\n- {name: few, count: 5, fires: false}\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("TINGFENG_CONFIG", str(folder))
    yield tmp_path


def test_the_command_says_it_in_a_sentence_a_table_a_picture_and_json(config: Path) -> None:
    from tingfeng import app

    begin = datetime(2026, 7, 1, tzinfo=DAY_ZONE)
    rows_ = [[(begin + n * 5 * MINUTE).isoformat(), 1, 1] for n in range(12 * 24 * 12)]
    path, out = series(config / "s.csv", rows_, "time,count,negative"), config / "limit.svg"
    cascade = series(config / "c.csv", [["a", f"2026-07-01T00:{n:02}"] for n in range(40)], "story,time")
    asked = ["rules", "limit", "loud", "--brand", "当当", "--since", "3d", "--series", str(path)]
    asked += ["--cascades", str(cascade), "--speeds", "15m,1h"]
    said = CliRunner().invoke(app, [*asked, "--picture", str(out)])
    assert said.exit_code == 0, said.output
    assert "negative posts in an hour you hear of it with 95%" in said.output
    assert "夜间（23–7 点）从" in said.output
    assert ElementTree.fromstring(out.read_text(encoding="utf-8")).tag.endswith("svg")  # noqa: S314 -- our own picture
    found = json.loads(CliRunner().invoke(app, [*asked, "--json"]).output)
    curve = found["curves"][0]
    assert curve["low"] <= curve["posts"] <= curve["high"]
    assert curve["median_delay"] > 0
    assert "15m" in said.output


def test_live_evaluations_page_as_the_limit_says(new_store: "Callable[[], Store]") -> None:
    """What the trials promise for an hour is what `detect` does with the very posts in the index."""
    store = new_store()
    put(store, [mention(make_post(n, ago=n * 11 * MINUTE), brand="当当") for n in range(1, 1_000)])
    counts = counts_of(store, RATIO, "当当", since=NOW - 9 * DAY, until=NOW, step=MINUTE)
    tried = list(trials(counts, RATIO, "当当", [EVEN], speeds=[30 * MINUTE], since=NOW - 3 * HOUR))
    least = tried[0].posts
    assert least
    posts = [
        make_post(5_000 + n, ago=NOW - tried[0].at - after) for n, after in enumerate(EVEN.draw(least, 30 * MINUTE))
    ]
    put(store, [mention(post, brand="当当") for post in posts])
    ((_, after),) = delays(counts, RATIO, "当当", tried[:1], least)
    assert after
    at = tried[0].at + after
    assert [len(detect(store, [RATIO], [BRAND], now=moment).firings) for moment in (at, at - 10 * MINUTE)] == [1, 0]
