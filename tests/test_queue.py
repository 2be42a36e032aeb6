"""What is handed on is taken up once and lost never: on a local disk, on S3, whoever dies in between."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from crawlers.storage import handover, queue
from crawlers.storage.files import read
from crawlers.storage.files import replace as write_file
from crawlers.storage.handover import Work, abandoned, slices, waiting
from crawlers.storage.queue import Marker, NewerQueue
from crawlers.storage.stage import Batch, Manifest, query_folder
from tests.killing import Forked, dying_at_request, forked_writer

BATCH = Batch(stage="posts", feed="rss", query=query_folder("小米 AND 手机"), window="20261122T190000Z")
LONG_AGO = "20200101T000000.000000Z-0123abcd"


SLOWER = pytest.param("S3", marks=pytest.mark.cluster)


@pytest.fixture(params=["a local disk", "S3"])
def root(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the stages' root, on each kind of storage."""
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    return str(request.getfixturevalue("s3_root")) if request.param == "S3" else str(tmp_path)


def write(*lines: bytes, batch: Batch = BATCH) -> Manifest:
    with batch.write() as writer:
        for line in lines:
            writer.add(line)
    manifest = batch.manifest()
    assert manifest
    return manifest


def batches(consumer: str = "analyse") -> list[str]:
    return [str(work.batch) for work in waiting(consumer)]


def test_a_finished_batch_waits_until_its_work_is_done(root: str) -> None:
    assert waiting("analyse") == []
    manifest = write(b"1", b"2")
    [work] = waiting("analyse")
    assert (work.batch, work.manifest, work.count) == (BATCH, manifest, 2)
    assert waiting("index") == []
    work.done()
    work.done()
    assert waiting("analyse") == []


def test_each_stage_hands_on_to_the_next_and_the_last_to_nobody(root: str) -> None:
    for stage in ("posts", "mentions", "indexed", "runs"):
        write(b"1", batch=BATCH.to(stage))
    assert batches("analyse") == [str(BATCH)]
    assert batches("index") == [str(BATCH.to("mentions"))]
    with BATCH.to("mentions").write(hand_on=False) as writer:
        writer.add(b"2")
    assert len(queue.markers("index")) == 1


def test_what_waits_comes_by_window(root: str) -> None:
    windows = ["20261122T190000Z", "20261101T000000Z", "20261130T000000Z"]
    wanted = [replace(BATCH, window=window, feed=feed) for window in windows for feed in ("rss", "nodebb")]
    for batch in wanted:
        write(b"1", batch=batch)
    assert [work.batch.window for work in waiting("analyse")] == [name for name in sorted(windows) for _ in range(2)]
    assert set(batches()) == set(map(str, wanted))
    assert len(waiting("analyse", only=[str(wanted[3])])) == 1


def test_a_batch_written_twice_is_one_work(root: str) -> None:
    write(b"1")
    second = write(b"2")
    [work] = waiting("analyse")
    assert work.manifest == second
    assert len(work.markers) == 2
    work.done()
    assert queue.markers("analyse") == []


def test_what_is_written_while_a_consumer_works_stays_in_the_queue(root: str) -> None:
    write(b"1")
    [early] = waiting("analyse")
    write(b"2")
    assert early.fail("changed under its reader") is False, "that is no fault"
    early.done()
    [late] = waiting("analyse")
    assert late.count == 1
    assert queue.failed("analyse") == {}


def test_a_marker_whose_write_is_not_finished_hinders_nobody_and_is_told_when_it_is_old(root: str) -> None:
    unfinished = replace(BATCH, window="20200101T000000Z")
    queue.put(Marker(consumer="analyse", batch=str(unfinished), mark=LONG_AGO))
    at_work = Marker(consumer="analyse", batch=str(BATCH), mark=queue.new_mark())
    queue.put(at_work)
    other = replace(BATCH, feed="nodebb")
    write(b"1", batch=other)
    assert batches() == [str(other)]
    assert [marker.batch for marker in abandoned("analyse")] == [str(unfinished)]
    assert {at_work.batch, str(unfinished)} < {marker.batch for marker in queue.markers("analyse")}


def test_a_write_that_another_overtook_is_done_with_after_an_hour(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write(b"1")
    [work] = waiting("analyse")
    work.done()
    later = Marker(consumer="analyse", batch=str(BATCH), mark=queue.new_mark())
    queue.put(later)
    assert waiting("analyse") == []
    monkeypatch.setattr(handover, "_ABANDONED", timedelta())
    [work] = waiting("analyse")
    assert work.markers == (later,)
    assert list(abandoned("analyse")) == []


def test_a_clock_that_is_behind_loses_nothing(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second writer's clock gives an earlier mark; a consumer of the first write takes its first marker off."""
    write(b"1")
    [early] = waiting("analyse")
    monkeypatch.setattr(queue, "new_mark", lambda: LONG_AGO)
    with BATCH.write() as writer:
        writer.add(b"2")
        writer.add(b"3")
    early.done()
    [work] = waiting("analyse")
    assert work.count == 2


def test_a_batch_set_aside_keeps_its_reason_and_waits_again_when_written_anew(root: str) -> None:
    write(b"1")
    [work] = waiting("analyse")
    assert work.fail("it is broken: mend it")
    assert waiting("analyse") == []
    assert {marker.batch: reason for marker, reason in queue.failed("analyse").items()} == {
        str(BATCH): "it is broken: mend it"
    }
    write(b"2")
    assert batches() == [str(BATCH)]


def test_a_manifest_of_another_form_is_refused_by_name_and_the_others_go_on(root: str) -> None:
    manifest = write(b"1")
    other = replace(BATCH, feed="nodebb")
    write(b"1", batch=other)
    for content in (msgspec.json.encode(replace(manifest, format=2)), b"{", b'{"count":"two"}'):
        write_file(f"{BATCH.path}.manifest", content)
        found = {work.batch: work.fault for work in waiting("analyse")}
        assert found[other] == ""
        assert f"{BATCH.path}.manifest" in found[BATCH]
        assert ("use the version of tingfeng that wrote it" in found[BATCH]) == (b'"format":2' in content)


def test_a_file_that_is_no_marker_is_moved_aside_and_told_once(root: str) -> None:
    write(b"1")
    write_file(f"{queue.queue_root()}/analyse/notes.txt", b"?")
    assert batches() == [str(BATCH)]
    [told] = queue.unreadable("analyse")
    assert "notes.txt" in told
    assert "remove it" in told
    assert queue.unreadable("analyse") == []
    assert batches() == [str(BATCH)]


def test_a_newer_queue_is_refused_by_name(root: str) -> None:
    assert queue.begun() is False
    queue.begin()
    assert queue.begun() is True
    write_file(f"{queue.queue_root()}/format", b"3")
    with pytest.raises(NewerQueue, match="queue/format: form '3', this version knows 1 and 2"):
        queue.begun()


@pytest.mark.parametrize("root", ["a local disk", SLOWER], indirect=True)
@pytest.mark.parametrize(
    ("batches_of", "tasks"), [((10,) * 7, 1), ((1_000,) * 30, 8), ((50_000, 10, 10), 2), ((0,), 1)]
)
def test_what_waits_is_dealt_to_few_tasks(root: str, batches_of: tuple[int, ...], tasks: int) -> None:
    for number, count in enumerate(batches_of):
        write(*[b"1"] * count, batch=replace(BATCH, window=f"20261122T19{number:04d}Z"))
    dealt = slices("analyse")
    assert len(dealt) == tasks
    assert [batch for some in dealt for batch in some] == batches()
    if tasks == 8:
        assert {len(some) for some in dealt} <= {3, 4}


def test_nothing_waits_nothing_is_dealt(root: str) -> None:
    assert slices("analyse") == []


def written_until_killed(root: str, writer: Forked, batch: Batch, step: int) -> bool:
    """Write the batch, and die before a step of the file system; say whether it came to an end before that."""
    if root.startswith("s3://"):
        with dying_at_request(step) as died, batch.write() as here:
            here.add(b"new")
        return not died[0]
    ended = writer.run(step)
    assert ended in (0, -signal.SIGKILL)
    return ended == 0


@pytest.fixture
def writer(root: str) -> Iterator[Forked]:
    """Give a writer of the batch whose minute and second are the step at which it dies."""
    with forked_writer(str(replace(BATCH, window="20261122T19{at:04d}Z"))) as one:
        yield one


@pytest.mark.parametrize("root", ["a local disk", SLOWER], indirect=True)
@pytest.mark.parametrize("earlier", ["taken up", "waiting", "none"])
def test_a_writer_killed_at_any_step_loses_nothing(root: str, earlier: str, writer: Forked) -> None:
    """Whatever stands when the writer dies: the new batch waits, and what was there before waits unless it was done."""
    step, outcomes = 0, set()
    while True:
        batch = replace(BATCH, window=f"20261122T19{step:04d}Z")
        if earlier != "none":
            write(b"old", batch=batch)
        if earlier == "taken up":
            [work] = waiting("analyse", only=[str(batch)])
            work.done()
        done = written_until_killed(root, writer, batch, step)
        works = waiting("analyse", only=[str(batch)])
        stands = list(batch.lines()) if batch.manifest() else None
        assert bool(works) == (stands == [b"new"] or (stands == [b"old"] and earlier == "waiting"))
        outcomes.add(str(stands))
        write(b"again", batch=batch)
        [work] = waiting("analyse", only=[str(batch)])
        work.done()
        assert not [marker for marker in queue.markers("analyse") if marker.batch == str(batch)]
        if done:
            break
        step += 1
    assert step >= 9
    assert str([b"new"]) in outcomes


def test_a_consumer_killed_before_it_took_a_marker_off_does_the_work_again(root: str) -> None:
    write(b"1")
    write(b"2")
    [work] = waiting("analyse")
    queue.take_off(work.markers[0])  # and here it dies
    [again] = waiting("analyse")
    assert again.manifest == work.manifest
    again.done()
    assert waiting("analyse") == []


TAKING = """
import sys
from crawlers.storage.handover import waiting
for _ in range(20):
    for work in waiting("analyse"):
        list(work.batch.lines())
        work.done()
"""


@pytest.mark.parametrize("root", ["a local disk", SLOWER], indirect=True)
def test_several_consumers_at_once_leave_nothing_and_fail_nothing(root: str) -> None:
    workers = [subprocess.Popen([sys.executable, "-c", TAKING], env=os.environ.copy()) for _ in range(3)]
    for number in range(40):
        write(b"1", batch=replace(BATCH, window=f"20261122T19{number:04d}Z"))
    assert [worker.wait() for worker in workers] == [0, 0, 0]
    done: list[Work] = waiting("analyse")
    for work in done:
        work.done()
    assert queue.markers("analyse") == []
    assert read(f"{queue.queue_root()}/failed/analyse") is None


def test_a_marker_says_when_it_was_put() -> None:
    begun = datetime.now(UTC)
    marker = Marker(consumer="analyse", batch=str(BATCH), mark=queue.new_mark())
    assert begun <= marker.put_at <= datetime.now(UTC)
    assert Marker.named("analyse", marker.name) == marker
    assert Marker(consumer="analyse", batch=str(BATCH), mark="0").put_at.year == 1
    assert len(marker.name.encode()) < 255
