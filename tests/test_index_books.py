"""Indexing keeps books that balance, may be killed and repeated, and never makes two mentions of one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crawlers.network.report import CrawlReport, Verdict, encode_report
from crawlers.post import Author, Engagement
from crawlers.storage.stage import Batch, BooksDoNotBalance, BrokenBatch
from indexing.elasticsearch.store import Store
from indexing.mentions.filling import Filling
from indexing.mentions.index import index, index_together
from indexing.mentions.roots import root_brands
from nlp.mention import Mention

MentionOf = Callable[..., Mention]
BatchOf = Callable[..., Batch]
KEY = "a key of the tests' own"

KILLED = """
import os, signal, sys
from elasticsearch import Elasticsearch
from crawlers.storage.stage import Batch
from indexing.elasticsearch import bulk
from indexing.elasticsearch.store import Store
from indexing.mentions.index import index

left = int(sys.argv[4])
request = bulk._request

def counting(*arguments):
    global left
    answers = request(*arguments)
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return answers

bulk._request = counting
index(Batch.at(sys.argv[3]), Store(Elasticsearch(sys.argv[1]), prefix=sys.argv[2]))
"""


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_PSEUDONYM_KEY", KEY)


@pytest.fixture(scope="module")
def shared(new_store: Callable[[], Store]) -> Store:
    """A store in which each test has a brand of its own."""
    return new_store()


def held(store: Store, brand: str) -> dict[str, dict[str, Any]]:
    """The brand's mentions by index and id, without the time at which they came in."""
    answer = store.client.search(index=store.alias("mentions"), query={"term": {"brand": brand}}, size=2000)
    return {
        f"{hit['_index']}/{hit['_id']}": {name: value for name, value in hit["_source"].items() if name != "event"}
        for hit in answer["hits"]["hits"]
    }


def books(indexed: int, unchanged: int, dead: int = 0) -> dict[str, int]:
    return {"mentions": indexed + unchanged + dead, "indexed": indexed, "unchanged": unchanged, "dead": dead}


def again(batch: Batch) -> None:
    """Let the batch look as if it had never been indexed."""
    Path(f"{batch.to('indexed').path}.manifest").unlink()


def test_the_same_batch_again_changes_nothing(shared: Store, mention_of: MentionOf, batch_of: BatchOf) -> None:
    batch = batch_of(mention_of(n, brand="again") for n in range(1200))
    seen: list[tuple[int, int]] = []
    assert index(batch, shared, lambda done, of: seen.append((done, of))) == books(1200, 0)
    assert seen == [(1_000, 1_200), (1_200, 1_200)]
    first = held(shared, "again")
    assert len(first) == 1200
    assert index(batch, shared) == books(0, 1200)
    again(batch)
    assert index(batch, shared) == books(0, 1200)
    assert held(shared, "again") == first
    manifest = batch.to("indexed").manifest()
    assert manifest is not None
    assert manifest.books == books(0, 1200)


def test_what_cannot_be_indexed_is_set_aside_with_its_reason(
    shared: Store, mention_of: MentionOf, batch_of: BatchOf
) -> None:
    month = datetime(2020, 5, 5, tzinfo=UTC)
    other = {"properties": {"emotion": {"type": "long"}}}  # someone has changed this month's mapping
    aliases: dict[str, Any] = {shared.alias("mentions"): {}, shared.month_alias("2020.05"): {}}
    shared.client.indices.create(index=shared.index_of(1, "mentions-2020.05"), aliases=aliases, mappings=other)
    batch = batch_of([mention_of(n, brand="dead", published_at=month) for n in (1, 2)])
    good = list(batch.lines())
    naive = good[0].replace(b'"2026-11-20T08:00:00Z"', b'"2026-11-20T08:00:00"')
    refused = good[0].replace(b'"emotion":null', b'"emotion":"anger"').replace(b"topic/1", b"topic/3")
    with batch.write() as writer:
        for line in (b"{", b'{"post":1}', b"\xff\xfe", naive, refused, *good):
            writer.add(line)
    assert index(batch, shared) == books(2, 0, dead=5)
    letters = list(batch.to("indexed").dead_letters())
    assert [letter.content for letter in letters[:2]] == ["{", '{"post":1}']
    assert "Expected `object`" in letters[1].reason
    assert "time zone" in letters[3].reason
    assert "emotion" in letters[4].reason
    assert msgspec.json.decode(letters[4].content)["emotion"] == "anger"
    assert index(batch, shared) == books(0, 2, dead=5)


def test_what_is_refused_of_one_batch_takes_nothing_of_the_others_with_it(
    store: Store, mention_of: MentionOf, batch_of: BatchOf
) -> None:
    aliases: dict[str, Any] = {store.alias("mentions"): {}, store.month_alias("2020.05"): {}}
    other = {"properties": {"emotion": {"type": "long"}}}  # someone has changed this month's mapping
    store.client.indices.create(index=store.index_of(1, "mentions-2020.05"), aliases=aliases, mappings=other)
    good = mention_of(1, published_at=datetime(2020, 5, 5, tzinfo=UTC))
    batches = [
        batch_of([one], window=f"20261120T08{minute}000Z")
        for minute, one in enumerate((good, replace(good, emotion="anger")))
    ]
    assert index_together(batches, store) == [books(1, 0), books(0, 0, dead=1)]


def test_books_that_do_not_balance_are_not_written(
    shared: Store, mention_of: MentionOf, batch_of: BatchOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = batch_of(mention_of(n, brand="unbalanced") for n in range(3))
    fill = Filling.fill

    def losing(self: Filling, lines: Any, progress: Any) -> None:
        next(lines)
        fill(self, lines, progress)

    monkeypatch.setattr(Filling, "fill", losing)
    with pytest.raises(BooksDoNotBalance, match="3 mentions came in"):
        index(batch, shared)
    assert batch.to("indexed").manifest() is None


def test_an_unfinished_batch_is_refused(shared: Store, data: Path) -> None:
    with pytest.raises(BrokenBatch, match="tingfeng analyse"):
        index(Batch(stage="mentions", feed="rss", query="q", window="20261101T000000Z"), shared)


def test_killed_between_any_two_requests_and_repeated(
    es_url: str, new_store: Callable[[], Store], mention_of: MentionOf, batch_of: BatchOf, data: Path
) -> None:
    store = new_store()
    batch = batch_of(mention_of(n) for n in range(1_300))
    undisturbed = new_store()
    index(batch, undisturbed)
    expected = [*held(undisturbed, "acme").values()]
    again(batch)
    for requests in (0, 1, 1):  # those that a killed run has made need not be made again
        command = [sys.executable, "-c", KILLED, es_url, store.prefix, str(batch), str(requests)]
        ended = subprocess.run(command, check=False, timeout=120, env=os.environ | {"TINGFENG_STAGES": str(data)})
        assert ended.returncode == -signal.SIGKILL
        assert batch.to("indexed").manifest() is None
    done = index(batch, store)
    assert done["mentions"] == 1_300
    assert done["unchanged"] > 0
    found = held(store, "acme")
    assert sorted(found.values(), key=str) == sorted(expected, key=str)
    assert store.count("engagement") == undisturbed.count("engagement") == 1_300


def test_engagement_is_kept_whenever_it_changed(store: Store, mention_of: MentionOf, batch_of: BatchOf) -> None:
    fetched = datetime(2026, 11, 20, tzinfo=UTC)
    for hour, likes in enumerate((1, 1, 5, 1)):
        seen = [
            mention_of(1, brand=brand, engagement=Engagement(likes=likes), fetched_at=fetched + timedelta(hours=hour))
            for brand in ("acme", "other")
        ]
        silent = mention_of(2, engagement=Engagement(), fetched_at=fetched + timedelta(hours=hour))
        batch = batch_of([*seen, silent], window=f"20261120T0{hour}0000Z")
        index(batch, store)
        again(batch)
        index(batch, store)
    store.refresh("engagement")
    hits = store.client.search(index=store.alias("engagement"), sort=["@timestamp"])["hits"]["hits"]
    assert [(hit["_source"]["@timestamp"][11:13], hit["_source"]["engagement"]["likes"]) for hit in hits] == [
        ("00", 1),
        ("02", 5),
        ("03", 1),
    ]
    assert hits[0]["_source"]["engagement"]["total"] == 1


def test_the_run_is_recorded_with_the_books(shared: Store, mention_of: MentionOf, batch_of: BatchOf) -> None:
    batch = batch_of([mention_of(n, brand="run") for n in range(3)], feed="rss")
    at = datetime(2026, 11, 20, 8, tzinfo=UTC)
    report = CrawlReport(
        run_id="run-of-rss",
        feed="rss",
        query="手机",
        platform="rss",
        window=batch.window,
        started_at=at,
        finished_at=at + timedelta(seconds=9),
        pages=2,
        posts=5,
        new=4,
        known=1,
        dead=0,
        verdict=Verdict.CUT_SHORT,
        complete=False,
        message="max_pages",
    )
    with batch.to("runs").write() as writer:
        writer.add(encode_report(report))
    with batch.write() as writer:
        for line in [msgspec.json.encode(mention_of(n, brand="run")) for n in range(3)]:
            writer.add(line)
        writer.books = {"posts": 5, "matched": 3, "unmatched": 2, "dead": 0, "own": 1, "mentions": 3, "later": 7}
    index(batch, shared)
    first = shared.client.get(index=shared.alias("runs"), id="run-of-rss")["_source"]
    assert (first["verdict"], first["complete"], first["new"]) == ("cut_short", False, 4)
    assert first["@timestamp"] == first["finished_at"] == "2026-11-20T08:00:09Z"
    assert first["analyse"] == {"posts": 5, "matched": 3, "unmatched": 2, "dead": 0, "own": 1, "mentions": 3}
    assert first["index"] == {"mentions": 3, "held": 3, "dead": 0}
    again(batch)
    index(batch, shared)
    assert shared.client.get(index=shared.alias("runs"), id="run-of-rss")["_source"] == first


def test_re_analysis_replaces_the_analysis_alone(shared: Store, mention_of: MentionOf, batch_of: BatchOf) -> None:
    index(batch_of([mention_of(brand="model", analysis="a1")]), shared)
    time.sleep(0.002)
    assert index(batch_of([mention_of(brand="model", analysis="a2", label="positive")]), shared) == books(1, 0)
    [found] = held(shared, "model").values()
    assert (found["analysis"], found["sentiment"]["label"]) == ("a2", "positive")


def test_an_index_that_was_lost_is_filled_again(store: Store, mention_of: MentionOf, batch_of: BatchOf) -> None:
    batch = batch_of([mention_of()])
    assert index(batch, store) == books(1, 0)
    store.client.indices.delete(index=[store.index_of(1, "mentions-2026.11"), store.index_of(1, "runs")])
    store.ensure()
    assert index(batch, store) == books(1, 0)


def test_the_index_knows_the_brands_of_roots(shared: Store, mention_of: MentionOf, batch_of: BatchOf) -> None:
    long = "长" * 400
    mentions = [
        mention_of(1, brand="root1", native_id="r1"),
        mention_of(1, brand="root2", native_id="r1"),
        mention_of(2, brand="root1", native_id=long),
    ]
    index(batch_of(mentions), shared)
    brands = root_brands(shared)([post.id for post in (mentions[0].post, mentions[2].post)] + ["forum:post:none"])
    assert {root: set(found) for root, found in brands.items()} == {
        "forum:post:r1": {"root1", "root2"},
        f"forum:post:{long}": {"root1"},
    }


def test_people_stay_unnamed_in_the_index(shared: Store, mention_of: MentionOf, batch_of: BatchOf) -> None:
    person = Author(id="id-of-a-person", name="某位路人", bio="简介里的话", verified=False, url="https://x.example/u")
    index(batch_of([mention_of(brand="private", author=person)]), shared)
    [found] = held(shared, "private").values()
    text = str(found)
    assert not any(part in text for part in ("id-of-a-person", "某位路人", "简介里的话", "x.example/u"))
    assert found["author"]["name"].startswith("用户")
