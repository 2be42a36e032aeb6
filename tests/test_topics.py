"""Hot words and topics: beyond a brand's own past, clustered, and named alike from day to day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from typer.testing import CliRunner

from config.brand import Brand
from crawlers.storage.stage import Batch
from dashboards.report import gather, render
from indexing.elasticsearch.store import Store
from indexing.mentions.index import index
from indexing.topics.clusters import HotWord, Topic, clustered, named_as_before
from indexing.topics.keep import hot_words, keep_topics, topics_of
from nlp.mention import Label, Mention, Sentiment
from nlp.suggest.significance import significance
from tingfeng import app

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)
TODAY, YESTERDAY = date(2026, 11, 21), date(2026, 11, 20)
ACME = Brand(id="acme", name="小米", query="小米")
MentionOf = Callable[..., Mention]
BatchOf = Callable[..., Batch]
USUAL = ("手机", "屏幕", "拍照", "价格", "客服")


@pytest.fixture
def filled(emptied_store: Store, batch_of: BatchOf, mention_of: MentionOf) -> Store:
    """Four usual weeks; yesterday an update breaks phones; today too, with more words, and a launch is announced."""
    mentions, number = [], 0

    def add(day: datetime, words: tuple[str, ...], label: str = "neutral") -> None:
        nonlocal number
        number += 1
        mention = mention_of(number, published_at=day, fetched_at=NOW + timedelta(hours=1), title=None)
        sentiment = Sentiment(label=Label(label), probability=0.9, score=0.0, engine="fast", model="fast-1")
        mentions.append(replace(mention, keywords=words, sentiment=sentiment))

    for ago in range(2, 30):
        for at in range(10):
            add(NOW - timedelta(days=ago), (USUAL[at % 5], USUAL[(at + ago) % 5]))
    for ago, words in ((1, ("系统更新", "闪退")), (0, ("系统更新", "闪退", "变砖"))):
        for at in range(12):
            add(NOW - timedelta(days=ago), words if at % 3 else words[:2], "negative" if at % 2 else "neutral")
            add(NOW - timedelta(days=ago), (USUAL[at % 5],))
    for _ in range(9):
        add(NOW, ("发布会", "新车"))
    index(batch_of(mentions), emptied_store)
    return emptied_store


def test_hot_words_are_those_beyond_the_brands_own_past(filled: Store) -> None:
    words = {one.word: one for one in hot_words(filled, ACME, TODAY)}
    assert set(words) == {"系统更新", "闪退", "变砖", "发布会", "新车"}, "what is said every day is not hot"
    update = words["系统更新"]
    assert update.mentions == 12
    assert update.usual == pytest.approx(33 * 12 / 294, abs=0.2), "yesterday is the past already"
    assert update.significance == pytest.approx(significance(12, 33, 12, 294), abs=0.5)
    assert hot_words(filled, ACME, date(2026, 10, 1)) == [], "without a past nothing is hotter"


def test_the_brief_names_the_newest_days_topics_with_a_way_to_their_posts(filled: Store) -> None:
    before = gather(filled, brands=[ACME], now=NOW)
    assert before.brands[0].topics == ()
    assert "热点话题" not in render(before).split('class="method"')[0]
    keep_topics(filled, [ACME], NOW)
    found = gather(filled, brands=[ACME], now=NOW)
    other, first = found.brands[0].topics
    assert {*first.words} == {"系统更新", "闪退", "变砖"} and {*other.words} == {"发布会", "新车"}
    assert (first.mentions, first.negative, first.day, first.since) == (12, 6, "2026-11-21", "2026-11-20")
    assert other.significance >= first.significance > 10.8
    page = render(found)
    link = urlencode({"brand": "acme", "token": first.words[0], "from": first.day, "to": first.day})
    assert f'href="#posts?{link.replace("&", "&amp;")}"' in page
    assert f"显著性 {first.significance:.1f}" in page
    [question] = [one for one in found.questions if one.name == "topics"]
    assert f'title="{question.id} · hits[{first.id}].mentions"' in page
    later = gather(filled, brands=[ACME], now=NOW + timedelta(days=4))
    assert later.brands[0].topics == (), "what was hot last week is no topic of today"


def test_topics_are_words_that_are_said_together_and_keep_their_names(filled: Store) -> None:
    assert keep_topics(filled, [ACME], NOW) == 3
    hits = filled.client.search(index=filled.alias("topics"), query={"term": {"what": "topic"}}, size=50)["hits"][
        "hits"
    ]
    found = {(hit["_source"]["@timestamp"][:10], hit["_source"]["name"]): hit["_source"] for hit in hits}
    (first,) = [one for (day, _), one in found.items() if day == "2026-11-19"]
    assert set(first["words"]) == {"系统更新", "闪退"}
    today = {one["name"]: one for (day, _), one in found.items() if day == "2026-11-20"}
    assert set(today) == {first["name"], "发布会、新车"}
    goes_on = today[first["name"]]
    assert goes_on["topic"] == first["topic"]
    assert set(goes_on["words"]) == {"系统更新", "闪退", "变砖"}, "its words may change, its name does not"
    assert goes_on["first_at"] == first["@timestamp"]
    assert (goes_on["mentions"], goes_on["negative"]) == (12, 6)
    before = filled.client.search(index=filled.alias("topics"), size=100)["hits"]["hits"]
    keep_topics(filled, [ACME], NOW)
    after = filled.client.search(index=filled.alias("topics"), size=100)["hits"]["hits"]
    assert {hit["_id"]: hit["_source"] for hit in after} == {hit["_id"]: hit["_source"] for hit in before}


def test_what_was_counted_within_the_hour_is_not_counted_again(filled: Store) -> None:
    assert keep_topics(filled, [ACME], NOW, again=False) == 3
    assert keep_topics(filled, [ACME], NOW + timedelta(minutes=50), again=False) == 0
    assert keep_topics(filled, [ACME], NOW + timedelta(minutes=70), again=False) == 2, "yesterday is over and stays"


def test_what_is_no_topic_any_more_goes(filled: Store) -> None:
    keep_topics(filled, [ACME], NOW)
    stale: dict[str, Any] = {"@timestamp": "2026-11-20T16:00:00.000Z", "brand": "acme", "what": "topic", "name": "旧"}
    filled.client.index(index=filled.alias("topics"), id="acme:2026-11-21:old", document=stale, refresh=True)
    keep_topics(filled, [ACME], NOW)
    assert not filled.client.exists(index=filled.alias("topics"), id="acme:2026-11-21:old")


def test_clusters_are_the_same_in_any_order() -> None:
    words = [HotWord(word=word, mentions=3, usual=0.1, significance=20 - at) for at, word in enumerate("abcd")]
    mentions = {"1": ("a", "b"), "2": ("a", "b"), "3": ("a",), "4": ("c", "d"), "5": ("c", "d"), "6": ("d", "a")}
    found = clustered(words, mentions, "acme", "2026-11-21")
    assert [one.words for one in found] == [("a", "b"), ("c", "d")]
    assert found[0].holds == {"1", "2", "3", "6"}
    assert clustered(words[::-1], dict(reversed(mentions.items())), "acme", "2026-11-21") == found


def test_a_name_goes_to_the_likest_and_to_one_alone() -> None:
    def topic(id: str, *words: str) -> Topic:
        return Topic(id=id, name=id, words=words, holds=frozenset(), usual=0, significance=1, first="2026-11-20")

    before = [topic("old", "a", "b", "c"), topic("gone", "x", "y")]
    today = [topic("n1", "a", "z"), topic("n2", "a", "b", "d"), topic("n3", "q")]
    assert [one.name for one in named_as_before(today, before)] == ["n1", "old", "n3"]


def test_the_command(data: Path, filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = data / "config" / "brands"
    folder.mkdir(parents=True)
    (folder / "acme.yaml").write_text("name: 小米\nquery: 小米\n", encoding="utf-8")
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    monkeypatch.setattr("indexing.elasticsearch.store.open_store", lambda **_: filled)
    shown = CliRunner().invoke(app, ["topics", "--brand", "小米"])
    assert shown.exit_code == 0, shown.output
    assert "words beyond its last 28 days" in shown.output
    found = topics_of(filled, ACME, TODAY, hot_words(filled, ACME, TODAY))
    assert {"系统更新", "发布会"} <= {word for one in found for word in one.words}
