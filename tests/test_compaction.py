"""A finished day's windows lie compressed in one file, and nobody who reads them can tell."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem

from crawlers.storage import files, packs
from crawlers.storage.compact import Compacted, CompactionFailed, compact
from crawlers.storage.days import days_with_own_files
from crawlers.storage.stage import Batch, BrokenBatch, DeadLetter, Manifest, batches, manifests, sweep
from tests.killing import Forked

DAY = "20261122"
BATCH = Batch(stage="posts", feed="rss", query="q-1", window=f"{DAY}T190000Z")
FOLDER = Path("posts/rss/q-1")


def window(number: int) -> Batch:
    return replace(BATCH, window=f"{DAY}T{number:02}0000Z")


def write(number: int, *lines: bytes, dead: str = "") -> Batch:
    batch = window(number)
    with batch.write("by test") as writer:
        for line in lines:
            writer.add(line)
        if dead:
            writer.set_aside("unreadable", dead)
        writer.books = {"posts": len(lines), f"w{number}": 1}
    return batch


def run(before: str = "20261201") -> list[Compacted]:
    return [compact("posts", day, day.own_windows("posts")) for day in days_with_own_files("posts", before)]


Seen = dict[str, tuple[Manifest | None, list[bytes], list[DeadLetter]]]


def seen() -> Seen:
    """Return all that a reader sees."""
    every = {str(one): (one.manifest(), list(one.lines()), list(one.dead_letters())) for one in batches("posts")}
    assert {str(batch): manifest for batch, manifest in manifests("posts").items()} == {
        k: v[0] for k, v in every.items()
    }
    return every


@pytest.fixture(params=["disk", "memory"])
def root(request: pytest.FixtureRequest, data: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    if request.param == "memory":
        monkeypatch.setenv("TINGFENG_STAGES", "memory://packed")
    yield request.param
    fsspec.filesystem("memory").store.clear()


def fill() -> Seen:
    for number in range(6):
        write(number, *(f'{{"n":{number},"text":"{"星河" * n}"}}'.encode() for n in range(9)), dead="{" * (number % 2))
    return seen()


def test_readers_see_the_same(root: str) -> None:
    before = fill()
    [done] = run()
    assert (done.windows, done.faults) == (6, ())
    assert seen() == before
    assert Batch.at(str(window(7))).manifest() is None
    assert len(before[str(window(1))][2]) == 1
    [(path, pack)] = packs.of_day(f"{BATCH.folder}/{DAY}").items()
    assert (pack.count, pack.dead, pack.books["posts"], pack.books["w3"]) == (54, 3, 54, 1)
    left = files.names(BATCH.folder)
    assert left == [], "the windows' own files are gone"
    assert run() == []


def test_a_window_written_anew_counts_and_is_packed_with_the_others(root: str) -> None:
    fill()
    run()
    write(2, b"new")
    late = write(9, b"late")
    assert (list(window(2).lines()), list(late.lines())) == ([b"new"], [b"late"])
    assert list(window(2).dead_letters()) == []
    before = seen()
    [done] = run()
    assert done.windows == 2
    assert seen() == before
    assert len(packs.of_day(f"{BATCH.folder}/{DAY}")) == 1
    assert run() == []


def test_days_that_are_not_over_and_windows_without_a_time_stay(data: Path) -> None:
    fill()
    other = replace(BATCH, window="w1")
    with other.write() as writer:
        writer.add(b"1")
    assert run(before=DAY) == []
    assert [done.windows for done in run(before=f"{DAY[:-1]}3")] == [6]
    assert list(other.lines()) == [b"1"]
    assert [batch.window for batch in batches("posts")][-1] == "w1"


IMPORTS = "from crawlers.storage.compact import compact; from crawlers.storage.days import days_with_own_files"
COMPACTION = """
for day in days_with_own_files("posts", "20261201"):
    compact("posts", day, day.own_windows("posts"))
"""


def test_killed_before_any_step_no_reader_sees_a_difference(data: Path) -> None:
    """Kill it before each of its file operations in turn, on a day that has a pack and a window written anew."""
    write(0, b"old", b"x", dead="0")
    write(1, b"1", dead="1")
    run()
    write(0, b"new", dead="new")
    write(2, b"2")
    before = seen()
    shutil.copytree(data / "posts", data / "begun")
    step, left = 0, 0
    with Forked(IMPORTS, COMPACTION) as compaction:
        while True:
            shutil.rmtree(data / "posts")
            shutil.copytree(data / "begun", data / "posts")
            done = compaction.run(step)
            assert seen() == before, step
            unfinished = len(packs.unfinished(str(data / "posts"))) + len(list(data.glob("posts/**/*.tmp")))
            assert sweep("posts", datetime.now(UTC) - timedelta(days=1)) == 0
            if step % 2:
                assert sweep("posts", datetime.now(UTC) + timedelta(seconds=1)) == unfinished
            assert seen() == before, step
            left += unfinished
            run()
            assert seen() == before, step
            assert len(packs.of_day(f"{BATCH.folder}/{DAY}")) == 1
            assert not [path for path in (data / FOLDER).iterdir() if path.is_file() and path.suffix != ".tmp"], step
            if done == 0:
                break
            assert done == -signal.SIGKILL
            step += 1
    assert step >= 20
    assert left > 5


def test_two_at_once_lose_nothing(data: Path) -> None:
    before = fill()
    program = [sys.executable, "-c", IMPORTS + "\n" + COMPACTION]
    several = [subprocess.Popen(program, env=os.environ.copy()) for _ in range(2)]
    while any(one.poll() is None for one in several):
        assert seen() == before
    assert [one.returncode for one in several] == [0, 0]
    run()
    assert seen() == before


def test_a_reader_at_the_same_time_sees_every_window(data: Path) -> None:
    before = fill()
    with ThreadPoolExecutor(1) as pool:
        for number in range(3):
            late = str(write(10 + number, b"late"))
            before = {**before, late: seen()[late]}
            working = pool.submit(run)
            while not working.done():
                assert seen() == before
            working.result()


def test_a_window_that_is_not_whole_stays_and_is_told_of(data: Path) -> None:
    fill()
    broken = data / f"{window(3)}.jsonl"
    broken.write_bytes(b"other\n")
    [done] = run()
    assert done.windows == 5
    assert f"{window(3)}.jsonl: changed since it was written" in done.faults[0]
    assert broken.exists()
    assert len(batches("posts")) == 6


@pytest.mark.parametrize("how", ["cut", "damaged", "missing", "newer", "no pack"])
def test_a_spoilt_pack_names_file_and_remedy_and_is_left_alone(data: Path, how: str) -> None:
    fill()
    run()
    [pack] = (data / FOLDER / DAY).glob("*.pack")
    content = pack.with_suffix(".zst")
    whole = content.read_bytes()
    spoil: dict[str, Callable[[], Any]] = {
        "cut": lambda: content.write_bytes(whole[:-10]),
        "damaged": lambda: content.write_bytes(whole[:-10] + b"\0" * 10),
        "missing": content.unlink,
        "newer": lambda: pack.write_bytes(pack.read_bytes().replace(b'"format":1}', b'"format":9}')),
        "no pack": lambda: pack.write_bytes(b"{"),
    }
    spoil[how]()
    packs._load.cache_clear()
    says = {
        "cut": r"\.zst: cut off after byte [\d,]+: bring it back from a copy",
        "damaged": r"\.zst: damaged at byte|\.zst: changed since",
        "missing": r"\.zst: missing",
        "newer": r"\.pack: form 9, this version knows 1: use the version that wrote it",
        "no pack": r"\.pack: no pack .*bring it back from a copy",
    }[how]
    with pytest.raises(BrokenBatch, match=says):
        list(window(5).lines())
    write(5, b"again")
    assert list(window(5).lines()) == [b"again"], "the window can be written again all the same"
    write(8, b"late")
    there = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    if how in ("newer", "no pack", "missing"):
        with pytest.raises(BrokenBatch, match=says):
            run()
        assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file()} == there
    assert list(window(8).lines()) == [b"late"]


def test_a_full_disk_leaves_everything_and_says_what_to_do(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fill()
    real = LocalFileSystem._open

    def full(self: Any, path: str, mode: str = "rb", *arguments: Any, **named: Any) -> Any:
        file = real(self, path, mode, *arguments, **named)
        if "w" in mode and path.endswith(".zst.tmp"):

            def write(_: bytes) -> int:
                raise OSError(28, "No space left on device")

            monkeypatch.setattr(file, "write", write, raising=False)
        return file

    monkeypatch.setattr(LocalFileSystem, "_open", full)
    with pytest.raises(CompactionFailed, match=f"{DAY}: .*No space left on device.*free space.*no window is lost"):
        run()
    monkeypatch.undo()
    monkeypatch.setenv("TINGFENG_DATA", str(data))
    assert seen() == before
    assert not list(data.rglob("*.tmp"))
    assert run()[0].windows == 6
    assert seen() == before
