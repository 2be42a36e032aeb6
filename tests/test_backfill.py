"""A changed brand reads nothing again by itself; a backfill does, newest first, beside new posts, and pages nobody."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.brand import Brand
from config.rule import Rule, load_rules
from config.settings import DEMO_CONFIG
from crawlers.post import encode_post
from crawlers.storage import queue
from crawlers.storage.handover import waiting
from crawlers.storage.stage import Batch, window_at
from indexing import backfill, pipeline
from indexing.backfill import begin, notice, reach
from indexing.elasticsearch.store import Store
from indexing.pipeline import analyse_all, index_all
from indexing.reanalysis import analyse_again, go_on, go_on_between_turns
from nlp import analyse as stage
from nlp.analyse import Analysis
from nlp.analysed import outdated, versions
from nlp.draft import difference
from nlp.mention import Mention
from tests.killing import dying

pytestmark = pytest.mark.usefixtures("fast_pipeline")
MentionOf = Callable[..., Mention]
XINGHE = Brand(id="xinghe", name="星河", query="星河")
WIDER = Brand(id="xinghe", name="星河", query="星河 OR 雨")
NARROWER = Brand(id="xinghe", name="星河", query="星河 AND 屏幕")
YUNHAI = Brand(id="yunhai", name="云海", query="云海")
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture
def store(emptied_store: Store) -> Store:
    return emptied_store


@pytest.fixture
def crawled(data: Path, mention_of: MentionOf) -> Callable[..., list[Batch]]:
    """Give a writer of a window a day, each of three posts: of the brand, of its screen, of the rain."""

    def write(days: range, *texts: str, before: datetime = NOW) -> list[Batch]:
        made = []
        for day in days:
            at = before - timedelta(days=day)
            batch = Batch(stage="posts", feed="nodebb", query="q-1", window=window_at(at))
            with batch.write() as writer:
                for place, text in enumerate(texts or ("星河闪退", "星河屏幕坏了", "今天下雨")):
                    mention = mention_of(10 * day + place, text=text, published_at=at, fetched_at=at)
                    writer.add(encode_post(mention.post))
            made.append(batch)
        return made

    return write


def texts(store: Store) -> list[str]:
    store.refresh("mentions")
    hits = store.client.search(index=store.alias("mentions"), size=1_000)["hits"]["hits"]
    return sorted(hit["_source"]["text"] for hit in hits)


def bring_in(store: Store, brand: Brand) -> None:
    analyse_all([brand], store)
    index_all(store)


def test_a_changed_brand_counts_at_once_for_new_posts_and_reads_no_old_ones_again(
    store: Store, crawled: Callable[..., list[Batch]]
) -> None:
    crawled(range(1, 4))
    bring_in(store, XINGHE)
    assert notice() == ""
    crawled(range(1))
    assert analyse_all([WIDER], store).books["posts"] == 3
    index_all(store)
    assert texts(store).count("今天下雨") == 1
    assert "run `tingfeng backfill`" in notice()
    assert analyse_all([WIDER], store).batches == 0


def test_a_backfill_brings_history_to_the_brand_as_it_is(store: Store, crawled: Callable[..., list[Batch]]) -> None:
    crawled(range(1, 4))
    bring_in(store, XINGHE)
    assert begin(Analysis([WIDER], "fast")) == 3
    assert "3 batches wait" in notice()
    done = go_on(store, [WIDER])
    assert (done.batches, done.books["mentions"]) == (3, 9)
    assert texts(store).count("今天下雨") == 3
    assert notice() == ""
    assert begin(Analysis([WIDER], "fast")) == 0
    assert (analyse_all([WIDER], store).batches, index_all(store).batches) == (0, 0)


def test_what_a_narrower_query_no_longer_takes_leaves_the_index(
    store: Store, crawled: Callable[..., list[Batch]]
) -> None:
    crawled(range(1, 3))
    bring_in(store, XINGHE)
    assert len(texts(store)) == 4
    begin(Analysis([NARROWER], "fast"))
    assert go_on(store, [NARROWER]).books["retracted"] == 2
    assert texts(store) == ["星河屏幕坏了"] * 2


def test_a_post_that_a_newer_page_still_makes_a_mention_stays(
    store: Store, crawled: Callable[..., list[Batch]], data: Path
) -> None:
    [old] = crawled(range(1, 2))
    newer = Batch(stage="posts", feed="nodebb", query="q-1", window=window_at(NOW))
    with newer.write() as writer:
        for line in old.lines():
            writer.add(line.replace("星河闪退".encode(), "星河屏幕闪退".encode()).replace(b"T08:00:00Z", b"T09:00:00Z"))
    bring_in(store, XINGHE)
    begin(Analysis([NARROWER], "fast"))
    go_on(store, [NARROWER])
    assert texts(store) == ["星河屏幕坏了", "星河屏幕闪退"]


def test_it_takes_the_newest_first_and_only_what_is_asked_for(
    store: Store, crawled: Callable[..., list[Batch]], monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = crawled(range(1, 6))
    with_other = crawled(range(6, 7), "云海不错")
    bring_in(store, XINGHE)
    assert begin(Analysis([XINGHE, YUNHAI], "fast"), since=NOW - timedelta(days=2, hours=1)) == 2
    order: list[Batch] = []
    real = Analysis.of

    def noted(self: Analysis, batch: Batch, **named: Any) -> Any:
        order.append(batch)
        return real(self, batch, **named)

    monkeypatch.setattr(Analysis, "of", noted)
    go_on(store, [XINGHE, YUNHAI])
    assert order == batches[:2]
    assert begin(Analysis([XINGHE, YUNHAI], "fast"), brand=YUNHAI) == 1
    go_on(store, [XINGHE, YUNHAI])
    assert order == [*batches[:2], *with_other]
    assert begin(Analysis([XINGHE, YUNHAI], "fast"), brand=XINGHE) == 3


def test_new_posts_do_not_wait_for_it(store: Store, crawled: Callable[..., list[Batch]]) -> None:
    crawled(range(1, 4))
    bring_in(store, XINGHE)
    begin(Analysis([WIDER], "fast"))
    crawled(range(1))
    assert analyse_all([WIDER], store).batches == 1
    assert index_all(store).batches == 1
    assert len(queue.markers("backfill")) == 3
    crawled(range(1))
    assert go_on_between_turns(store, [WIDER], lasting=timedelta(hours=1)).batches == 0, "new posts wait"
    analyse_all([WIDER], store)
    index_all(store)
    assert go_on_between_turns(store, [WIDER], lasting=timedelta()).batches == 0
    assert go_on_between_turns(store, [WIDER], lasting=timedelta(hours=1)).batches == 3


def test_it_lasts_as_long_as_it_may(
    store: Store, crawled: Callable[..., list[Batch]], monkeypatch: pytest.MonkeyPatch
) -> None:
    crawled(range(1, 4))
    bring_in(store, XINGHE)
    begin(Analysis([WIDER], "fast"))
    seen: list[tuple[int, int]] = []
    left = iter([False, True])
    go_on(store, [WIDER], stop=lambda: next(left), progress=lambda _, done, of: seen.append((done, of)))
    assert len(queue.markers("backfill")) == 2
    assert seen == [(0, 3), (1, 3)]
    assert "2 batches wait" in notice()
    go_on(store, [WIDER])
    assert notice() == ""


def test_batches_that_rules_still_look_back_at_wait(
    store: Store, crawled: Callable[..., list[Batch]], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is woken for what only a backfill found: it stays out of every window that may still fire."""
    monkeypatch.setenv("TINGFENG_CONFIG", str(DEMO_CONFIG))
    rules: list[Rule] = load_rules()
    longest = reach(rules)
    assert longest >= timedelta(hours=7)
    now = datetime.now(UTC)
    crawled(range(1), before=now - longest / 2)
    [old] = crawled(range(1), before=now - longest - timedelta(hours=1))
    bring_in(store, XINGHE)
    monkeypatch.setattr(pipeline, "raise_alerts", lambda *_, **__: pytest.fail("a backfill evaluates no rule"))
    begin(Analysis([WIDER], "fast"))
    assert go_on(store, [WIDER]).batches == 1
    left = {Batch.at(marker.batch) for marker in queue.markers("backfill")}
    assert len(left) == 1
    assert old not in left
    assert notice()
    assert go_on(store, [WIDER], fresh=True).batches == 1
    assert notice() == ""


def test_a_rule_with_two_looks_is_looked_back_at_by_the_longer(data: Path) -> None:
    [burst] = [rule for rule in load_rules(DEMO_CONFIG / "rules") if rule.when.kind == "negative_burst"]
    when: Any = burst.when
    slow = when.model_copy(
        update={"slow": {"window": timedelta(days=2), "history": timedelta(days=28), "min_count": 9}}
    )
    assert reach([]) == timedelta()
    assert reach([burst]) == max(look.window for look in when.looks()) + when.late
    assert slow.window < timedelta(days=2)


KILLED = """
import os, signal, sys
from elasticsearch import Elasticsearch
from indexing import backfill
from indexing.mentions import index
from indexing.elasticsearch.store import Store
from indexing.reanalysis import go_on
from tests.test_backfill import WIDER

left = int(sys.argv[4])
place = {"analysed": (index, "index"), "indexed": (backfill.queue, "take_off")}[sys.argv[3]]
real = getattr(*place)

def die(*arguments, **named):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **named)

setattr(*place, die)
go_on(Store(Elasticsearch(sys.argv[1]), prefix=sys.argv[2]), [WIDER])
"""


@pytest.mark.parametrize("place", ["analysed", "indexed"])
def test_killed_in_the_middle_it_goes_on_where_it_was(
    place: str, store: Store, es_url: str, crawled: Callable[..., list[Batch]]
) -> None:
    crawled(range(1, 5))
    bring_in(store, XINGHE)
    begin(Analysis([WIDER], "fast"))
    command = [sys.executable, "-c", KILLED, es_url, store.prefix, place, "1"]
    ended = subprocess.run(command, check=False, env=os.environ.copy(), cwd=Path(__file__).parent.parent)
    assert ended.returncode == -signal.SIGKILL
    assert len(queue.markers("backfill")) == 3
    assert versions().older
    assert go_on(store, [WIDER]).batches == 3
    assert texts(store).count("今天下雨") == 4
    assert not versions().older
    assert list(outdated(Analysis([WIDER], "fast").version)) == []


def test_a_queueing_that_is_killed_never_counts_as_the_whole(store: Store, crawled: Callable[..., list[Batch]]) -> None:
    crawled(range(1, 5))
    bring_in(store, XINGHE)
    with dying(2, queue, "put"):
        begin(Analysis([WIDER], "fast"))
    assert go_on(store, [WIDER]).batches == 2
    assert "run `tingfeng backfill`" in notice()
    assert begin(Analysis([WIDER], "fast")) == 2
    go_on(store, [WIDER])
    assert notice() == ""


def test_a_change_in_the_middle_is_no_end(store: Store, crawled: Callable[..., list[Batch]]) -> None:
    crawled(range(1, 4))
    bring_in(store, XINGHE)
    begin(Analysis([WIDER], "fast"))
    stops = iter([False, True])
    go_on(store, [WIDER], stop=lambda: next(stops))
    analyse_all([NARROWER], store)
    go_on(store, [NARROWER])
    assert "run `tingfeng backfill`" in notice()
    assert begin(Analysis([NARROWER], "fast")) == 1


def test_a_rebuild_may_ask_for_all_of_it(store: Store, crawled: Callable[..., list[Batch]]) -> None:
    crawled(range(1, 4))
    bring_in(store, XINGHE)
    crawled(range(1))
    done = analyse_again(store, [WIDER])
    assert done.books["posts"] == 12
    assert len(waiting("index")) == 4
    assert list(outdated(Analysis([WIDER], "fast").version)) == []
    assert not versions().older


def test_posts_that_are_gone_end_no_backfill(store: Store, crawled: Callable[..., list[Batch]]) -> None:
    first, _ = crawled(range(1, 3))
    bring_in(store, XINGHE)
    begin(Analysis([WIDER], "fast"))
    Path(f"{first.path}.manifest").unlink()
    assert go_on(store, [WIDER]).batches == 1
    assert not backfill.waits()
    assert notice() == ""


def test_a_draft_is_held_against_what_is_there(store: Store, crawled: Callable[..., list[Batch]]) -> None:
    crawled(range(1, 4))
    crawled(range(3, 4), "星河闪退", "云海")
    seen: list[int] = []
    found = difference(XINGHE, Brand(id="xinghe", name="星河", query="屏幕 OR 雨"), progress=seen.append)
    assert (found.posts, found.both, found.gained, found.lost) == (8, 2, 2, 3)
    assert seen[-1] == 8
    assert {post.text for post in found.examples_gained} == {"今天下雨"}
    assert {post.text for post in found.examples_lost} == {"星河闪退"}
    assert difference(None, XINGHE, since=NOW - timedelta(days=1, hours=1)).gained == 2


def test_an_engine_of_another_model_is_another_version(
    store: Store, crawled: Callable[..., list[Batch]], monkeypatch: pytest.MonkeyPatch
) -> None:
    crawled(range(1, 2))
    bring_in(store, XINGHE)
    monkeypatch.setattr(stage, "_CODE", 99)
    analyse_all([XINGHE], store)
    assert versions().older
    monkeypatch.setattr(stage, "_CODE", 98)
    analyse_all([XINGHE], store)
    assert len(versions().known) == 3
