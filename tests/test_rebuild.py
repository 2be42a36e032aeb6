"""A rebuild makes the index anew while readers see all of it and writers lose nothing; killed, it leaves the old."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.storage.stage import Batch
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import Busy
from indexing.elasticsearch.field import Writer
from indexing.elasticsearch.lease import lease
from indexing.elasticsearch.store import Store
from indexing.maintenance.carry import Carrier
from indexing.maintenance.rebuild import _Work, rebuild
from indexing.mentions.document import document_id
from indexing.mentions.index import index
from indexing.mentions.write import Outcome, Update, write
from nlp.mention import Mention, encode_mention

MentionOf = Callable[..., Mention]
BatchOf = Callable[..., Batch]

KILLED = """
import os, signal, sys
from elasticsearch import Elasticsearch
from indexing.maintenance import rebuild
from indexing.elasticsearch import exchange
from indexing.elasticsearch.store import Store

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[3] == "filling":
    rebuild._Work.fill = die
elif sys.argv[3] == "exchanging":
    exchange._actions = die
else:
    delete = exchange._delete
    exchange._delete = lambda store, old: die() if any(sys.argv[4] in one.name for one in old) else delete(store, old)
rebuild.rebuild(Store(Elasticsearch(sys.argv[1]), prefix=sys.argv[2]), grace=0)
"""


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_PSEUDONYM_KEY", "a key of the tests' own")


@pytest.fixture
def store(emptied_store: Store) -> Store:
    return emptied_store


def held(store: Store) -> dict[str, dict[str, Any]]:
    """Every document that readers see, by its alias and id."""
    found: dict[str, dict[str, Any]] = {}
    for kind in ("mentions", "engagement", "runs", "customers", "links", "alerts", "alert-events"):
        store.refresh(kind)
        hits = store.client.search(index=store.alias(kind), size=5000)["hits"]["hits"]
        found |= {f"{store.kind_of(hit['_index'])}/{hit['_id']}": hit["_source"] for hit in hits}
    return found


def say(store: Store, mention: Mention, writer: Writer, part: dict[str, Any]) -> None:
    """Let another writer write its part of a mention."""
    at = "2026-11-20T10:00:00.000Z"
    update = Update(id=document_id(mention), parts={writer: part}, month="2026.11", ingested=at)
    assert write(store, [update])[0].outcome is Outcome.INDEXED


def put(store: Store, kind: str, id: str, source: dict[str, Any]) -> None:
    [answer] = send(store.client, [Action(operation="index", index=store.alias(kind), id=id, source=source)])
    assert answer.done


@contextmanager
def counting(store: Store) -> Iterator[list[int]]:
    """Count the mentions without a pause while the block runs."""
    counts: list[int] = []
    ended = threading.Event()

    def count() -> None:
        while not ended.is_set():
            counts.append(store.count("mentions"))

    thread = threading.Thread(target=count)
    thread.start()
    try:
        yield counts
    finally:
        ended.set()
        thread.join()


def test_the_same_index_comes_back_and_readers_see_all_of_it(
    store: Store, mention_of: MentionOf, batch_of: BatchOf
) -> None:
    mentions = [mention_of(n) for n in range(600)]
    floating = mention_of(700, published_at=datetime(2026, 10, 5, tzinfo=UTC))
    index(batch_of([*mentions, floating]), store)
    moved = mention_of(700, fetched_at=datetime(2026, 11, 21, tzinfo=UTC))
    last = batch_of([moved], window="20261121T000000Z")
    index(last, store)
    say(store, mentions[1], Writer.PERSON, {"correction": {"sentiment": "positive"}, "writers": {"person": 1}})
    say(store, mentions[2], Writer.LINK, {"customer": {"id": "c1"}, "writers": {"link": 1}})
    put(store, "customers", "c1", {"tier": "gold"})
    put(store, "alerts", "a1", {"rule": "r"})
    before, first = held(store), store.generation()
    seen: list[tuple[int, int]] = []
    with counting(store) as counts:
        report = rebuild(store, progress=lambda done, of: seen.append((done, of)), grace=1)
        time.sleep(0.2)
    assert held(store) == before
    assert set(counts) == {601}
    assert len(counts) > 10
    assert store.generation() == first + 1
    assert {store.generation_of(one.name) for one in store.every_index()} == {first + 1}
    assert (report.batches, report.read, report.mentions, report.kept, report.dropped) == (2, 602, 601, 0, 0)
    assert report.books()["customers"] == "1"
    assert seen[-1][0] == seen[-1][1]
    assert index(last, store)["unchanged"] == 1
    say(store, mentions[3], Writer.LINK, {"customer": {"id": "c2"}, "writers": {"link": 1}})


def test_what_is_written_meanwhile_is_not_lost(
    store: Store, mention_of: MentionOf, batch_of: BatchOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches, other writers, deletions and new months, while it fills and at the very end."""
    mentions, first = [mention_of(n) for n in range(40)], store.generation()
    index(batch_of(mentions), store)
    put(store, "links", "l1", {"customer": "c1"})
    put(store, "links", "l2", {"customer": "c2"})
    fill, finish = _Work.fill, _Work.finish
    late = [mention_of(100, published_at=datetime(2026, 8, 1, tzinfo=UTC)), mention_of(101)]

    def filled(work: Any) -> bool:
        new = fill(work)
        if new and len(work._filled) == 1:
            index(batch_of([late[0]], window="20261121T000000Z"), store)
            say(store, mentions[4], Writer.LINK, {"customer": {"id": "c4"}, "writers": {"link": 1}})
        return new

    pool = ThreadPoolExecutor(2)
    waiting: list[Future[Any]] = []

    def finished(work: Any) -> None:
        waiting.append(pool.submit(index, batch_of([late[1]], window="20261121T010000Z"), store))
        finish(work)
        part = {"story": {"id": "s"}, "writers": {"story": 1}}
        waiting.append(pool.submit(say, store, mentions[5], Writer.STORY, part))
        time.sleep(0.5)

    class Carrying(Carrier):
        def mentions(self) -> None:
            super().mentions()
            if not waiting:  # the first time: between the copying and the exchange
                put(store, "links", "l3", {"customer": "c3"})
                say(store, mentions[6], Writer.LINK, {"customer": {"id": "c6"}, "writers": {"link": 1}})
                send(store.client, [Action(operation="delete", index=store.alias("links"), id="l1")])

    monkeypatch.setattr(_Work, "fill", filled)
    monkeypatch.setattr(_Work, "finish", finished)
    monkeypatch.setattr("indexing.maintenance.rebuild.Carrier", Carrying)
    with pool:
        rebuild(store, grace=0)
    for future in waiting:
        future.result()
    found = held(store)
    assert sum(name.startswith("mentions") for name in found) == 42
    assert {name for name in found if name.startswith("links")} == {"links/l2", "links/l3"}
    by_id = {name.partition("/")[2]: one for name, one in found.items()}
    assert by_id[document_id(mentions[4])]["customer"] == {"id": "c4"}
    assert by_id[document_id(mentions[5])]["story"] == {"id": "s"}
    assert by_id[document_id(mentions[6])]["customer"] == {"id": "c6"}
    assert store.generation() == first + 1


def test_mentions_without_a_batch_stay_and_those_that_the_analysis_gave_up_go(
    store: Store, mention_of: MentionOf, batch_of: BatchOf, data: Path
) -> None:
    orphan, given_up, unfinished = mention_of(1), mention_of(2), mention_of(3)
    for number, mention in enumerate((orphan, given_up, unfinished)):
        batch = batch_of([mention], window=f"20261120T08000{number}Z")
        index(batch, store)
        with batch.to("posts").write() as writer:
            writer.add(encode_mention(mention).partition(b'"post":')[2].partition(b',"brand"')[0])
    before = held(store)
    batch_of([], window="20261120T080001Z")  # analysed again: no longer a mention
    for number in (0, 2):
        Path(f"{batch.to('mentions').path[:-2]}{number}Z.manifest").unlink()
    Path(f"{batch.to('posts').path[:-2]}0Z.manifest").unlink()
    report = rebuild(store, grace=0)
    assert (report.kept, report.dropped) == (2, 1)
    gone = document_id(given_up)
    assert held(store) == {name: one for name, one in before.items() if gone not in name}


def test_killed_it_leaves_the_old_index_or_the_new_and_the_next_clears_up(
    store: Store, es_url: str, mention_of: MentionOf, batch_of: BatchOf
) -> None:
    index(batch_of([mention_of(n) for n in range(20)]), store)
    before, first = held(store), store.generation()
    for moment in ("filling", "exchanging", "deleting"):
        command = [sys.executable, "-c", KILLED, es_url, store.prefix, moment, f"-v{first}-"]
        ended = subprocess.run(command, check=False, timeout=120, env=os.environ)
        assert ended.returncode == -signal.SIGKILL
        assert held(store) == before
        assert store.generation() == (first + 3 if moment == "deleting" else first), moment
        assert len({store.generation_of(one.name) for one in store.every_index()}) == 2, moment
        store.ensure()  # as every command does: it lets writers go on
        put(store, "alerts", "a1", {"rule": moment})
        put(store, "alerts", "a1", {"rule": "r"})
        before = held(store)
    index(batch_of([mention_of(99)], window="20261121T000000Z"), store)
    rebuild(store, grace=0)
    assert len(held(store)) == len(before) + 2
    assert len({store.generation_of(one.name) for one in store.every_index()}) == 1


def test_one_at_a_time(store: Store) -> None:
    running = rf"a backup runs already \(process {os.getpid()} on .*\): wait"
    with lease(store.client, store.state, "backup"), pytest.raises(Busy, match=running):
        rebuild(store)
    rebuild(store, grace=0)


def test_an_outdated_mapping_is_what_it_mends(store: Store, mention_of: MentionOf, batch_of: BatchOf) -> None:
    index(batch_of([mention_of()]), store)
    before = held(store)
    name = store.index_of(store.generation(), "mentions-2026.11")
    store.client.indices.delete(index=name)
    aliases: dict[str, Any] = {store.alias("mentions"): {}, store.month_alias("2026.11"): {}}
    old = {"_meta": {"version": "old"}, "properties": {"writers": {"properties": {"page": {"type": "keyword"}}}}}
    store.client.indices.create(index=name, aliases=aliases, mappings=old)
    rebuild(store, grace=0)
    assert {id: replace_birth(one) for id, one in held(store).items()} == {
        id: replace_birth(one) for id, one in before.items()
    }
    mapping = store.client.indices.get_mapping(index=store.alias("mentions")).body
    assert {one["mappings"]["properties"]["writers"]["properties"]["page"]["type"] for one in mapping.values()} == {
        "long"
    }


def replace_birth(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "event"}
