"""A disk that is full at any write of a turn: the error names the file, nothing is lost, and no message is held up."""

import errno
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.local import LocalFileOpener

from config.brand import Brand
from config.key import KeyUnusable, key_of
from crawlers.post import encode_post
from crawlers.storage import handover
from crawlers.storage.stage import Batch
from indexing.alerts import rate, spool
from indexing.elasticsearch.store import Store
from indexing.pipeline import analyse_all, index_all
from nlp.mention import Mention
from tests.emptying import emptied
from tests.story_posts import documents

pytestmark = pytest.mark.usefixtures("fast_pipeline")
ACME = Brand(id="acme", name="顶峰", query="顶峰")
FULL = OSError(errno.ENOSPC, "No space left on device")
"""As the system tells it to whoever writes to a file that is open: without its name."""
MentionOf = Callable[..., Mention]


@contextmanager
def full_from(step: int) -> Iterator[list[int]]:
    """Let every write from so many on find the disk full; the list holds their numbers."""
    real, found = LocalFileOpener.write, list[int]()
    count = 0

    def write(self: LocalFileOpener, *data: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        if count > step:
            found.append(count)
            raise OSError(*FULL.args)
        return real(self, *data, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LocalFileOpener, "write", write)
        yield found


def crawled(mention_of: MentionOf) -> list[Batch]:
    """Write two windows of posts as a crawl does."""
    made = [Batch(stage="posts", feed="nodebb", query="q-1", window=f"20261120T08{minute}000Z") for minute in (0, 1)]
    for number, batch in enumerate(made):
        with batch.write() as writer:
            for one in range(3):
                writer.add(encode_post(mention_of(10 * number + one, text="顶峰的手机又闪退了").post))
    return made


def test_a_crawl_s_window_is_whole_or_absent(data: Path, mention_of: MentionOf) -> None:
    for step in range(100):
        with full_from(step) as found:
            try:
                crawled(mention_of)
                break
            except OSError as error:
                assert error.errno == errno.ENOSPC
                assert "20261120T08" in Path(str(error.filename)).relative_to(data).name
        assert found and not list(data.glob("posts/**/*.tmp"))
        assert all(len(list(work.batch.lines())) == 3 for work in handover.waiting("analyse"))
    assert step >= 8
    assert [work.count for work in handover.waiting("analyse")] == [3, 3]


def test_analysis_and_index_name_the_file_and_go_on_where_they_were(
    emptied_store: Store, data: Path, mention_of: MentionOf
) -> None:
    steps: dict[str, Callable[[], object]] = {
        "analyse": lambda: analyse_all([ACME], emptied_store),
        "index": lambda: index_all(emptied_store),
    }
    crawled(mention_of)
    for consumer, work in steps.items():
        left = handover.waiting(consumer)
        for step in range(100):
            with full_from(step) as found:
                try:
                    work()
                    if not found:
                        break
                except OSError as error:
                    assert error.errno == errno.ENOSPC
                    assert Path(str(error.filename)).is_relative_to(data), f"{consumer}, write {step}: {error!r}"
            assert {one.batch for one in handover.waiting(consumer)} <= {one.batch for one in left}
        assert step >= 4, consumer
        assert handover.waiting(consumer) == []
    assert not list(data.rglob("*.tmp"))
    emptied_store.refresh("mentions")
    assert len(documents(emptied_store, "mentions")) == 6
    emptied(emptied_store)


@contextmanager
def no_room() -> Iterator[None]:
    """Let the system refuse whatever this process writes to a file, which it can without a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_no_message_waits_for_a_count_or_a_spool(
    emptied_store: Store, data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool.keep(emptied_store)
    before = (data / "outbox" / "pending.json").read_bytes()
    caplog.clear()
    with no_room():
        assert rate.pause("somebody", 1) == 0.0
        assert rate.pause("somebody", 1) == 0.0, "what was not counted does not count"
        assert not rate.once_a_day("something"), "else it would be told every few minutes"
        spool.keep(emptied_store)
    assert caplog.text.count(f"{data / 'outbox'}") == 4
    assert caplog.text.count("make room there") == 4
    assert (data / "outbox" / "pending.json").read_bytes() == before
    assert not list((data / "outbox").glob("overrides.json.*"))
    assert rate.once_a_day("something") and rate.pause("somebody", 1) == 0.0 < rate.pause("somebody", 1)


def test_a_key_that_cannot_be_made_asks_for_room(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(*FULL.args)

    monkeypatch.setattr("os.fsync", full)
    monkeypatch.delenv("TINGFENG_KEY_OF_THE_TEST", raising=False)
    with pytest.raises(
        KeyUnusable, match=r"test\.key: .*No space left on device: make room there, or set TINGFENG_KEY"
    ):
        key_of("TINGFENG_KEY_OF_THE_TEST", "test.key")
