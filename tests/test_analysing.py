"""A large backlog is analysed on every core: the same mentions and books as on one, and a fault is told as one."""

import os
import signal
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import psutil
import pytest

from config.brand import Brand
from config.child_process import end_with
from config.errors import UserError
from crawlers.post import Kind, Post, encode_post
from crawlers.storage.files import sync
from crawlers.storage.handover import waiting
from crawlers.storage.stage import Batch
from indexing import analysing
from indexing.analysing import analyse_all
from indexing.consume import Done

BRANDS = [Brand(id="xinghe", name="星河", query="星河")]
BATCH = Batch(stage="posts", feed="rss", query="xinghe", window="20260301T000000Z")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
POST = Post(
    platform="rss", feed="rss", kind=Kind.ARTICLE, native_id="1", url="https://example.org/1", query="xinghe",
    run_id="r", text="星河手机又死机了，退货", published_at=NOW, fetched_at=NOW,
)  # fmt: skip
WINDOWS, POSTS = 6, 10


@pytest.fixture(autouse=True)
def backlog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give six windows of ten posts, one of them cut short, where twenty are as much as two cores are worth."""
    monkeypatch.setattr(analysing, "_MUCH", 2 * POSTS)
    monkeypatch.setattr(analysing, "_cores", lambda: 3)
    monkeypatch.setenv("TINGFENG_ENGINE", "fast")
    crawl(tmp_path / "many", monkeypatch)
    return tmp_path


def crawl(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_DATA", str(folder))
    for window in range(WINDOWS):
        with replace(BATCH, window=f"20260301T{window:02d}0000Z").write() as writer:
            for number in range(POSTS):
                writer.add(encode_post(replace(POST, native_id=f"{window}-{number}")))


def mentions(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.glob("mentions/**/*.jsonl*"))}


def test_many_cores_make_what_one_makes(backlog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    many = analyse_all(BRANDS, None, progress=lambda _, done, of: told.append((done, of)))
    assert (many.books["posts"], many.books["mentions"], many.batches) == (60, 60, WINDOWS)
    assert waiting("analyse") == []
    assert told == sorted(told)
    assert told[-1] == (60, 60)
    crawl(backlog / "one", monkeypatch)
    monkeypatch.setattr(analysing, "_cores", lambda: 1)
    one = analyse_all(BRANDS, None)
    assert one == many
    found = mentions(backlog / "many")
    assert len([name for name in found if not name.endswith("manifest")]) == WINDOWS
    assert mentions(backlog / "one") == found, "byte for byte"


def test_what_another_process_sets_aside_is_told_here(backlog: Path) -> None:
    broken = next((backlog / "many" / "posts").glob("**/20260301T050000Z.jsonl*"))
    broken.write_bytes(broken.read_bytes()[:-20])
    done = analyse_all(BRANDS, None)
    assert done.batches == WINDOWS - 1
    [reason] = done.failed
    assert "20260301T050000Z" in reason


def killed(*_: object) -> Done:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def test_a_killed_process_is_told_with_what_to_do_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(analysing, "_there", killed)
        with pytest.raises(UserError, match="killed.*run the same again"):
            analyse_all(BRANDS, None)
    left = len(waiting("analyse"))
    assert left == WINDOWS // 2, "its own slice is done"
    assert analyse_all(BRANDS, None).batches == left


def leave_a_child(sender: int) -> None:
    pool = ProcessPoolExecutor(1, get_context("spawn"), end_with, (os.getpid(),))
    os.write(sender, str(pool.submit(os.getpid).result()).encode())
    os.kill(os.getpid(), signal.SIGKILL)


def test_no_process_outlives_the_one_that_started_it() -> None:
    receiver, sender = os.pipe()
    process = get_context("fork").Process(target=leave_a_child, args=(sender,))
    process.start()
    child = int(os.read(receiver, 20))
    process.join(20)
    psutil.wait_procs([psutil.Process(child)] if psutil.pid_exists(child) else [], timeout=10)
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE


def test_while_the_disk_makes_sure_of_a_batch_others_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysing, "_cores", lambda: 1)
    under_way, most = list[object](), list[int]()

    def slowly(file: object) -> None:
        under_way.append(file)
        most.append(len(under_way))
        time.sleep(0.02)
        sync(file)
        under_way.remove(file)

    monkeypatch.setattr("crawlers.storage.stage.sync", slowly)
    assert analyse_all(BRANDS, None).books["mentions"] == WINDOWS * POSTS
    assert max(most) > 1
    assert len(most) == 3 * WINDOWS, "the mentions, and two manifests; there is no reply"
