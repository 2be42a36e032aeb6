"""An S3 that answers 500, loses a connection, or lets nobody in: tried again, then told, and nothing lost."""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.brand import Target
from config.errors import UserError
from config.key import KeyUnusable, key_of
from crawlers.engine import watermark
from crawlers.network.ending import ending
from crawlers.network.report import Verdict
from crawlers.storage import queue
from crawlers.storage.files import touch
from crawlers.storage.handover import waiting
from crawlers.storage.stage import Batch, BrokenBatch, batches, sweep
from tests.s3_server import Unreliable, unreliable

BATCH = Batch(stage="posts", feed="rss", query="q-1", window="20261122T190000Z")


FAULTS: tuple[int | str, ...] = (500, "cut", 503, 500)


@pytest.fixture
def way(s3_url: str, s3_root: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Unreliable]:
    """Lead the stages over a way that fails as it is told to."""
    with unreliable(s3_url) as way:
        monkeypatch.setenv("AWS_ENDPOINT_URL", way.url)
        yield way


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawlers.storage.object_store._PATIENCE", 0.5)


def write(line: bytes) -> None:
    with BATCH.write() as writer:
        writer.add(line)


def test_what_fails_for_a_moment_is_tried_again(way: Unreliable) -> None:
    write(b"1")
    steps = len(way.asked)
    for step, fault in enumerate(FAULTS):
        way.faults = [fault] * 2
        write(str(step).encode())
        way.faults = [fault]
        assert list(BATCH.lines()) == [str(step).encode()]
        way.faults = [fault]
        assert [work.batch for work in waiting("analyse")] == [BATCH]
    assert steps < 20, "requests for one batch"


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", [500, "cut"])
def test_what_fails_for_long_is_told_with_its_path_and_loses_nothing(way: Unreliable, fault: int | str) -> None:
    from crawlers.storage.object_store import StorageError

    write(b"old")
    way.faults = [fault] * 1_000
    asking: list[Callable[[], Any]] = [BATCH.manifest, lambda: list(BATCH.lines()), lambda: waiting("analyse")]
    for ask in asking if fault == "cut" else [*asking, lambda: write(b"new")]:
        with pytest.raises(StorageError, match=r"s3://tingfeng-.*/stages/.*look at its health.*still waits"):
            ask()
    way.faults.clear()
    assert list(BATCH.lines()) == [b"old"]
    [work] = waiting("analyse")
    write(b"new")
    work.done()
    assert list(BATCH.lines()) == [b"new"]
    assert len(waiting("analyse")) == 1


def test_a_bucket_that_is_not_there_is_told_and_never_made(s3_root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from crawlers.storage.object_store import StorageError

    monkeypatch.setenv("TINGFENG_STAGES", "s3://mistyped/stages")
    for ask in (BATCH.manifest, lambda: waiting("analyse"), lambda: write(b"1"), queue.begun):
        with pytest.raises(StorageError, match="no bucket 'mistyped': make it, or correct TINGFENG_STAGES"):
            ask()


@pytest.mark.usefixtures("impatient")
def test_an_s3_that_is_not_there_or_lets_nobody_in_is_told(way: Unreliable, monkeypatch: pytest.MonkeyPatch) -> None:
    from crawlers.storage.object_store import StorageError

    way.faults = [403] * 10
    with pytest.raises(StorageError, match="forbids .*_object.*let the key of AWS_ACCESS_KEY_ID list, read, write"):
        write(b"1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(StorageError, match="correct AWS_ENDPOINT_URL"):
        waiting("analyse")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:8")
    with pytest.raises(StorageError, match="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        waiting("analyse")


def test_a_batch_replaced_under_its_reader_is_no_fault(s3_root: str) -> None:
    with BATCH.write() as writer:
        for _ in range(6):
            writer.add(b"x" * 5_000_000)
    [work] = waiting("analyse")
    lines = BATCH.lines()
    next(lines)
    write(b"new")
    with pytest.raises(BrokenBatch):
        list(lines)
    assert work.fail("replaced") is False
    assert list(BATCH.lines()) == [b"new"]


def test_the_next_crawl_goes_on_where_another_worker_stopped(
    s3_root: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Target(feed="rss", query="https://forum.example/1")
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / "one"))
    stand = watermark.load(target, "w1", "forum.example")
    watermark.save(target, stand.moved(ending(Verdict.OK), ["a", "b"], datetime(2026, 11, 22, tzinfo=UTC)))
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / "another"))
    assert watermark.load(target, "w2", "forum.example").before.seen == ("a", "b")
    assert list(tmp_path.rglob("*.json")) == []


def test_workers_without_a_common_folder_need_one_key(
    s3_root: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TINGFENG_PSEUDONYM_KEY", raising=False)
    with pytest.raises(KeyUnusable, match="every worker needs the same key: set TINGFENG_PSEUDONYM_KEY"):
        key_of("TINGFENG_PSEUDONYM_KEY", "pseudonym.key")
    monkeypatch.setenv("TINGFENG_PSEUDONYM_KEY", "the same for all of them")
    assert key_of("TINGFENG_PSEUDONYM_KEY", "pseudonym.key") == "the same for all of them"
    assert not (data / "keys").exists()


def test_what_killed_writers_left_is_swept_up_and_batches_are_found(s3_root: str) -> None:
    write(b"1")
    touch(f"{BATCH.path}.jsonl.0123abcd.tmp")
    assert sweep("posts", datetime.now(UTC) - timedelta(days=1)) == 0
    assert sweep("posts", datetime.now(UTC) + timedelta(minutes=1)) == 1
    assert batches("posts") == [BATCH]
    assert list(BATCH.lines()) == [b"1"]


def test_without_its_package_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_STAGES", "s3://bucket/stages")
    monkeypatch.delitem(sys.modules, "crawlers.storage.object_store", raising=False)
    monkeypatch.setitem(sys.modules, "s3fs.core", None)
    with pytest.raises(UserError, match=r"TINGFENG_STAGES: paths of s3:// need s3fs.*`make setup`"):
        waiting("analyse")
