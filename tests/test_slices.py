"""What a search caps comes whole in parts, whoever is killed on the way; what stays capped is told."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from config.brand import Target
from config.errors import UserError
from config.settings import DAY_ZONE
from crawlers.engine import watermark
from crawlers.engine.plan import plans
from crawlers.engine.process import Crawler, CrawlerDied
from crawlers.engine.run import crawl
from crawlers.engine.sliced import backfill
from crawlers.formats.weibo_regions import REGIONS
from crawlers.network.report import CrawlReport, Verdict, decode_report
from crawlers.post import Author, Kind, Post, decode_post
from crawlers.replay import Replay
from crawlers.replay.failures import Failures
from crawlers.replay.wires import carried
from crawlers.slicing import DAY, HOUR, MINUTE, Slice, Slicing
from crawlers.spider import Job
from crawlers.storage.packs import day_of
from crawlers.storage.stage import batches, query_folder, window_at
from tingfeng import app

DAY_OF = datetime(2026, 11, 20, tzinfo=DAY_ZONE)
WHOLE = Slice(start=DAY_OF, end=DAY_OF + DAY)
KILLED = """
import os, signal, sys
from datetime import datetime
from config.brand import Target
from crawlers.engine import sliced
from crawlers.slicing import Slice

at, url, start, end, where = sys.argv[1:]
count, save, fill = 0, sliced.save, sliced.fill

def die(*arguments, **named):
    global count
    count += 1
    if count == int(at) and where == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    done = (fill if where == "before" else save)(*arguments, **named)
    if count == int(at):
        os.kill(os.getpid(), signal.SIGKILL)
    return done

setattr(sliced, "fill" if where == "before" else "save", die)
whole = Slice(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))
sliced.backfill(Target(feed="weibo_html", query="小米", base_url=url), whole)
"""


def said(number: int, at: datetime, region: str | None) -> Post:
    """Return one post of one author."""
    return Post(
        platform="weibo",
        feed="weibo_html",
        kind=Kind.POST,
        native_id=str(number + 1),
        url="https://example.org/1",
        text=f"小米 第{number}条",
        author=Author(id=str(number + 1), name=f"甲{number}"),
        published_at=at,
        fetched_at=datetime.now(UTC),
        region=region,
        query="小米",
        run_id="x",
    )


def a_day(count: int, busy: int = 0, *, one_region: bool = False, seed: int = 7) -> list[Post]:
    """Return posts over a day, `busy` of them within one hour of its evening."""
    luck = random.Random(seed)  # noqa: S311
    regions = list(REGIONS.values())
    posts = [
        said(
            number,
            DAY_OF + timedelta(seconds=luck.randrange(72_000, 75_600) if number < busy else luck.randrange(86_400)),
            "广东" if one_region else luck.choice(regions),
        )
        for number in range(count)
    ]
    return carried("weibo_html", posts) or []


def ids(posts: Sequence[Post]) -> set[str]:
    """Return their ids."""
    return {post.id for post in posts}


def stored(target: Target) -> list[Post]:
    """Return all posts that were written."""
    return [decode_post(line) for batch in batches("posts", target.feed) for line in batch.lines()]


def reports(target: Target) -> list[CrawlReport]:
    """Return what all crawls told."""
    return [decode_report(line) for batch in batches("runs", target.feed) for line in batch.lines()]


def search(url: str) -> Target:
    """Return the target of the replay."""
    return Target(feed="weibo_html", query="小米", base_url=url)


@pytest.fixture(scope="module")
def crawler() -> Iterator[Crawler]:
    """Give one crawling process for all: starting it takes longest."""
    with Crawler() as one:
        yield one


@given(
    st.integers(0, 40 * 1440),
    st.integers(1, 20_000),
    st.sampled_from([Slicing(), Slicing(steps=(DAY, HOUR, MINUTE)), Slicing(regions=("1", "2")), Slicing(steps=())]),
)
def test_parts_cover_the_whole_and_nothing_twice(minutes: int, length: int, slicing: Slicing) -> None:
    start = DAY_OF + timedelta(minutes=minutes)
    whole = Slice(start=start, end=start + timedelta(minutes=length))
    parts = sorted(whole.parts(slicing), key=lambda part: (part.start, part.region or ""))
    if not parts:
        assert not slicing.regions and (not slicing.steps or whole.end - whole.start <= slicing.steps[-1])
        return
    if parts[0].region:
        assert [part.region for part in parts] == list(slicing.regions)
        assert all((part.start, part.end, part.parts(slicing)) == (whole.start, whole.end, ()) for part in parts)
        return
    assert (parts[0].start, parts[-1].end) == (whole.start, whole.end)
    assert all(before.end == after.start for before, after in zip(parts, parts[1:], strict=False))


def test_a_day_of_a_word_comes_whole_and_a_second_time_brings_nothing_new(data: Path, crawler: Crawler) -> None:
    posts = a_day(800, busy=520)
    with Replay(posts) as replay:
        target = search(replay.url)
        done = backfill(target, WHOLE, crawler=crawler)
        assert ids(stored(target)) == ids(posts)
        assert (done.plan.posts, done.plan.new, done.plan.capped, done.stopped) == (800, 800, (), None)
        assert not list(plans(target))
        assert all(one.complete for one in reports(target))
        assert any(one.slice and one.slice.region for one in reports(target)), "the evening hour was cut by region"
        assert {day_of(batch.window) for batch in batches("posts")} == {day_of(window_at(datetime.now(UTC)))}
        assert watermark.load(target, "w", "127.0.0.1").before == watermark.Mark(), "live crawls know nothing of it"
        again = backfill(target, WHOLE, crawler=crawler)
        assert (again.plan.posts, again.plan.new) == (800, 0)
        assert ids(stored(target)) == ids(posts)


@pytest.mark.soak
def test_a_day_of_12000_posts_comes_whole_through_fifty_pages(data: Path, crawler: Crawler) -> None:
    posts = a_day(12_000, busy=3_000)
    with Replay(posts) as replay:
        done = backfill(search(replay.url), WHOLE, crawler=crawler)
        assert ids(stored(search(replay.url))) == ids(posts)
        assert (done.plan.new, done.plan.capped) == (12_000, ())


def test_what_stays_capped_is_told(data: Path, crawler: Crawler) -> None:
    posts = a_day(620, busy=560, one_region=True)
    with Replay(posts) as replay:
        target = search(replay.url)
        done = backfill(target, WHOLE, crawler=crawler)
    (part,) = done.plan.capped
    assert part == Slice(start=DAY_OF + 20 * HOUR, end=DAY_OF + 21 * HOUR, region="44")
    (told,) = [one for one in reports(target) if not one.complete]
    assert (told.verdict, told.capped, told.slice) == (Verdict.CUT_SHORT, 1, part)
    assert told.gap and told.gap.lost and (told.gap.start, told.gap.end) == (part.start, part.end)
    assert "50 pages" in told.message and "44" in told.message


@pytest.mark.parametrize(("at", "where"), [(3, "before"), (4, "after")])
def test_a_backfill_that_is_killed_goes_on_where_it_was(data: Path, crawler: Crawler, at: int, where: str) -> None:
    posts = a_day(560, busy=30)
    with Replay(posts) as replay:
        target = search(replay.url)
        started = [sys.executable, "-c", KILLED, str(at), replay.url, str(WHOLE.start), str(WHOLE.end), where]
        root = str(Path(__file__).parent.parent)
        killed = subprocess.run(started, env={**os.environ, "PYTHONPATH": root}, check=False)
        assert killed.returncode == -signal.SIGKILL
        (begun,) = plans(target)
        done = backfill(target, WHOLE, crawler=crawler)
        assert done.plan.name == begun.name
        assert ids(stored(target)) == ids(posts)
        assert (done.plan.posts, done.plan.new) == (560, 560)
        assert len(stored(target)) == 560, "nothing is written twice"


def test_a_refusal_stops_it_and_the_next_try_goes_on(data: Path, crawler: Crawler) -> None:
    posts = a_day(520)
    failures = Failures(status_for=(("timescope=custom%3A2026-11-20-20", 403, 1),))
    with Replay(posts, failures=failures) as replay:
        target = search(replay.url)
        first = backfill(target, WHOLE, crawler=crawler)
        assert first.stopped and first.stopped.verdict is Verdict.BLOCKED
        assert first.plan.waiting and first.plan.taken == 3
        longer = replace(WHOLE, end=WHOLE.end + HOUR)
        assert backfill(target, longer, crawler=crawler).plan.name == first.plan.name, (
            "without --to the end is now, and now moves on"
        )
        assert ids(stored(target)) == ids(posts)


def test_a_live_crawl_closes_what_the_cap_cut_off(data: Path, crawler: Crawler) -> None:
    posts = a_day(900, seed=9)
    early = [post for post in posts if post.published_at < DAY_OF + 6 * HOUR]
    with Replay(early) as replay:
        host = search(replay.url)
        assert crawl(host, window_at(DAY_OF), crawler=crawler).complete
    with Replay(posts) as replay:
        target = search(replay.url)
        report = crawl(target, window_at(DAY_OF + DAY), crawler=crawler)
        assert (report.verdict, report.complete, report.gap) == (Verdict.OK, True, None)
        assert ids(stored(target)) == ids(posts)
        assert not list(plans(target))
        mark = watermark.load(target, "w", "127.0.0.1").before
        assert mark.published == max(post.published_at for post in posts)
        after = crawl(target, window_at(DAY_OF + DAY + HOUR), crawler=crawler)
        assert (after.new, after.complete) == (0, True)


def test_a_gap_that_is_refused_stays_open_and_is_closed_by_a_later_crawl(data: Path, crawler: Crawler) -> None:
    posts = a_day(900, seed=9)
    early = [post for post in posts if post.published_at < DAY_OF + 6 * HOUR]
    with Replay(early) as replay:
        crawl(search(replay.url), window_at(DAY_OF), crawler=crawler)
    failures = Failures(status_for=(("timescope", 403, 1),))
    with Replay(posts, failures=failures) as replay:
        target = search(replay.url)
        report = crawl(target, window_at(DAY_OF + DAY), crawler=crawler)
        assert not report.complete and report.gap and not report.gap.lost
        assert report.gap.start <= DAY_OF + 6 * HOUR and "still to be read" in report.message
        later = crawl(target, window_at(DAY_OF + DAY + HOUR), crawler=crawler)
        assert (later.complete, later.gap, later.incomplete_since) == (True, None, None)
        assert ids(stored(target)) == ids(posts)


@pytest.mark.parametrize("feed", ["bilibili_search", "bluesky_search", "x_search"])
def test_other_searches_are_asked_by_date_too(data: Path, crawler: Crawler, feed: str) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    times = [now - timedelta(hours=number + 1) for number in range(48)]
    posts = carried(feed, [said(number, at, None) for number, at in enumerate(times)]) or []
    whole = Slice(start=now - timedelta(hours=30, minutes=30), end=now - timedelta(hours=10, minutes=30))
    with Replay(posts) as replay:
        target = Target(feed=feed, query="小米", base_url=replay.url)
        done = backfill(target, whole, crawler=crawler)
    wanted = [post for post in posts if whole.start <= post.published_at < whole.end]
    assert ids(stored(target)) == ids(wanted) and len(wanted) == 20
    assert (done.plan.new, done.plan.waiting) == (20, ())


def test_a_feed_that_cannot_search_by_date_says_what_can_be_done(data: Path) -> None:
    now = datetime.now(UTC)
    for feed, words in (("weibo_search", "weibo_html can, for the same platform"), ("rss", "holds only the newest")):
        target = Target(feed=feed, query="http://127.0.0.1:1/feed.xml")
        with pytest.raises(UserError, match=words):
            backfill(target, Slice(start=now - DAY, end=now))
    with pytest.raises(UserError, match="7 days back"):
        backfill(Target(feed="x_search", query="小米"), Slice(start=now - 9 * DAY, end=now))
    with pytest.raises(UserError, match="no time that is over"):
        backfill(search("http://127.0.0.1:1"), Slice(start=now + HOUR, end=now + DAY))


def test_the_command_reads_a_time_and_says_how_whole_it_is(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config"
    (config / "brands").mkdir(parents=True)
    (config / "platforms").mkdir()
    (config / "brands" / "xiaomi.yaml").write_text("name: 小米\nquery: 小米\n", encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CONFIG", str(config))
    asked = ["crawl", "weibo_html", "--query", "小米", "--from", "2026-11-20", "--to", "2026-11-20"]
    posts = a_day(40)
    with Replay(posts) as replay:
        (config / "platforms" / "weibo_html.yaml").write_text(f"base_url: {replay.url}\n", encoding="utf-8")
        done = CliRunner().invoke(app, asked)
        assert done.exit_code == 0, done.output
        assert ids(stored(search(replay.url))) == ids(posts), "the last day is included"
    assert "40" in done.output and "yes" in done.output
    for wrong, words in (
        (["--to", "2026-11-20"], "needs --from"),
        (["--from", "yesterday"], "no time"),
        (["--from", "2999-01-01"], "no time that is over"),
        (["--from", "0001-01-01"], "no time at which anybody posts"),
        (["--from", "2026-11-01", "--to", "9999-12-31"], "no time at which anybody posts"),
    ):
        refused = CliRunner().invoke(app, [*asked[:4], *wrong])
        assert refused.exit_code == 1 and words in f"{refused.exception}{refused.output}{refused.stderr}"


def test_a_plan_that_cannot_be_read_is_named(data: Path, crawler: Crawler) -> None:
    with Replay(a_day(5)) as replay:
        target = search(replay.url)
        backfill(target, WHOLE, crawler=crawler)
        path = data / "slices" / "weibo_html" / query_folder("小米") / "20261120T000000Z.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{")
        with pytest.raises(UserError, match="20261120T000000Z.json"):
            backfill(target, replace(WHOLE, end=WHOLE.end - HOUR))


def test_a_crawl_that_breaks_off_before_it_begins_says_so_at_once(data: Path, crawler: Crawler) -> None:
    before_all = Slice(start=datetime(1, 1, 1, tzinfo=DAY_ZONE), end=WHOLE.end)
    job = Job(feed="weibo_html", query="小米", run_id="r", base_url="http://127.0.0.1:9", slice=before_all, timeout=5)
    with pytest.raises(CrawlerDied, match=r"the crawl broke off[\s\S]*\n(builtins\.)?OverflowError: [a-z ]+$"):
        crawler.run(job, lambda line: None)
