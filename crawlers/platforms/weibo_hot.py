"""微博热搜: the topics that most people search for on Weibo, each with its rank and since when it is on the list.

    GET https://weibo.com/ajax/side/hotSearch

The query is `realtime`. Advertisements within the list have no rank of their own and are left out.
"""

from typing import Any
from urllib.parse import urlencode

import msgspec

from config.both import Both
from crawlers.errors import MalformedPost, SchemaChanged
from crawlers.hot_list import HotList, Topic
from crawlers.page import Page, Request, Response
from crawlers.times import optional_time
from crawlers.weibo_mobile import read_reply
from crawlers.wire import decode_item, decode_page

__all__ = ["WeiboHot"]

_SEARCH = "https://s.weibo.com/weibo"
_ADVERTISED = "荐"


class _Entry(msgspec.Struct):
    word: str | None = None
    note: str | None = None
    desc: str | None = None
    word_scheme: str | None = None
    realpos: int | None = None
    rank: int | None = None
    onboard_time: int | float | None = None
    is_ad: Any = None
    topic_ad: Any = None
    icon_desc: str | None = None
    label_name: str | None = None


class _Lists(msgspec.Struct):
    realtime: list[msgspec.Raw] | None = None
    band_list: list[msgspec.Raw] | None = None


class WeiboHot(HotList):
    """What is hot on Weibo, from rank 1."""

    platform = "weibo"
    platform_name = Both("微博", "Weibo")
    feed_name = Both("微博热搜", "Weibo hot search")
    home = "https://weibo.com"
    delay = 10
    robots = False
    lists = ("realtime",)
    headers = {"Accept": "application/json", "Referer": "https://weibo.com/"}

    def first(self) -> Request:
        """Return the request for the list."""
        return Request(url=f"{self.base}/ajax/side/hotSearch", headers=self.headers)

    def parse_page(self, response: Response) -> Page:
        """Read the list, as the desktop's page or its hot band give it."""
        found = decode_page(bytes(read_reply(response).data), _Lists)
        entries = found.realtime if found.realtime is not None else found.band_list
        if not entries:
            raise SchemaChanged("no list of topics")
        read, dead = self.read_each(enumerate(entries), lambda one: self._parse_entry(response, *one))
        return self.page_of(response, [topic for topic in read if topic], dead)

    def _parse_entry(self, response: Response, place: int, raw: msgspec.Raw) -> Topic | None:
        entry = decode_item(raw, _Entry)
        if entry.is_ad or entry.topic_ad or _ADVERTISED in (entry.icon_desc, entry.label_name):
            return None
        words = entry.word or entry.note or entry.desc
        if not words:
            raise MalformedPost("word: missing")
        shown = entry.realpos if entry.realpos else (entry.rank if entry.rank is not None else place) + 1
        return Topic(
            key=words,
            title=entry.note or words,
            url=f"{_SEARCH}?{urlencode({'q': entry.word_scheme or words})}",
            rank=shown if shown > 0 else None,
            since=optional_time(entry.onboard_time, response.moment),
        )
