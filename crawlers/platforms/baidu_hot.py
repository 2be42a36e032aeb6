"""百度热搜: what most people search for on Baidu, from rank 1.

    GET https://top.baidu.com/api/board?platform=wise&tab=realtime

The query names the list: realtime, or novel, movie, teleplay, car, game. Baidu does not say since when a topic is on a
list, so an entry counts from the hour in which it was first seen there. The page for people holds the same list.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import Blocked, MalformedPost, SchemaChanged, Unreachable
from crawlers.formats.hot_list import HotList, Topic
from crawlers.page import Page, Request, Response
from crawlers.reading.charset import decode_text
from crawlers.reading.stand_in import stand_in
from crawlers.reading.wire import decode_item, decode_json, looks_like_html

__all__ = ["BaiduHot"]

_IN_PAGE = re.compile(r"<!--s-data:(.*?)-->", re.DOTALL)
_CHALLENGE = re.compile("百度安全验证|wappass|captcha", re.IGNORECASE)


class _Entry(msgspec.Struct):
    word: str | None = None
    query: str | None = None
    desc: str | None = None
    url: str | None = None
    img: str | None = None
    is_top: Any = msgspec.field(name="isTop", default=None)
    content: list[msgspec.Raw] | None = None


class _Card(msgspec.Struct):
    content: list[msgspec.Raw] | None = None


class _Board(msgspec.Struct):
    cards: list[_Card]


class _Reply(msgspec.Struct):
    data: _Board


class BaiduHot(HotList):
    """What is hot on Baidu."""

    platform = "baidu"
    platform_name = Both("百度", "Baidu")
    feed_name = Both("百度热搜", "Baidu hot search")
    home = "https://top.baidu.com"
    delay = 10
    robots = False
    lists = ("realtime", "novel", "movie", "teleplay", "car", "game")
    in_browser = BrowserPage(
        r"https://top\.baidu\.com/(api/)?board\?([^\n]*&)?tab=(?P<query>realtime|novel|movie|teleplay|car|game)(?=[&\n])"
    )
    headers = {"Accept": "application/json"}

    def first(self) -> Request:
        """Return the request for the list."""
        fields = urlencode({"platform": "wise", "tab": self.list})
        return Request(url=f"{self.base}/api/board?{fields}", headers=self.headers)

    def parse_page(self, response: Response) -> Page:
        """Read the list."""
        cards = _board(response).cards
        entries = [entry for card in cards[:1] for raw in card.content or () for entry in _entries(raw)]
        if not entries:
            raise SchemaChanged("no list of topics")
        ranked = [entry for entry in entries if not _is_top(entry)]
        topics, dead = self.read_each(enumerate(ranked, 1), lambda one: _parse_entry(*one))
        return self.page_of(response, topics, dead)


def _board(response: Response) -> _Board:
    """Return the lists of the interface's answer, or those within the page for people."""
    if not looks_like_html(response.body):
        return decode_json(response.body, _Reply).data
    page = decode_text(response.body, response.headers.get("content-type", ""))
    if match := _IN_PAGE.search(page):
        found = decode_json(match[1].encode(), msgspec.Raw)
        try:
            return msgspec.json.decode(found, type=_Board)
        except msgspec.ValidationError:
            return decode_json(match[1].encode(), _Reply).data
    if "</html>" not in page[-4_000:].lower():
        raise Unreachable(f"the answer ended early, after {len(response.body):,} bytes")
    refusal = Blocked if _CHALLENGE.search(page) else stand_in(page) or SchemaChanged
    raise refusal("a page without the list")


def _entries(raw: msgspec.Raw) -> Iterator[msgspec.Raw]:
    """Yield a list's entries, which may lie one level deeper."""
    try:
        within = decode_item(raw, _Entry).content
    except msgspec.ValidationError:
        within = None
    yield from within if within is not None else [raw]


def _is_top(raw: msgspec.Raw) -> bool:
    try:
        return bool(decode_item(raw, _Entry).is_top)
    except msgspec.ValidationError:
        return False


def _parse_entry(rank: int, raw: msgspec.Raw) -> Topic:
    entry = decode_item(raw, _Entry)
    words = (entry.word or entry.query or "").strip()
    if not words:
        raise MalformedPost("word: missing")
    return Topic(
        key=words,
        title=words,
        text=(entry.desc or "").strip(),
        url=f"https://www.baidu.com/s?{urlencode({'wd': entry.query or words})}",
        rank=rank,
        pictures=(entry.img,) if entry.img and entry.img.startswith("http") else (),
    )
