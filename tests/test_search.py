"""Searches stream whatever their number, times are read as people write them, and no cell is a formula."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from config.query import parse
from crawlers.storage.stage import Batch
from indexing.elasticsearch.store import Store
from indexing.mentions.index import index
from indexing.mentions.search import FIELDS, NotATime, cell, moment, search
from nlp.mention import Mention

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "7d": NOW - timedelta(days=7),
        "12h": NOW - timedelta(hours=12),
        "30m": NOW - timedelta(minutes=30),
        " 2w ": NOW - timedelta(weeks=2),
        "0d": NOW,
        "2026-11-01": datetime(2026, 10, 31, 16, tzinfo=UTC),
        "2026-11-01T08:30": datetime(2026, 11, 1, 0, 30, tzinfo=UTC),
        "2026-11-01T08:30:00Z": datetime(2026, 11, 1, 8, 30, tzinfo=UTC),
        "2026-11-01 08:30:00+09:00": datetime(2026, 10, 31, 23, 30, tzinfo=UTC),
    }.items(),
)
def test_times(text: str, expected: datetime) -> None:
    assert moment(text, NOW) == expected


@pytest.mark.parametrize("text", ["", "7", "d", "7 d", "-7d", "7y", "yesterday", "2026-13-01", "2026-11-1", "999999w"])
def test_what_is_no_time_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(NotATime, match=r"7d, 12h, 30m, 2026-11-01"):
        moment(text, NOW)


def test_cells() -> None:
    document = {
        "author": {"name": "=HYPERLINK(1)"},
        "sentiment": {"score": -0.5},
        "text": '多\n行, "x"',
        "tags": ["+1", "b"],
        "title": "＝1",
    }
    assert cell(document, "author.name") == "'=HYPERLINK(1)"
    assert cell(document, "sentiment.score") == "-0.5"
    assert cell(document, "text") == '多\n行, "x"'
    assert cell(document, "tags") == "'+1, b"
    assert cell(document, "title") == "'＝1"
    assert cell(document, "customer.id") == cell(document, "author.name.x") == ""
    for mark in "=+-@\t\r":
        assert cell({"text": f"{mark}1"}, "text").startswith("'")


def test_searches_stream_in_order(
    store: Store, mention_of: Callable[..., Mention], batch_of: Callable[..., Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexing.mentions.search._PAGE", 100)
    at = datetime(2026, 11, 3, tzinfo=UTC)
    mentions = [
        mention_of(n, brand="acme" if n % 2 else "other", published_at=at + timedelta(seconds=n // 7), text=f"闪退{n}")
        for n in range(450)
    ]
    index(batch_of(mentions), store)
    found = list(search(store, parse("闪退")))
    assert len({one["id"] for one in found}) == len(found) == 450
    times = [one["@timestamp"] for one in found]
    assert times == sorted(times, reverse=True)
    assert [one["@timestamp"] for one in search(store, None, newest_first=False)] == times[::-1]
    assert len(list(search(store, parse("闪退"), limit=250))) == 250
    assert [one["id"] for one in search(store, None, limit=3)] == [one["id"] for one in found[:3]]
    assert {one["brand"] for one in search(store, None, brand="acme")} == {"acme"}
    since, until = at + timedelta(seconds=10), at + timedelta(seconds=20)
    assert len(list(search(store, None, since=since, until=until))) == 70
    assert list(search(store, parse("没有这样的话"))) == []
    assert {cell(found[0], field) for field in FIELDS} > {"forum", "post", "negative"}
    given_up = search(store, None)
    next(given_up)
    given_up.close()  # type: ignore[attr-defined]
    stats = store.client.indices.stats(index=store.alias("mentions"), metric="search")
    assert stats["_all"]["total"]["search"]["open_contexts"] == 0
