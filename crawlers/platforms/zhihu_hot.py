"""知乎热榜: the questions that Zhihu shows as hot, from rank 1.

    GET https://www.zhihu.com/api/v3/feed/topstory/hot-lists/total?limit=50&desktop=true

The query is `total`. Zhihu does not say since when a question is hot, so an entry counts from the hour in which it was
first seen there. The page for people, /hot, holds the same list.
"""

import re
from typing import Any

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import CrawlError, MalformedPost, SchemaChanged
from crawlers.formats.hot_list import HotList, Topic
from crawlers.formats.zhihu import Reply, read_reply, refused
from crawlers.formats.zhihu_page import hot_list_in_page
from crawlers.page import Page, Request, Response
from crawlers.post import Engagement
from crawlers.reading.counts import count
from crawlers.reading.markup import text_of
from crawlers.reading.wire import decode_item

__all__ = ["ZhihuHot"]

_TOPIC = re.compile(r"(?:/(?P<named>question|article|p|zvideo|pin)s?/|^(?P<letter>[A-Z])_|^)(?P<id>\d+)(?:[/?#].*)?$")
_LETTERS = {"Q": "question", "A": "article", "V": "zvideo", "P": "pin"}


class _Area(msgspec.Struct):
    text: str | None = None
    url: str | None = None


class _Target(msgspec.Struct):
    """A question, in the shape of either of the two addresses that give the list."""

    id: int | str | None = None
    type: str | None = None
    title: str | None = None
    excerpt: str | None = None
    url: str | None = None
    answer_count: Any = None
    title_area: _Area | None = None
    excerpt_area: _Area | None = None
    image_area: _Area | None = None
    link: _Area | None = None


class _Child(msgspec.Struct):
    thumbnail: str | None = None


class _Entry(msgspec.Struct):
    target: _Target
    card_id: str | None = None
    specific: Any = msgspec.field(name="feed_specific", default=None)
    children: list[_Child] | None = None


class ZhihuHot(HotList):
    """What is hot on Zhihu."""

    platform = "zhihu"
    platform_name = Both("知乎", "Zhihu")
    feed_name = Both("知乎热榜", "Zhihu hot list")
    home = "https://www.zhihu.com"
    delay = 10
    robots = False
    lists = ("total",)
    in_browser = BrowserPage(
        r"https://www\.zhihu\.com/(api/v[34]/feed/topstory/)?(?P<query>hot(-list[\w-]*(/total)?)?)(?=[?\n])", "total"
    )
    headers = {"Accept": "application/json"}

    def first(self) -> Request:
        """Return the request for the list."""
        return Request(
            url=f"{self.base}/api/v3/feed/topstory/hot-lists/{self.list}?limit=50&desktop=true", headers=self.headers
        )

    def refusal(self, response: Response) -> CrawlError:
        """Return what the body says of the refusal, or else the status."""
        return refused(response) or super().refusal(response)

    def parse_page(self, response: Response) -> Page:
        """Read the list."""
        shown = hot_list_in_page(response.body)
        reply = Reply(data=shown) if shown else read_reply(response)
        if not reply.data:
            raise SchemaChanged("no list of questions")
        topics, dead = self.read_each(enumerate(reply.data, 1), lambda one: _parse_entry(*one))
        return self.page_of(response, topics, dead)


def _parse_entry(rank: int, raw: msgspec.Raw) -> Topic:
    entry = decode_item(raw, _Entry)
    target = entry.target
    beside = entry.specific.get("answer_count") if isinstance(entry.specific, dict) else None
    places = (target.url, target.link.url if target.link else None, entry.card_id, target.id)
    key = _key(target.type, *places)
    title = target.title or (target.title_area.text if target.title_area else None)
    if not title:
        raise MalformedPost("title: missing")
    excerpt = target.excerpt or (target.excerpt_area.text if target.excerpt_area else None)
    shown = [target.image_area.url if target.image_area else None, *(child.thumbnail for child in entry.children or ())]
    return Topic(
        key=key,
        title=text_of(title),
        text=text_of(excerpt or ""),
        url=f"https://zhuanlan.zhihu.com/p/{key[8:]}" if key.startswith("article/") else f"https://www.zhihu.com/{key}",
        rank=rank,
        pictures=tuple(address for address in shown if address and address.startswith("http")),
        engagement=Engagement(comments=count(target.answer_count if target.answer_count is not None else beside)),
    )


def _key(type: str | None, *places: int | str | None) -> str:
    """Return what is hot with its number, such as question/123, from the first place that has it."""
    for place in places:
        if match := _TOPIC.search(str(place or "")):
            kind = match["named"] or _LETTERS.get(match["letter"] or "") or type or "question"
            return f"{'article' if kind == 'p' else kind}/{match['id']}"
    raise MalformedPost("no question's number")
