"""A batch is whole or absent, whatever happens while it is written."""

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.storage import files
from crawlers.storage.stage import Batch, BrokenBatch, batches, query_folder, sweep, window_at
from tests.killing import Forked, dying_at_request, forked_writer

BATCH = Batch(stage="posts", feed="rss", query=query_folder("小米 AND 手机"), window="20261122T190000Z")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))


def write(*lines: bytes, dead: str = "") -> None:
    with BATCH.write() as writer:
        for line in lines:
            writer.add(line)
        if dead:
            writer.set_aside("unreadable", dead)


def test_what_was_written_is_read() -> None:
    write(b'{"a":1}', b'{"b":2}', dead="{")
    assert list(BATCH.lines()) == [b'{"a":1}', b'{"b":2}']
    assert [(letter.reason, letter.content) for letter in BATCH.dead_letters()] == [("unreadable", "{")]
    manifest = BATCH.manifest()
    assert manifest
    assert (manifest.count, manifest.dead, manifest.complete) == (2, 1, True)
    assert batches("posts") == [BATCH]
    assert Batch.at(str(BATCH)) == BATCH


def test_writing_again_replaces_the_whole_window() -> None:
    write(b"1", b"2", dead="x")
    write(b"3")
    assert list(BATCH.lines()) == [b"3"]
    assert list(BATCH.dead_letters()) == []


def test_an_error_leaves_the_window_as_it_was(tmp_path: Path) -> None:
    write(b"1")
    with pytest.raises(ZeroDivisionError), BATCH.write() as writer:
        writer.add(b"2")
        writer.add(str(1 / 0).encode())
    assert list(BATCH.lines()) == [b"1"]
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    write(b"1", b"2")
    (file,) = tmp_path.rglob("*.jsonl")
    file.write_bytes(b"1\n")
    with pytest.raises(BrokenBatch, match="changed since it was written"):
        list(BATCH.lines())
    file.unlink()
    with pytest.raises(BrokenBatch, match="missing"):
        list(BATCH.lines())


def test_a_batch_without_a_manifest_is_not_there(tmp_path: Path) -> None:
    write(b"1")
    (manifest,) = tmp_path.rglob("*.manifest")
    manifest.unlink()
    assert batches("posts") == []
    with pytest.raises(BrokenBatch, match="never finished"):
        list(BATCH.lines())


def test_killed_before_any_step_it_is_whole_or_absent() -> None:
    """Kill the writer before each of its file operations in turn: the window is old, new or absent, never a mixture."""
    seen, step = set(), 0
    with forked_writer(str(BATCH)) as writer:
        while True:
            write(b"old", dead="old")
            ended = writer.run(step)
            found = (list(BATCH.lines())[0], len(list(BATCH.dead_letters()))) if BATCH.manifest() else None
            assert found in {(b"old", 1), (b"new", 0), None}
            seen.add(found)
            if ended == 0:
                break
            assert ended == -signal.SIGKILL
            step += 1
    assert step >= 6
    assert {(b"old", 1), (b"new", 0)} <= seen


@pytest.mark.cluster
@pytest.mark.usefixtures("s3_root")
def test_on_s3_killed_before_any_request_it_is_whole_or_absent() -> None:
    seen = set()
    for step in range(100):
        write(b"old", dead="old")
        with dying_at_request(step) as died:
            write(b"new")
        found = (list(BATCH.lines())[0], len(list(BATCH.dead_letters()))) if BATCH.manifest() else None
        assert found in {(b"old", 1), (b"new", 0), None}
        seen.add(found)
        if not died[0]:
            break
    assert step >= 10
    assert seen == {(b"old", 1), (b"new", 0), None}


def test_what_a_killed_writer_left_is_swept_up_once_it_is_old(tmp_path: Path) -> None:
    with forked_writer(str(BATCH)) as writer:
        writer.run(3)
    assert list(tmp_path.rglob("*.tmp"))
    assert sweep("posts", datetime.now(UTC) - timedelta(days=1)) == 0
    assert sweep("posts", datetime.now(UTC) + timedelta(seconds=1)) > 0
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_half_written_file_of_a_killed_writer_is_swept_up_wherever_it_lies(data: Path) -> None:
    now = datetime.now(UTC)
    for name in ("pages/0a/0a1b.zst", "circuits/example.org.json", "rounds/tasks/3.json"):
        files.replace(str(data / name), b"old")
        with Forked("from crawlers.storage import files", f"files.replace({str(data / name)!r}, b'new')") as writer:
            writer.run(2)
        assert [path.read_bytes() for path in (data / name).parent.glob("*.tmp")] == [b"new"]
    (data / "pages" / "0a" / "mine.tmp").write_bytes(b"not of a writer of ours")
    assert files.sweep(str(data), now - timedelta(days=1)) == 0, "its writer may live"
    assert files.sweep(str(data), now + timedelta(minutes=1)) == 3
    assert files.sweep(str(data / "nowhere"), now) == 0
    left = sorted(str(path.relative_to(data)) for path in data.rglob("*") if path.is_file())
    assert left == ["circuits/example.org.json", "pages/0a/0a1b.zst", "pages/0a/mine.tmp", "rounds/tasks/3.json"]
    assert (data / "rounds" / "tasks" / "3.json").read_bytes() == b"old"


def test_queries_have_folders_of_their_own() -> None:
    names = {query_folder(query) for query in ("小米", "小米 ", "a/b", "a b", "../../etc", "x" * 500)}
    assert len(names) == 6
    assert all("/" not in name and ".." not in name and len(name) < 60 for name in names)


def test_windows_sort_by_time() -> None:
    moments = [datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)]
    assert sorted(map(window_at, moments)) == [window_at(moment) for moment in moments]
