"""`make bench`: what packed days take of the disk, and what reading them costs, beside the windows' own files."""

import os
import shutil
import statistics
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from config.brand import load_brands
from config.settings import DEMO_CONFIG
from crawlers.post import encode_post
from crawlers.replay import load
from crawlers.storage.compact import compact
from crawlers.storage.days import days_with_own_files
from crawlers.storage.stage import Batch, batches, manifests
from nlp.analyse import Analysis

pytestmark = pytest.mark.bench
WINDOWS, A_WINDOW, ROUNDS = 144, 50, 7
STAGES = ("posts", "mentions", "replies")
SLOWER, SLOWER_FROM_MEMORY = 1.0, 1.3
"""History lies on the disk: a day of it is seldom in the system's memory."""
BLOCK = 4096


def test_a_packed_day(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One day of a crawl every ten minutes, of real posts, as it lay and as it lies packed; rounds take turns."""
    monkeypatch.setenv("TINGFENG_ENGINE", "fast")
    _crawl_and_analyse()
    own, packed = data / "own", data / "packed"
    shutil.copytree(data, own, ignore=shutil.ignore_patterns("queue", "own"))
    monkeypatch.setenv("TINGFENG_DATA", str(packed))
    shutil.copytree(own, packed)
    for stage in STAGES:
        for day in days_with_own_files(stage, "20300101"):
            compact(stage, day, day.own_windows(stage))
    works: dict[str, Callable[[], object]] = {
        "every line, from the disk": _read_lines,
        "every line, from memory": _read_lines,
        "every manifest, from memory": _read_manifests,
    }
    took: dict[tuple[str, str], list[float]] = {}
    for _ in range(ROUNDS):
        for name, work in works.items():
            for folder in (own, packed):
                monkeypatch.setenv("TINGFENG_DATA", str(folder))
                if name.endswith("disk"):
                    _forget(folder)
                took.setdefault((name, folder.name), []).append(_seconds(work))
    table = Table("", "own files", "packed", "ratio")
    for kind, measure in {"MB a million posts": _size, "the same, in blocks of 4 KiB": _blocks}.items():
        sizes = [measure(folder) / (WINDOWS * A_WINDOW) for folder in (own, packed)]
        table.add_row(kind, *(f"{size:,.0f}" for size in sizes), f"÷ {sizes[0] / sizes[1]:.1f}")
    table.add_row("files", *(f"{sum(map(Path.is_file, folder.rglob('*'))):,}" for folder in (own, packed)), "")
    slower = {}
    for name in works:
        plain, zstd = (statistics.median(took[name, folder]) for folder in ("own", "packed"))
        slower[name] = zstd / plain
        table.add_row(f"reading {name}", f"{plain * 1000:.0f} ms", f"{zstd * 1000:.0f} ms", f"× {slower[name]:.2f}")
    table.title, table.title_justify = f"{WINDOWS} windows of {A_WINDOW} posts, posts and mentions", "left"
    Console(width=100).print(table)
    assert max(slower[name] for name in works if not name.endswith("line, from memory")) <= SLOWER
    assert slower["every line, from memory"] <= SLOWER_FROM_MEMORY


def _crawl_and_analyse() -> None:
    posts = load("research", limit=WINDOWS * A_WINDOW, ending=datetime(2026, 11, 22, tzinfo=UTC))
    analysis = Analysis(load_brands(DEMO_CONFIG / "brands"), "fast")
    for number in range(WINDOWS):
        hour, minute = divmod(number * 10, 60)
        batch = Batch(stage="posts", feed="rss", query="bench", window=f"20261122T{hour:02}{minute:02}00Z")
        with batch.write(hand_on=False) as writer:
            for post in posts[number * A_WINDOW : (number + 1) * A_WINDOW]:
                writer.add(encode_post(post))
        analysis.of(batch, hand_on=False)


def _read_lines() -> None:
    for stage in STAGES:
        for batch in batches(stage):
            deque(batch.lines(), maxlen=0)


def _read_manifests() -> None:
    for stage in STAGES:
        assert len(manifests(stage)) == WINDOWS


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _blocks(folder: Path) -> int:
    return sum(-(-path.stat().st_size // BLOCK) * BLOCK for path in folder.rglob("*") if path.is_file())


def _forget(folder: Path) -> None:
    """Let the system forget the content of the files, as far as it keeps it in memory."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
