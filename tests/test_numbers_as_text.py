"""Interfaces change numbers into text from one day to the next: times, ids and counts are read alike either way."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crawlers.errors import CrawlError
from crawlers.page import Page, Response
from crawlers.recording.record import read_case
from crawlers.spider import PlatformSpider

FIXTURES = Path(__file__).parent / "fixtures"
FEEDS = sorted({path.parent.parent.name for path in FIXTURES.glob("*/*/request.json")} - {"made_by_0cc31c4"})
_CALL = re.compile(rb"^([A-Za-z_]+\()(.*)(\);?\s*)$", re.DOTALL)
_DELIBERATE = {("weibo_search", "malformed")}
"""Pages of which a number is wrong for being one."""


def written_out(value: Any) -> Any:
    """Return JSON with each number in it as text."""
    if isinstance(value, dict):
        return {name: written_out(one) for name, one in value.items()}
    if isinstance(value, list):
        return [written_out(one) for one in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def flags_as_numbers(value: Any) -> Any:
    """Return JSON with 1 and 0 where it says true and false."""
    if isinstance(value, dict):
        return {name: flags_as_numbers(one) for name, one in value.items()}
    if isinstance(value, list):
        return [flags_as_numbers(one) for one in value]
    return int(value) if isinstance(value, bool) else value


def pages(feed: str) -> Iterator[tuple[PlatformSpider, Response, Any, Callable[[Any], Response]]]:
    """Yield the feed's recorded pages of JSON: what reads them, the page, its JSON, and the page of another JSON."""
    for path in sorted((FIXTURES / feed).glob("*/request.json")):
        spider, response = read_case(path.parent)
        call = _CALL.match(response.body)
        before, body, after = (call[1], call[2], call[3]) if call else (b"", response.body, b"")
        try:
            value = json.loads(body)
        except ValueError:
            continue
        if isinstance(value, dict | list) and (feed, path.parent.name) not in _DELIBERATE:
            yield spider, response, value, partial(_page, response, before, after)


def _page(response: Response, before: bytes, after: bytes, value: Any) -> Response:
    written = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return replace(response, body=before + written + after)


def read(spider: PlatformSpider, response: Response) -> Page | str:
    """Return the page, or what is said instead of it."""
    try:
        return replace(spider.parse_page(response), dead=())
    except CrawlError as error:
        return type(error).__name__


@pytest.mark.parametrize("change", [written_out, flags_as_numbers])
@pytest.mark.parametrize("feed", FEEDS)
def test_a_page_with_its_numbers_written_otherwise_is_the_same_page(feed: str, change: Callable[[Any], Any]) -> None:
    for spider, response, value, page in pages(feed):
        assert read(spider, page(change(value))) == read(spider, response)


def test_the_pages_of_nearly_all_feeds_are_tried() -> None:
    tried = {feed for feed in FEEDS for _, _, value, _ in pages(feed) if written_out(value) != value}
    assert len(tried) > 22


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
