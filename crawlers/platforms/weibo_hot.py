"""微博热搜: the topics that most people search for on Weibo, each with its rank and since when it is on the list.

    GET https://weibo.com/ajax/side/hotSearch

The query is `realtime`. Advertisements within the list, and what stands on top of it without a rank, are left out. The
page for people and the phone's list, which have no times or other names, are read too.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import msgspec
from lxml import etree

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import MalformedPost, SchemaChanged, Unreachable
from crawlers.formats.hot_list import HotList, Topic
from crawlers.formats.weibo_mobile import read_reply
from crawlers.page import Page, Request, Response
from crawlers.reading.charset import decode_text
from crawlers.reading.times import Stamp, optional_time
from crawlers.reading.wire import decode_item, decode_page, looks_like_html

__all__ = ["WeiboHot"]

_SEARCH = "https://s.weibo.com/weibo"
_ADVERTISED = "荐"
_TABLE = b"pl_top_realtimehot"
_PARSER = etree.HTMLParser(huge_tree=True, no_network=True, encoding="utf-8")
_ON_TOP = "img_search_stick"


class _Entry(msgspec.Struct):
    word: str | None = None
    note: str | None = None
    desc: str | None = None
    word_scheme: str | None = None
    realpos: int | None = None
    rank: int | None = None
    onboard_time: Stamp | None = None
    is_ad: Any = None
    topic_ad: Any = None
    promotion: Any = None
    icon_desc: str | None = None
    label_name: str | None = None
    pic: str | None = None


class _Card(msgspec.Struct):
    card_group: list[msgspec.Raw] | None = None


class _Lists(msgspec.Struct):
    realtime: list[msgspec.Raw] | None = None
    band_list: list[msgspec.Raw] | None = None
    cards: list[_Card] | None = None


class WeiboHot(HotList):
    """What is hot on Weibo, from rank 1."""

    platform = "weibo"
    platform_name = Both("微博", "Weibo")
    feed_name = Both("微博热搜", "Weibo hot search")
    home = "https://weibo.com"
    delay = 10
    robots = False
    lists = ("realtime",)
    in_browser = BrowserPage(
        r"https://(weibo\.com/ajax/(side|statuses)/|s\.weibo\.com/top/|m\.weibo\.cn/api/container/getIndex\?([^\n]*&)?containerid=)"
        r"(?P<query>hotSearch|hot_band|summary|106003type=25)(?=[?&\n])",
        "realtime",
    )
    headers = {"Accept": "application/json", "Referer": "https://weibo.com/"}

    def first(self) -> Request:
        """Return the request for the list."""
        return Request(url=f"{self.base}/ajax/side/hotSearch", headers=self.headers)

    def parse_page(self, response: Response) -> Page:
        """Read the list."""
        if looks_like_html(response.body) and _TABLE in response.body:
            return self._page_for_people(response)
        found = decode_page(bytes(read_reply(response).data), _Lists)
        groups = next((card.card_group for card in found.cards or () if card.card_group), None)
        entries = next((one for one in (found.realtime, found.band_list, groups) if one), None)
        if not entries:
            raise SchemaChanged("no list of topics")
        read, dead = self.read_each(entries, lambda raw: _parse_entry(response, raw))
        topics = [topic for topic in read if topic]
        placed = [topic if topic.rank else _at(topic, place) for place, topic in enumerate(topics, 1)]
        return self.page_of(response, placed, dead)

    def _page_for_people(self, response: Response) -> Page:
        page = decode_text(response.body, response.headers.get("content-type", "")).replace("\0", "")
        if "</html>" not in page[-4_000:].lower():
            raise Unreachable(f"the answer ended early, after {len(response.body):,} bytes")
        topics = list(_rows(page))
        if not topics:
            raise SchemaChanged("no row with a rank")
        return self.page_of(response, topics, ())


def _parse_entry(response: Response, raw: msgspec.Raw) -> Topic | None:
    """Return a topic; its rank is None where the list says no more than its place."""
    entry = decode_item(raw, _Entry)
    advertised = entry.is_ad or entry.topic_ad or entry.promotion or _ADVERTISED in (entry.icon_desc, entry.label_name)
    if advertised or (entry.pic and _ON_TOP in entry.pic):
        return None
    words = entry.word or entry.note or entry.desc
    if not words:
        raise MalformedPost("word: missing")
    shown = entry.realpos if entry.realpos else entry.rank + 1 if entry.rank is not None else 0
    return Topic(
        key=words,
        title=entry.note or words,
        url=f"{_SEARCH}?{urlencode({'q': entry.word_scheme or words})}",
        rank=shown if shown > 0 else None,
        since=optional_time(entry.onboard_time, response.moment),
    )


def _at(topic: Topic, place: int) -> Topic:
    return replace(topic, rank=place)


def _rows(page: str) -> Iterator[Topic]:
    """Yield the topics of the page for people: those of its rows that have a number."""
    for row in etree.fromstring(page.encode("utf-8", "replace"), _PARSER).iterfind(".//tr"):
        rank = "".join(row.xpath("td[contains(@class,'td-01')]//text()")).strip()
        words = "".join(row.xpath("td[contains(@class,'td-02')]/a[1]//text()")).strip()
        if words and rank.isascii() and rank.isdecimal() and int(rank) > 0:
            yield Topic(key=words, title=words, url=f"{_SEARCH}?{urlencode({'q': f'#{words}#'})}", rank=int(rank))
