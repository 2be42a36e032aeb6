"""Interfaces change numbers into text from one day to the next: times, ids and counts are read alike either way."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawlers.errors import CrawlError
from crawlers.page import Page, Response
from crawlers.recording.record import read_case
from crawlers.spider import PlatformSpider

FIXTURES = Path(__file__).parent / "fixtures"
FEEDS = (
    *("bilibili_search", "bilibili_replies", "douyin_search", "douyin_comments", "tieba_search", "weibo_search"),
    *("wechat_mp", "xiaohongshu_search", "xiaohongshu_comments", "zhihu_search", "weibo_comments"),
)
TIMES = {
    *("create_time", "created_time", "created", "created_at", "updated_time", "update_time", "pubdate", "pub_time"),
    *("senddate", "ctime", "time", "last_update_time"),
}
COUNTED = ("_count", "count", "like", "play", "rcount", "review", "favorites", "num")


def written_out(value: Any, key: str = "") -> Any:
    """Return JSON with each time and count in it as text."""
    if isinstance(value, dict):
        return {name: written_out(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [written_out(one, key) for one in value]
    number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if number and value > 0 and (key in TIMES or key.endswith(COUNTED)) else value


def pages(feed: str) -> list[tuple[PlatformSpider, Response]]:
    """Return the feed's recorded pages of JSON."""
    cases = [read_case(path.parent) for path in sorted((FIXTURES / feed).glob("*/response.json"))]
    return [(spider, page) for spider, page in cases if is_json(page.body)]


def is_json(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


@pytest.mark.parametrize("feed", FEEDS)
def test_a_page_with_its_numbers_as_text_gives_the_same_posts(feed: str) -> None:
    read = changed = 0
    for spider, response in pages(feed):
        body = json.dumps(written_out(json.loads(response.body)), ensure_ascii=False).encode("utf-8", "surrogatepass")
        try:
            plain: Page = spider.parse_page(response)
        except CrawlError:
            continue
        found = spider.parse_page(replace(response, body=body))
        assert (found.posts, found.drafts) == (plain.posts, plain.drafts)
        read += len(plain.posts) + len(plain.drafts)
        changed += body != response.body
    assert read and changed


def changed(feed: str, case: str, change: Callable[[dict[str, Any]], None]) -> tuple[Page, Page]:
    """Return a recorded page, and the same with each object in it changed."""
    spider, response = read_case(FIXTURES / feed / case)

    def walk(value: Any) -> None:
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(one)
        if isinstance(value, dict):
            change(value)

    body = json.loads(response.body)
    walk(body)
    return spider.parse_page(response), spider.parse_page(replace(response, body=json.dumps(body).encode()))


def test_a_video_of_zhihu_s_tells_its_time_as_published_at() -> None:
    def as_listed(value: dict[str, Any]) -> None:
        for name in ("created_time", "created", "created_at"):
            if value.get("type") in ("answer", "article", "zvideo") and value.get(name):
                value["published_at"] = value.pop(name)

    before, after = changed("zhihu_search", "results", as_listed)
    assert before.posts and after.posts == before.posts


def test_an_account_of_xiaohongshu_s_is_one_by_a_number_too() -> None:
    def numbered(value: dict[str, Any]) -> None:
        if "user_id" in value:
            value["user_id"] = 1234567890
        if value.get("has_more") is True:
            value["has_more"] = 1

    before, after = changed("xiaohongshu_search", "results", numbered)
    shown = [*after.posts, *(draft for _, draft in after.drafts)]
    assert shown and {post.author.id for post in shown if post.author} == {"1234567890"}
    assert after.next == before.next
