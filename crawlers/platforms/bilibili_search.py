"""B站's search of videos, newest first, twenty a page, fifty pages at the most.

    GET /x/web-interface/wbi/search/type?search_type=video&keyword=…&order=pubdate&page=N
        [&pubtime_begin_s=…&pubtime_end_s=…]

Every request is signed (wbi, crawlers/formats/wbi.py); a visitor's cookie (buvid3) is wanted as a rule (`cookie_env`).
Fields: https://github.com/SocialSisterYi/bilibili-API-collect/blob/master/docs/search/search_response.md.
"""

import html
import re
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import MalformedPost
from crawlers.formats.bilibili_answer import BilibiliSpider
from crawlers.formats.bilibili_id import bvid_of
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.reading.counts import count
from crawlers.reading.links import links_of
from crawlers.reading.times import Stamp, stamped
from crawlers.reading.wire import decode_item, decode_optional
from crawlers.slicing import DAY, HOUR, MINUTE, Slicing

__all__ = ["BilibiliSearch"]

_MARK = re.compile(r"</?em\b[^<>]*>", re.IGNORECASE)
_PAGE = 20
_MOST_PAGES = 50
_CAPPED = f"the search shows no more than {_MOST_PAGES} pages"
_OWN = ("bilibili.com", "b23.tv")
_VIDEO, _ARTICLE = "video", "article"


class _Item(msgspec.Struct):
    """A video or an article."""

    title: str
    type: str | None = None
    id: int | str | None = None
    aid: int | str | None = None
    bvid: str | None = None
    author: str | None = None
    mid: int | str | None = None
    description: str | None = None
    desc: str | None = None
    tag: str | None = None
    pubdate: Stamp | None = None
    pub_time: Stamp | None = None
    senddate: Stamp | None = None
    play: Any = None
    view: Any = None
    danmaku: Any = None
    video_review: Any = None
    review: Any = None
    reply: Any = None
    favorites: Any = None
    like: Any = None
    pic: str | None = None
    image_urls: list[str] | None = None


class _Data(msgspec.Struct):
    page: int | None = None
    pages: int | None = msgspec.field(name="numPages", default=None)
    results: int | None = msgspec.field(name="numResults", default=None)
    result: msgspec.Raw = msgspec.Raw(b"null")


class BilibiliSearch(BilibiliSpider):
    """Videos that hold the query's words in title, description or tags."""

    feed_name = Both("B站搜索", "Bilibili search")
    in_browser = BrowserPage(
        r"https://api\.bilibili\.com/x/web-interface/(wbi/)?search/"
        r"(type|all/v2)\?([^\n]*&)?keyword=(?P<query>[^&\n]+)"
    )
    max_pages = _MOST_PAGES
    by_date = Slicing(steps=(DAY, HOUR, MINUTE))
    headers = {"Accept": "application/json", "Referer": "https://search.bilibili.com/"}

    def first(self) -> Request:
        """Return the request for the newest videos."""
        return self._page(1)

    def parse_page(self, response: Response) -> Page:
        """Read one page of the search."""
        data = self.data_of(response, _Data)
        if data is None:
            return Page(nothing="no data")
        items = [one for raw in _results(data.result) for one in _read_of(raw)]
        posts, dead = self.read_each(items, partial(self._parse_item, response))
        page, pages = data.page or 1, min(data.pages or 1, _MOST_PAGES)
        return Page(
            posts=tuple(posts),
            dead=tuple(dead),
            listed=tuple(Listed(id=post.id, at=post.published_at) for post in posts),
            next=self._page(page + 1) if page < pages else None,
            nothing="numResults 0" if data.results == 0 else None,
            capped=_CAPPED if (data.results or 0) >= _MOST_PAGES * _PAGE else None,
        )

    def _parse_item(self, response: Response, raw: msgspec.Raw) -> Post:
        item = decode_item(raw, _Item)
        article = item.type == _ARTICLE
        number = item.aid or item.id
        if not (item.bvid or str(number or "").isdecimal()):
            raise MalformedPost("bvid and aid: both missing")
        native_id = f"cv{number}" if article else item.bvid or bvid_of(int(number or 0))
        published = stamped(item.pubdate) or stamped(item.pub_time) or stamped(item.senddate)
        if published is None:
            raise MalformedPost("pubdate: missing")
        text = _plain(item.description or item.desc or "")
        comments = item.review if item.review is not None else item.reply
        pictures = [item.pic, *(item.image_urls or ())]
        return self.post(
            response,
            kind=Kind.ARTICLE if article else Kind.POST,
            native_id=native_id,
            url=f"https://www.bilibili.com/{'read' if article else 'video'}/{native_id}",
            title=_plain(item.title) or None,
            text="" if text == "-" else text,
            tags=tuple(dict.fromkeys(tag.strip() for tag in (item.tag or "").split(",") if tag.strip())),
            links=links_of(text, "https://www.bilibili.com", own=_OWN),
            pictures=tuple(f"https:{one}" if one.startswith("//") else one for one in pictures if one),
            author=_parse_author(item),
            published_at=published[0],
            engagement=Engagement(
                views=count(item.play if item.play is not None else item.view),
                danmaku=count(item.video_review if item.video_review is not None else item.danmaku),
                comments=count(comments),
                favourites=count(item.favorites),
                likes=count(item.like),
            ),
        )

    def _page(self, page: int) -> Request:
        fields = {
            "search_type": _VIDEO,
            "keyword": self.job.query,
            "order": "pubdate",
            "page": str(page),
            "page_size": str(_PAGE),
        }
        if part := self.job.slice:
            begin, end = (int(moment.timestamp()) for moment in (part.start, part.end))
            fields |= {"pubtime_begin_s": str(begin), "pubtime_end_s": str(end - 1)}
        query = urlencode(fields, quote_via=quote)
        return Request(url=f"{self.base}/x/web-interface/wbi/search/type?{query}", headers=self.headers)


class _Type(msgspec.Struct):
    """What a result is: a thing that was found, or all things of a kind, on the page of all kinds."""

    type: str | None = None
    kind: str | None = msgspec.field(name="result_type", default=None)
    data: msgspec.Raw = msgspec.Raw(b"null")


def _results(result: msgspec.Raw) -> list[msgspec.Raw]:
    """Return the results: a list, or of the older page of all kinds a list of each kind below its name."""
    if (listed := decode_optional(result, list[msgspec.Raw])) is not None:
        return listed
    kinds = decode_optional(result, dict[str, msgspec.Raw]) or {}
    lists = (decode_optional(kinds[kind], list[msgspec.Raw]) for kind in (_VIDEO, _ARTICLE) if kind in kinds)
    return [one for listed in lists for one in listed or ()]


def _read_of(raw: msgspec.Raw) -> list[msgspec.Raw]:
    """Return the videos and articles that a result is: courses, shows and advertisements stand among them."""
    found = decode_optional(raw, _Type)
    if found is not None and found.kind is not None:
        within = decode_optional(found.data, list[msgspec.Raw]) if found.kind in (_VIDEO, _ARTICLE) else None
        return [one for each in within or () for one in _read_of(each)]
    return [raw] if found is None or found.type in (None, "", _VIDEO, _ARTICLE) else []


def _plain(marked: str) -> str:
    """Return the text without the marks around the words that were looked for."""
    return html.unescape(_MARK.sub("", marked)).strip()


def _parse_author(item: _Item) -> Author | None:
    if not str(item.mid or "").strip("0"):
        return None
    url = f"https://space.bilibili.com/{item.mid}"
    return Author(id=str(item.mid), name=_plain(item.author or "") or None, url=url)
