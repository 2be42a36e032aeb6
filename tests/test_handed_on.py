"""From stage to stage nothing is searched for, nothing is lost, and one bad batch stops no other."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.brand import Brand
from crawlers.post import encode_post
from crawlers.storage import files, handover, queue, stage
from crawlers.storage.handover import waiting
from crawlers.storage.queue import Marker, NewerQueue
from crawlers.storage.stage import Batch
from indexing import owed
from indexing.backfill import notice
from indexing.elasticsearch.store import Store
from indexing.maintenance.repair import repair
from indexing.mentions.index import index_together
from indexing.pipeline import analyse_all, index_all, turn
from nlp.mention import Mention
from tests.killing import dying, dying_at_request

pytestmark = pytest.mark.usefixtures("fast_pipeline")
MentionOf = Callable[..., Mention]
XINGHE = Brand(id="xinghe", name="星河", query="星河")
WINDOW = "20261120T08{:02}00Z"
LONG_AGO = "20200101T000000.000000Z-0123abcd"


@pytest.fixture
def store(emptied_store: Store) -> Store:
    return emptied_store


@pytest.fixture
def crawled(data: Path, mention_of: MentionOf) -> Callable[..., Batch]:
    """Give a writer of crawled windows of two posts each, one of which speaks of the brand."""

    def write(number: int) -> Batch:
        batch = Batch(stage="posts", feed="nodebb", query="q-1", window=WINDOW.format(number))
        with batch.write() as writer:
            for native_id, text in ((2 * number, f"星河手机第{number}天就闪退"), (2 * number + 1, "今天下雨")):
                writer.add(encode_post(mention_of(native_id, text=text).post))
        return batch

    return write


def wait_for(come: Callable[[], bool], patience: float = 20.0) -> None:
    end = time.monotonic() + patience
    while not come():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def mentions_of(batch: Batch) -> int:
    manifest = batch.to("mentions").manifest()
    return manifest.count if manifest else -1


def test_a_batch_goes_from_queue_to_queue_into_the_index(store: Store, crawled: Callable[..., Batch]) -> None:
    for number in range(3):
        crawled(number)
    assert analyse_all([XINGHE], store).books["posts"] == 6
    assert queue.markers("analyse") == []
    assert index_all(store).books == {"mentions": 3, "indexed": 3, "unchanged": 0, "dead": 0}
    assert queue.markers("index") == []
    crawled(3)
    assert analyse_all([XINGHE], store).books["posts"] == 2, "only what is new"
    assert turn(store, [XINGHE]).books["mentions"] == 1
    assert (analyse_all([XINGHE], store).books, index_all(store).books) == ({}, {})
    assert store.count("mentions") == 4


def test_of_many_batches_those_in_the_index_are_counted_while_others_come(
    store: Store, crawled: Callable[..., Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexing.mentions.index.TOGETHER", 1)
    monkeypatch.setattr("indexing.stories.rows.AT_ONCE", 1)
    counted, real = list[int](), index_together

    def patiently(*arguments: Any, **named: Any) -> Any:
        done = real(*arguments, **named)
        if len(counted) in (1, 2):  # what was asked for before this batch is counted before the next
            wait_for(lambda: store.count("counted") >= len(counted))
        counted.append(store.count("counted"))
        return done

    monkeypatch.setattr("indexing.mentions.index.index_together", patiently)
    for number in range(3):
        crawled(number)
    analyse_all([XINGHE], store)
    assert turn(store, [XINGHE]).books["mentions"] == 3
    assert counted[0] == 0
    assert counted[1] >= 1
    assert counted[2] >= 2
    store.refresh("counted")
    assert store.count("counted") == 3


@pytest.mark.usefixtures("s3_root")
def test_the_same_on_s3_whoever_dies_at_which_request(store: Store, crawled: Callable[..., Batch]) -> None:
    for number in range(3):
        crawled(number)
    for step in (0, 1, 12, 20):
        with dying_at_request(step):
            analyse_all([XINGHE], store)
        with dying_at_request(step):
            index_all(store)
    with dying(1, queue, "take_off"):
        analyse_all([XINGHE], store)
    analyse_all([XINGHE], store)
    index_all(store)
    assert store.count("mentions") == 3
    assert (queue.markers("analyse"), queue.markers("index"), repair(store).again) == ([], [], 0)


def test_a_turn_with_nothing_new_reads_no_more_after_more_windows(
    store: Store, crawled: Callable[..., Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Count every listing and every opened file, of any kind."""
    asked: list[str] = []
    local = type(files.resolve("/")[0])
    for name in ("ls", "cat_file", "_open", "exists", "glob", "find"):
        real = getattr(local, name)

        def counted(self: Any, path: str, *arguments: Any, real: Callable[..., Any] = real, **named: Any) -> Any:
            asked.append(path)
            return real(self, path, *arguments, **named)

        monkeypatch.setattr(local, name, counted)
    counts = []
    for windows in (range(2), range(2, 22)):
        for number in windows:
            crawled(number)
        analyse_all([XINGHE], store)
        index_all(store)
        asked.clear()
        analyse_all([XINGHE], store)
        index_all(store)
        counts.append(len(asked))
        others = {path for path in asked if "/queue/" not in path and not path.endswith("/queue")}
        assert {path.rsplit("/", 1)[1] for path in others} <= {"priors"}, "the queue, and what brands have learnt"
    assert counts[0] == counts[1] < 20


def test_only_some_of_what_waits_is_taken_where_a_worker_has_a_slice(
    store: Store, crawled: Callable[..., Batch]
) -> None:
    one, other = crawled(0), crawled(1)
    analyse_all([XINGHE], store, only=[str(other)])
    assert (mentions_of(one), mentions_of(other)) == (-1, 1)
    assert [work.batch for work in waiting("analyse")] == [one]


def test_a_broken_batch_stops_no_other_and_is_told_once(
    store: Store, crawled: Callable[..., Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr("indexing.alerts.operations.notify", lambda step, reason: told.append((step, reason)))
    broken, sound = crawled(0), crawled(1)
    lines = Path(f"{broken.path}.jsonl")
    whole = lines.read_bytes()
    lines.write_bytes(whole[:-9])
    done = analyse_all([XINGHE], store)
    assert len(done.failed) == 1
    assert f"{broken.path}.jsonl: changed since it was written" in done.failed[0]
    assert mentions_of(sound) == 1
    assert analyse_all([XINGHE], store).failed == ()
    assert [(step, done.failed[0] in reason) for step, reason in told] == [("analyse", True)]
    [fault] = repair(store).faults
    assert str(lines) in fault
    lines.write_bytes(whole)
    assert repair(store).faults == ()
    assert analyse_all([XINGHE], store).books["posts"] == 2
    assert mentions_of(broken) == 1


def test_broken_mentions_are_made_again_from_their_posts(store: Store, crawled: Callable[..., Batch]) -> None:
    batch = crawled(0)
    analyse_all([XINGHE], store)
    Path(f"{batch.to('mentions').path}.jsonl").unlink()
    [reason] = turn(store, [XINGHE]).failed
    assert f"{batch.to('mentions').path}.jsonl: missing" in reason
    assert repair(store).faults == ()
    analyse_all([XINGHE], store)
    assert index_all(store).books["indexed"] == 1
    assert repair(store).again == 0


def test_lost_markers_are_found_and_put_again(store: Store, crawled: Callable[..., Batch], data: Path) -> None:
    first = crawled(0)
    analyse_all([XINGHE], store)
    second = crawled(1)
    for consumer in ("analyse", "index"):
        shutil.rmtree(data / "queue" / consumer)
    assert index_all(store).books == {"mentions": 1, "indexed": 1, "unchanged": 0, "dead": 0}, "a new index is filled"
    Path(f"{first.to('indexed').path}.manifest").unlink()
    assert repair(store).again == 2
    assert [work.batch for work in waiting("analyse")] == [second]
    assert [work.batch for work in waiting("index")] == [first.to("mentions")]
    assert repair(store).again == 0
    assert repair(None).waiting == 2


def test_killed_writers_are_told_with_the_remedy(store: Store, crawled: Callable[..., Batch]) -> None:
    standing = crawled(0)
    gone = replace(standing, window="20200101T000000Z")
    for batch in (gone, gone.to("mentions")):
        queue.put(Marker(consumer=queue.CONSUMERS[batch.stage], batch=str(batch), mark=LONG_AGO))
    found = repair(store)
    assert len(found.faults) == 2
    assert all("its writer was killed at 2020-01-01 00:00 UTC" in fault for fault in found.faults)
    assert all("remove" in fault for fault in found.faults)
    assert analyse_all([XINGHE], store).failed == ()


def without_a_queue(data: Path) -> None:
    """Make the folder one from before there was a queue."""
    shutil.rmtree(data / "queue")
    for path in data.rglob("*.manifest"):
        manifest = path.read_bytes()
        path.write_bytes(manifest.partition(b',"mark"')[0] + b"}")


def owed_from_before(store: Store, crawled: Callable[..., Batch], data: Path) -> list[Batch]:
    """Return four windows as an older version left them: done, not indexed, of other posts, never analysed."""
    windows = [crawled(number) for number in range(3)]
    analyse_all([XINGHE], store)
    index_all(store)
    Path(f"{windows[1].to('indexed').path}.manifest").unlink()
    with windows[2].write() as writer:
        writer.add(b"{}")
    windows.append(crawled(3))
    without_a_queue(data)
    return windows


def test_a_folder_from_before_there_was_a_queue_gets_what_is_owed_once(
    store: Store, crawled: Callable[..., Batch], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, changed, new = owed_from_before(store, crawled, data)
    done = analyse_all([XINGHE], store)
    assert (done.batches, done.books["posts"]) == (2, 3)
    assert (mentions_of(changed), mentions_of(new)) == (0, 1)
    assert index_all(store).batches == 3
    assert store.count("mentions") == 4
    monkeypatch.setattr(owed, "_hand_on", lambda batches: pytest.fail("it was listed again"))
    assert (analyse_all([XINGHE], store).batches, index_all(store).batches) == (0, 0)
    assert repair(store).again == 0


def test_the_bringing_over_may_be_killed_anywhere(store: Store, crawled: Callable[..., Batch], data: Path) -> None:
    owed_from_before(store, crawled, data)
    for step in range(2):
        with dying(step, queue, "put"):
            analyse_all([XINGHE], store)
        assert not queue.begun()
    with dying(0, queue, "begin"):
        analyse_all([XINGHE], store)
    assert not queue.begun()
    assert analyse_all([XINGHE], store).batches == 2
    with dying(1, queue, "put"):
        index_all(store)
    with dying(0, owed, "replace"):
        index_all(store)
    assert index_all(store).batches == 3
    assert store.count("mentions") == 4


def test_a_newer_queue_is_refused_by_every_step(store: Store, crawled: Callable[..., Batch]) -> None:
    crawled(0)
    files.replace(f"{queue.queue_root()}/format", b"7")
    for step in (lambda: analyse_all([XINGHE], store), lambda: index_all(store), lambda: repair(store)):
        with pytest.raises(NewerQueue, match="use the version that wrote it"):
            step()
    assert len(waiting("analyse")) == 1


def test_another_index_is_filled_once(new_store: Callable[[], Store], crawled: Callable[..., Batch]) -> None:
    for number in range(3):
        crawled(number)
    store = new_store()
    analyse_all([XINGHE], store)
    index_all(store)
    other = new_store()
    assert index_all(other).books == {"mentions": 3, "indexed": 3, "unchanged": 0, "dead": 0}
    assert index_all(other).books == {}


def test_older_mentions_of_a_folder_from_before_are_told_and_not_read_again(
    store: Store, crawled: Callable[..., Batch], data: Path
) -> None:
    owed_from_before(store, crawled, data)
    other = XINGHE.model_copy(update={"words": ("星河手机",)})
    assert analyse_all([other], store).batches == 2
    assert "run `tingfeng backfill`" in notice()


ANALYSING = """
import os, sys
from config.brand import Brand
from indexing.pipeline import analyse_all

xinghe = Brand(id="xinghe", name="星河", query="星河")
workers = []
for _ in range(3):
    if not (worker := os.fork()):
        os._exit(analyse_all([xinghe], None).failed != ())
    workers.append(worker)
sys.exit(sum(os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) for worker in workers))
"""
"""Three workers at once, which cost one start of Python."""


def test_a_batch_that_an_earlier_writer_put_there_last_waits_again(crawled: Callable[..., Batch]) -> None:
    batch = crawled(1)
    (before,) = waiting("analyse")
    crawled(1)  # and its marker was among those that the consumer had found, for it is put before the batch is
    replace(before, markers=tuple(queue.markers("analyse"))).done()
    (again,) = waiting("analyse")
    assert (again.batch, again.manifest) == (batch, batch.manifest())
    assert again.manifest != before.manifest
    again.done()
    assert waiting("analyse") == []


def test_several_workers_at_the_same_batches_lose_and_spoil_nothing(
    store: Store, crawled: Callable[..., Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = [crawled(number) for number in range(30)]
    command, root = [sys.executable, "-c", ANALYSING], Path(__file__).parent.parent
    workers = subprocess.Popen(command, cwd=root, env=os.environ.copy())
    while workers.poll() is None:
        assert index_all(store).failed == ()
        time.sleep(0.05)
    assert workers.returncode == 0
    assert index_all(store).failed == ()
    assert [mentions_of(batch) for batch in written] == [1] * 30
    assert store.count("mentions") == 30
    assert (waiting("analyse"), waiting("index"), repair(store).again) == ([], [], 0)
    monkeypatch.setattr(handover, "_ABANDONED", timedelta())  # what one worker overtook another with is old by now
    assert analyse_all([XINGHE], store).failed == index_all(store).failed == ()
    assert (queue.markers("analyse"), queue.markers("index")) == ([], [])


STEPS: dict[str, list[tuple[Any, str]]] = {
    "analyse": [(stage.Batch, "hand_on"), (queue, "put"), (queue, "take_off"), (queue, "begin")],
    "index": [(queue, "take_off"), (owed, "replace")],
}


@pytest.mark.parametrize(("step", "at"), [(step, at) for step, places in STEPS.items() for at in range(len(places))])
def test_killed_at_any_step_and_run_again_all_of_it_arrives(
    step: str, at: int, store: Store, crawled: Callable[..., Batch]
) -> None:
    for number in range(2):
        crawled(number)
    module, name = STEPS[step][at]
    for calls in range(3):
        with dying(calls, module, name):
            analyse_all([XINGHE], store)
            index_all(store)
    analyse_all([XINGHE], store)
    index_all(store)
    assert store.count("mentions") == 2
    assert (queue.markers("analyse"), queue.markers("index")) == ([], [])
    assert repair(store).again == 0
