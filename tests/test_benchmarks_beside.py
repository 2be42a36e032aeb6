"""`make bench`: today's turns beside those of an earlier build, on the same windows, each on its own interpreter.

The earlier build is a commit of this repository, set up by its own Makefile and lock. BENCH_WINDOWS is how
many windows are loaded (100 where it says nothing), BENCH_POSTS how many posts each holds (100), BENCH_BESIDE another
commit; empty for none. On a machine that does other work too, the seconds of the processor tell more than the clock's.
"""

import json
import os
import shutil
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.table import Column, Table

from crawlers.post import encode_post
from tests.earlier_build import ROOT, earlier_build, run
from tests.made_windows import windows_of, write_customers

pytestmark = pytest.mark.bench
TURNS, TOGETHER = 5, 10
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
    count = int(os.environ.get("BENCH_WINDOWS", "100")) + TURNS + TOGETHER
    for number, posts in enumerate(windows_of(_posts(), count, datetime.now(UTC).replace(microsecond=0))):
        (folder / f"{number:06d}.jsonl").write_bytes(b"".join(encode_post(post) + b"\n" for post in posts))
    write_customers(folder / "customers.csv")
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
