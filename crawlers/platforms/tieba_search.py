"""贴吧's search, newest first: the JSON of its web client, or the page for people.

    GET /mo/q/search/multsearch?word=…&pn=N&rn=20      where a signer is named, and on a mirror
    GET /f/search/res?isnew=1&qw=…&rn=30&pn=N&sm=1     else

Both layouts of the page are read, that of until 2025 and that of 2026. A cookie is wanted as a rule (`cookie_env`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import MalformedPost, SchemaChanged
from crawlers.formats.tieba_answer import (
    USER_LINK,
    TiebaSpider,
    User,
    author_of,
    linked_user,
    pictures_in,
    read_at,
    refused_page,
    said_by,
    text_in,
)
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.reading.counts import count
from crawlers.reading.hashtags import hashtags
from crawlers.reading.html_page import Element, attribute, classed, each, first, page_of, plain
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
from crawlers.reading.wire import decode_item, decode_page

__all__ = ["TiebaSearch"]

_JSON_PAGE, _HTML_PAGE = 20, 30
_NEWEST_FIRST = "1"
_THREAD = re.compile(r"/p/(?P<tid>\d+)")
_NOTHING = re.compile("没有找到|搜索不到|暂无")
_ANSWER = re.compile(r"^回复[:：]\s*")
_OWN = ("baidu.com",)
_ABSENT = msgspec.Raw(b"null")


class _Card(msgspec.Struct):
    info: str | None = msgspec.field(name="cardInfo", default=None)
    style: str | None = msgspec.field(name="cardStyle", default=None)
    data: msgspec.Raw = _ABSENT


class _Thread(msgspec.Struct):
    tid: int | str
    pid: int | str | None = None
    cid: int | str | None = None
    title: str | None = None
    content: Any = None
    time: Any = None
    create_time: Any = None
    forum_name: str | None = None
    fname: str | None = None
    is_floor: Any = None
    post_num: Any = None
    like_num: Any = None
    share_num: Any = None
    user: User | None = None
    author: User | None = None
    media: Any = None


class _Turning(msgspec.Struct):
    has_more: bool | int | None = None


class _Data(msgspec.Struct):
    """The hits: in cards, or as the phone's pages and the app have them, bare."""

    cards: list[msgspec.Raw] | None = msgspec.field(name="card_list", default=None)
    posts: list[msgspec.Raw] | None = msgspec.field(name="post_list", default=None)
    has_more: bool | int | None = None
    page: _Turning | None = None


class _Answer(msgspec.Struct):
    no: int | str | None = None
    code: int | str | None = msgspec.field(name="error_code", default=None)
    error: str | None = None
    words: str | None = msgspec.field(name="error_msg", default=None)
    data: msgspec.Raw = _ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A search's hit: a thread, an answer in one, or an answer to an answer."""

    tid: str
    pid: str = ""
    cid: str = ""
    title: str = ""
    text: str = ""
    forum: str = ""
    time: Any = None
    author: Author | None = None
    counts: Engagement = field(default_factory=Engagement)
    pictures: tuple[str, ...] = ()


class TiebaSearch(TiebaSpider):
    """Threads and answers that hold the query's words."""

    feed_name = Both("贴吧搜索", "Tieba search")
    in_browser = BrowserPage(
        r"https://tieba\.baidu\.com/(mo/q/search/multsearch|f/search/"
        r"res)\?([^\n]*&)?q?w(ord)?=(?P<query>[^&\n]+)"
    )

    def first(self) -> Request:
        """Return the request for the newest hits."""
        return self._page(1)

    def parse_page(self, response: Response) -> Page:
        """Read one page of the search, whatever its format."""
        if response.body.lstrip()[:1] == b"{":
            return self._parse_json(response)
        root, text = page_of(response)
        hits = [*each(root, f"//{classed('s_post', 'div')}")]
        cards = [] if hits else [*each(root, f"//{classed('threadcardclass')}[.//a[contains(@href, '/p/')]]")]
        if not hits and not cards:
            if _NOTHING.search(plain(first(root, "//body"))):
                return Page(nothing="a search without hits")
            raise refused_page(text)
        read = _shown_card if cards else _parse_hit
        return self._page_of(response, *self.read_each(hits or cards, lambda one: self._post(response, read(one))))

    def _parse_json(self, response: Response) -> Page:
        answer = decode_page(response.body, _Answer)
        if refusal := said_by(answer.no or answer.code, answer.error or answer.words):
            raise refusal
        data = decode_page(response.body if answer.data == _ABSENT else bytes(answer.data), _Data)
        if data.cards is None and data.posts is None:
            raise SchemaChanged("neither card_list nor post_list")
        found, dead = self.read_each(data.cards or (), partial(self._parse_card, response))
        bare, dead_bare = self.read_each(data.posts or (), partial(self._parse_thread, response))
        page = self._page_of(response, [*(post for post in found if post), *bare], [*dead, *dead_bare])
        more = data.page.has_more if data.page and data.has_more is None else data.has_more
        return replace(page, next=None) if more is not None and not more else page

    def _page_of(self, response: Response, posts: list[Post], dead: list[Any]) -> Page:
        asked = parse_qs(urlsplit(response.url).query).get("pn", ["1"])[0]
        number = int(asked) if asked.isdecimal() else 1
        return Page(
            posts=tuple(posts),
            dead=tuple(dead),
            listed=tuple(Listed(id=post.id, at=post.published_at) for post in posts),
            next=self._page(number + 1) if posts or dead else None,
            nothing=None if posts or dead else "a list without hits",
        )

    def _parse_card(self, response: Response, raw: msgspec.Raw) -> Post | None:
        """Return the hit of a card; None for a card of a forum, a person or an advertisement."""
        card = decode_item(raw, _Card)
        return self._parse_thread(response, card.data) if "thread" in (card.info, card.style) else None

    def _parse_thread(self, response: Response, raw: msgspec.Raw) -> Post:
        thread = decode_item(raw, _Thread)
        under = str(thread.is_floor or "0") not in ("0", "False")  # the app gives an answer to an answer no other field
        found = _Found(
            tid=str(thread.tid),
            pid="" if under else _id(thread.pid),
            cid=_id(thread.pid if under else thread.cid),
            title=text_of(thread.title or ""),
            text=text_of(text_in(thread.content)),
            forum=thread.forum_name or thread.fname or "",
            time=thread.time or thread.create_time,
            author=author_of(thread.user or thread.author),
            counts=Engagement(
                comments=count(thread.post_num), likes=count(thread.like_num), shares=count(thread.share_num)
            ),
            pictures=pictures_in(thread.media),
        )
        return self._post(response, found)

    def _post(self, response: Response, found: _Found) -> Post:
        if not (found.tid.isascii() and found.tid.isdecimal()):
            raise MalformedPost(f"tid: {found.tid[:40]!r} is no number")
        own = found.cid or found.pid
        answer = bool(own) and (bool(found.cid) or _ANSWER.match(found.title) is not None)
        published_at, precision = read_at(found.time, response)
        anchor = f"?pid={own}&cid={found.cid or 0}#{own}" if answer else ""
        return self.post(
            response,
            kind=Kind.COMMENT if answer else Kind.POST,
            native_id=own if answer else found.tid,
            url=f"https://tieba.baidu.com/p/{found.tid}{anchor}",
            site=f"{found.forum.removesuffix('吧')}吧" if found.forum else None,
            title=None if answer else found.title or None,
            text=found.text,
            tags=hashtags(f"{found.title}\n{found.text}"),
            links=links_of(found.text, "https://tieba.baidu.com", own=_OWN),
            pictures=found.pictures,
            author=found.author,
            published_at=published_at,
            time_precision=precision,
            engagement=Engagement() if answer else found.counts,
            parent_id=(found.pid if found.cid and found.pid else found.tid) if answer else None,
            root_id=f"{self.platform}:{Kind.POST}:{found.tid}" if answer else None,
        )

    def _page(self, number: int) -> Request:
        words: Mapping[str, str | int]
        if self.asks_json:
            path, words = "mo/q/search/multsearch", {"word": self.job.query, "pn": number, "rn": _JSON_PAGE, "st": 1}
        else:
            path = "f/search/res"
            words = {"isnew": 1, "qw": self.job.query, "rn": _HTML_PAGE, "pn": number, "sm": _NEWEST_FIRST}
        return Request(url=f"{self.base}/{path}?{urlencode(words)}")


def _id(number: int | str | None) -> str:
    return "" if str(number or "").strip("0") == "" else str(number)


def _parse_hit(hit: Element) -> _Found:
    """Return a hit of the layout until 2025."""
    link = first(hit, f".//{classed('p_title')}//a")
    user = first(hit, USER_LINK)
    address = urlsplit(attribute(link, "href"))
    asked = parse_qs(address.query)
    thread = _THREAD.search(address.path)
    return _Found(
        tid=attribute(link, "data-tid") or (thread["tid"] if thread else ""),
        pid=_id(asked.get("pid", [""])[0]),
        cid=_id(asked.get("cid", [""])[0]),
        title=plain(link),
        text=plain(first(hit, f".//{classed('p_content')}")),
        forum=plain(first(hit, f".//{classed('p_forum', 'a')}")),
        time=plain(first(hit, f".//{classed('p_date')}")),
        author=author_of(linked_user(attribute(user, "href"), plain(user))) if user is not None else None,
        pictures=tuple(_pictures(hit)),
    )


def _shown_card(card: Element) -> _Found:
    """Return a hit of the layout of 2026."""
    links = each(card, ".//a[contains(@href, '/p/')]")
    thread = next((match for link in links if (match := _THREAD.search(attribute(link, "href")))), None)
    heading = plain(first(card, f".//{classed('top-title')}"))
    told = re.search(r"发布于\s*(\S+(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?)", heading)
    user = first(card, USER_LINK)
    return _Found(
        tid=thread["tid"] if thread else "",
        title=plain(first(card, f".//{classed('title-wrap')}")),
        text=plain(first(card, f".//{classed('abstract-wrap')}")),
        forum=plain(first(card, f".//{classed('forum-name-text')}")),
        time=told[1] if told else None,
        author=author_of(linked_user(attribute(user, "href"), plain(user))) if user is not None else None,
    )


def _pictures(hit: Element) -> Iterator[str]:
    for picture in each(hit, f".//{classed('p_mediaCont')}//img"):
        address = attribute(picture, "original") or attribute(picture, "src")
        if address.startswith("http"):
            yield address
