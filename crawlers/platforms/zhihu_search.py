"""知乎: the answers, articles and videos that Zhihu's search finds, newest first, twenty a page.

    GET /api/v4/search_v3?t=general&q=…&sort=created_time&offset=…&limit=20

Requests carry a signature (x-zse-96), which belongs to the cookie `d_c0`. Ids are written with their kind, such as
answer/123: the same number may be an article's.
"""

import html
import re
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import MalformedPost
from crawlers.formats.zhihu import Paging, read_reply
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.reading.avatar import avatar
from crawlers.reading.counts import count
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
from crawlers.reading.times import Stamp, optional_time, stamped
from crawlers.reading.wire import decode_item
from crawlers.spider import PlatformSpider

__all__ = ["ZhihuSearch"]

_PAGE = 20
_KINDS = {"answer": Kind.POST, "article": Kind.ARTICLE, "zvideo": Kind.POST, "pin": Kind.POST}
_NO_POSTS = {
    *("people", "topic", "column", "question", "relevant_query", "knowledge_ad", "search_club", "wiki_box", "one_box"),
    *("ebook", "live", "album", "paid_column", "roundtable", "special", "ad", "koc_box", "education", "hot_timing"),
}
"""What stands among the results beside posts."""
_NOBODY = {"", "0"}
_PICTURE = re.compile(r"<img\b[^<>]*>")
_ADDRESSES = [
    re.compile(rf"""\s{name}=["'](https?://[^"'<>]+)""") for name in ("data-original", "data-actualsrc", "src")
]
"""What a picture's element calls its address: the largest first, `src` may hold a stand-in."""
_ORGANISATION = "organization"


class _Question(msgspec.Struct):
    id: int | str | None = None
    name: str | None = None
    title: str | None = None
    url: str | None = None


class _Badge(msgspec.Struct):
    type: str | None = None
    description: str | None = None


class _Author(msgspec.Struct):
    id: int | str | None = None
    name: str | None = None
    url_token: str | None = None
    headline: str | None = None
    follower_count: Any = None
    user_type: str | None = None
    is_org: bool | None = None
    badge: list[_Badge] | None = None
    avatar_url: Any = None


class _Object(msgspec.Struct):
    """An answer, article or video; which fields it has depends on its type and on the search's version."""

    type: str
    id: int | str
    title: str | None = None
    content: Any = None
    excerpt: str | None = None
    description: str | None = None
    question: _Question | None = None
    created_time: Stamp | None = None
    created: Stamp | None = None
    created_at: Stamp | None = None
    updated_time: Stamp | None = None
    updated: Stamp | None = None
    updated_at: Stamp | None = None
    published_at: Stamp | None = None
    voteup_count: Any = None
    vote_count: Any = None
    comment_count: Any = None
    play_count: Any = None
    favlists_count: Any = None
    favorites_count: Any = None
    thumbnail_info: Any = None
    ip_info: str | None = None
    author: _Author | None = None


class _Result(msgspec.Struct):
    type: str | None = None
    object: msgspec.Raw = msgspec.Raw(b"null")
    items: list[msgspec.Raw] | None = msgspec.field(name="content_items", default=None)


class _Type(msgspec.Struct):
    type: str | None = None


class ZhihuSearch(PlatformSpider):
    """Posts that hold the query's words."""

    platform = "zhihu"
    platform_name = Both("知乎", "Zhihu")
    feed_name = Both("知乎搜索", "Zhihu search")
    in_browser = BrowserPage(r"https://www\.zhihu\.com/api/v4/search_v3\?([^\n]*&)?q=(?P<query>[^&\n]+)")
    home = "https://www.zhihu.com"
    delay = 5
    overlap = 6 * 3600
    robots = False
    max_stale_pages = 2
    signature = "x-zse-96"
    headers = {"Accept": "application/json"}

    def first(self) -> Request:
        """Return the request for the first results."""
        return self._page(0)

    def parse_page(self, response: Response) -> Page:
        """Read one page of results; people, topics, columns and advertisements among them are no posts."""
        reply = read_reply(response)
        read, broken = self.read_each(reply.data or (), _objects)
        groups = [group for group in read if group is not None]
        found, dead = self.read_each([raw for group in groups for raw in group], partial(self._parse_object, response))
        ended = reply.paging is None or bool(reply.paging.is_end)
        return Page(
            posts=tuple(found),
            dead=(*broken, *dead),
            listed=tuple(Listed(id=post.id, at=post.published_at) for post in found),
            next=None if ended else self._following(response, reply.paging),
            nothing="no results" if ended and not groups and not broken else None,
        )

    def _parse_object(self, response: Response, raw: msgspec.Raw) -> Post:
        found = decode_item(raw, _Object)
        said = (found.created_time, found.created, found.created_at, found.published_at)
        shown = next((stamp for one in said if (stamp := stamped(one))), None)
        if shown is None:
            raise MalformedPost("created_time: missing")
        published_at, precision = shown
        edited_at = optional_time(found.updated_time or found.updated or found.updated_at, response.moment)
        markup = _parse_markup(found)
        heading = found.title or (found.question.name or found.question.title if found.question else None)
        return self.post(
            response,
            kind=_KINDS[found.type],
            native_id=f"{found.type}/{_number(found.id)}",
            url=_url(found),
            title=text_of(heading or "") or None,
            text=text_of(markup),
            links=links_of(markup, self.home),
            pictures=_parse_pictures(markup),
            author=_parse_author(found.author),
            published_at=published_at,
            time_precision=precision,
            edited_at=edited_at if edited_at and edited_at > published_at else None,
            engagement=Engagement(
                likes=count(found.vote_count if found.voteup_count is None else found.voteup_count),
                comments=count(found.comment_count),
                views=count(found.play_count),
                favourites=count(found.favorites_count if found.favlists_count is None else found.favlists_count),
            ),
            region=(found.ip_info or "").removeprefix("IP 属地").removeprefix("IP属地").strip(" :：") or None,
        )

    def _following(self, response: Response, paging: Paging | None) -> Request | None:
        """Return the request for what follows; where the platform names it, from the place that it names."""
        here = _offset(response.url) or 0
        named = _offset(paging.next) if paging and paging.next else None
        return self._page(named if named is not None and named > here else here + _PAGE)

    def _page(self, offset: int) -> Request:
        fields = {
            "t": "general",
            "q": self.job.query,
            "correction": 1,
            "offset": offset,
            "limit": _PAGE,
            "lc_idx": offset,
            "search_source": "Filter",
            "sort": "created_time",
        }
        return Request(url=f"{self.base}/api/v4/search_v3?{urlencode(fields)}", headers=self.headers)


def _objects(raw: msgspec.Raw) -> list[msgspec.Raw] | None:
    """Return the posts of a result: one, or several in a box of hot ones; None for what is no post, such as people."""
    result = decode_item(raw, _Result)
    within = [decode_item(item, _Result).object for item in result.items or ()]
    found = [one for one in (result.object, *within) if _type(one) in _KINDS]
    return found or (None if {result.type, _type(result.object)} & _NO_POSTS else [])


def _parse_markup(found: _Object) -> str:
    """Return the HTML: whole, or in parts as a pin's is, or what the search shows of it."""
    parts = found.content if isinstance(found.content, list) else [{"content": found.content}]
    texts = [part.get("content") for part in parts if isinstance(part, dict)]
    whole = "<br>".join(text for text in texts if isinstance(text, str))
    return whole or found.description or found.excerpt or ""


def _parse_pictures(markup: str) -> tuple[str, ...]:
    found = (next((m[1] for a in _ADDRESSES if (m := a.search(tag))), None) for tag in _PICTURE.findall(markup))
    return tuple(dict.fromkeys(html.unescape(address) for address in found if address))


def _type(raw: msgspec.Raw) -> str | None:
    try:
        return decode_item(raw, _Type).type
    except msgspec.ValidationError:
        return None


def _number(id: int | str) -> str:
    text = str(id)
    if not (text.isascii() and text.isalnum()):
        raise MalformedPost(f"id: {text[:40]!r} is no number")
    return text


def _url(found: _Object) -> str:
    """Return the address that people open; `url` is the one of the interface."""
    id = _number(found.id)
    match found.type:
        case "answer":
            asked = found.question.id if found.question else None
            return (
                f"https://www.zhihu.com/question/{_number(asked)}/answer/{id}"
                if asked
                else f"https://www.zhihu.com/answer/{id}"
            )
        case "article":
            return f"https://zhuanlan.zhihu.com/p/{id}"
    return f"https://www.zhihu.com/{found.type}/{id}"


def _parse_author(author: _Author | None) -> Author | None:
    """Return the account; 匿名用户 is nobody."""
    if author is None or str(author.id or "") in _NOBODY:
        return None
    badges = None if author.badge is None else [badge for badge in author.badge if badge.type == "identity"]
    organisation = author.is_org if author.user_type is None else author.user_type == _ORGANISATION
    return Author(
        id=str(author.id),
        name=text_of(author.name or "") or None,
        url=f"https://www.zhihu.com/people/{author.url_token}" if author.url_token else None,
        followers=count(author.follower_count),
        verified=None if badges is None else bool(badges),
        verification=badges[0].description or None if badges else None,
        organisation=organisation,
        bio=text_of(author.headline or "") or None,
        avatar=avatar(author.avatar_url),
    )


def _offset(url: str) -> int | None:
    try:
        given = parse_qs(urlsplit(url).query).get("offset", [""])[0]
    except ValueError:
        return None
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 8 else None
