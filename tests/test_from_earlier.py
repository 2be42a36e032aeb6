"""What commit 0cc31c4 left behind is brought over: its stages, what they owed, its watermarks, its backup."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from config.brand import Account, Brand
from crawlers.engine.run import crawl
from crawlers.post import decode_post
from crawlers.replay import Replay
from crawlers.storage import queue
from crawlers.storage.stage import batches
from indexing import owed
from indexing.backfill import notice
from indexing.elasticsearch.store import Store
from indexing.maintenance.backup import restore
from indexing.pipeline import analyse_all, turn
from tests.killing import dying

MADE = Path(__file__).parent / "fixtures" / "made_by_0cc31c4"
XINGHE = Brand(
    id="xinghe", name="星河", query="星河", words=("星河手机",), own_accounts=(Account(platform="forum", id="3"),)
)
WINDOW = "20261201T000000Z"


@pytest.fixture(autouse=True)
def _as_then(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(MADE / "data", data, dirs_exist_ok=True)
    monkeypatch.setenv("TINGFENG_PSEUDONYM_KEY", "0123456789abcdef")
    monkeypatch.setenv("TINGFENG_ENGINE", "fast")
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))


def spoken_of() -> set[str]:
    """Return the ids of the mentions that all thirty posts make, by a look at their words."""
    posts = map(decode_post, (MADE / "all.jsonl").read_bytes().splitlines())
    return {f"{post.id}:xinghe" for post in posts if "星河" in post.text}


def indexed(store: Store) -> set[str]:
    store.refresh("mentions")
    hits = store.client.search(index=store.alias("mentions"), size=1_000, source=False)["hits"]["hits"]
    return {hit["_id"] for hit in hits}


def test_a_backup_is_restored_and_what_was_owed_is_done_once(emptied_store: Store) -> None:
    restore(emptied_store, "before", grace=0)
    assert len(indexed(emptied_store)) == 13, "what 0cc31c4 had indexed"
    analysed = analyse_all([XINGHE], emptied_store)
    assert (analysed.batches, analysed.books["posts"]) == (1, 30), "only the crawl that nobody had analysed"
    done = turn(emptied_store, [XINGHE])
    assert (analysed.failed, done.failed) == ((), ())
    assert indexed(emptied_store) == spoken_of()
    assert notice(), "older mentions are of another analysis, and people are told"
    again = analyse_all([XINGHE], emptied_store), turn(emptied_store, [XINGHE])
    assert [Counter(one.books).total() for one in again] == [0, 0]


@pytest.mark.parametrize("step", range(4))
def test_bringing_over_can_be_killed_and_run_again(emptied_store: Store, step: int) -> None:
    with dying(step, queue, "put"):
        analyse_all([XINGHE], emptied_store)
    with dying(0, owed, "replace"):
        turn(emptied_store, [XINGHE])
    analyse_all([XINGHE], emptied_store)
    turn(emptied_store, [XINGHE])
    assert indexed(emptied_store) == spoken_of()
    assert not queue.markers("analyse") + queue.markers("index")


def test_the_next_crawl_goes_on_where_the_last_one_stopped(emptied_store: Store) -> None:
    posts = [decode_post(line) for line in (MADE / "all.jsonl").read_bytes().splitlines()]
    with Replay(posts) as replay:
        (target,) = replay.targets()
        report = crawl(target, WINDOW)
    assert (report.complete, report.new) == (True, 0)
    assert len(batches("posts")) == 4
    analyse_all([XINGHE], emptied_store)
    turn(emptied_store, [XINGHE])
    assert indexed(emptied_store) == spoken_of()
