"""What an author says no to is not kept, whichever way it comes in."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.brand import Target
from config.import_map import ImportMap
from crawlers.engine.run import batch_of, crawl
from crawlers.imports.table import import_posts
from crawlers.post import Author, decode_post
from crawlers.storage import objections
from indexing.people.pseudonyms import pseudonyms
from tests.crawl_server import NOTHING, Said, cards, message, page_of, serving

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_folders(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))


def test_a_crawl_keeps_neither_their_posts_nor_the_page(data: Path) -> None:
    said = [message(number, number) for number in range(3)]
    author = str(said[1]["user"]["id"])
    pages = {1: cards(*said), 2: NOTHING}
    with serving(lambda path, _headers, _before: Said(body=pages.get(page_of(path), NOTHING))) as server:
        target = Target(feed="weibo_search", query="星河手机", base_url=server.url)
        assert crawl(target, "w1").posts == 3
        assert any((data / "received").rglob("*.pages.zst"))
        objections.add(pseudonyms().of("weibo", author))
        report = crawl(Target(feed="weibo_search", query="星河", base_url=server.url), "w2")
    assert (report.posts, report.dead) == (2, 0)
    kept = [decode_post(line) for line in batch_of(Target(feed="weibo_search", query="星河"), "w2").lines()]
    assert author not in {post.author.id for post in kept if post.author}
    assert not list((data / "received" / "weibo_search").glob("*/w2.pages.zst")), "they stand on the only page"
    assert len(list((data / "privacy" / "objections").iterdir())) == 1


def test_nor_does_a_table(data: Path) -> None:
    mapping = ImportMap.model_validate(
        {
            "id": "shop",
            "source": "商城评价",
            "platform": "shop",
            "columns": {"text": "评价", "time": "时间", "author_id": "用户"},
        }
    )
    table = data / "shop.csv"
    table.write_text("评价,时间,用户\n好,2026-11-01 08:00,u1\n坏,2026-11-01 08:00,u2\n", encoding="utf-8")
    objections.add(pseudonyms().of("shop", "u2"))
    report = import_posts(table, mapping, now=NOW)
    assert (report.rows, report.posts, report.objected, report.dead) == (2, 1, 1, 0)


def test_an_objection_can_be_taken_back(data: Path) -> None:
    account = pseudonyms().of("weibo", "1")
    objections.add(account)
    objections.add(account)
    assert objections.load().block("weibo", Author(id="1"))
    assert not objections.load().block("douyin", Author(id="1")), "another platform's number"
    assert not objections.load().block("weibo", None)
    objections.withdraw(account)
    assert not objections.load().block("weibo", Author(id="1"))
