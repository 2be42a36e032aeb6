"""Weibo's mobile search: the JSON that m.weibo.cn/search reads, newest first, ten posts a page.

    GET /api/container/getIndex?containerid=100103type=61&q=…&t=&page_type=searchall&page=N
    GET /statuses/extend?id=…        the whole of a text that the search cuts

A visitor's or a member's cookie may be wanted (`cookie_env`). `robots` is off by default: the addresses are those that
the public page itself asks for; who runs this decides, in config/platforms/weibo_search.yaml.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from crawlers.counts import count
from crawlers.errors import Blocked, LoginRequired, MalformedPost, SchemaChanged, Unreachable
from crawlers.links import links_of
from crawlers.markup import text_of
from crawlers.native_id import published
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Author, Engagement, Kind, Post, Precision
from crawlers.spider import PlatformSpider
from crawlers.times import SPAN, ReadTime, optional_time, read_time
from crawlers.wire import decode_item, decode_json, decode_optional, looks_like_html

__all__ = ["WeiboSearch"]

_NEWEST_FIRST = 61
_POST_CARD, _GROUP_CARD = "9", "11"
_PINNED_TYPE = 2
_SITE = ("weibo.cn", "weibo.com")
_NOTHING = re.compile("没有内容|没有找到|没有更多|暂无")
_TOO_FAST = re.compile("频繁|稍后再试|验证")
_BUSY = re.compile("繁忙|系统错误|超时")
_LOGIN = re.compile("passport|visitor|login|登录", re.IGNORECASE)
_ORGANISATIONS, _PEOPLE = range(1, 8), (0, 10, 200, 220)
_TAG = re.compile(r"#([^#\n]{1,80})#")
_CUT = re.compile(r"\s*(\.{3}|…+)\s*全文$")
_FIRST_TIMED_ID = 3_300_000_000_000_000
"""Since about May 2011 ids carry their time."""
_CLOCKS_DIFFER = timedelta(seconds=10)
_ABSENT = msgspec.Raw(b"null")


class _User(msgspec.Struct):
    id: int | str
    screen_name: str | None = None
    verified: bool | int | None = None
    verified_type: int | None = None
    verified_reason: str | None = None
    description: str | None = None
    followers_count: Any = None


class _Message(msgspec.Struct):
    """A post; what the platform fills with different types from page to page is left open."""

    created_at: str
    text: str
    id: int | str | None = None
    mid: int | str | None = None
    pid: int | str | None = None
    is_long: bool | int | None = msgspec.field(name="isLongText", default=None)
    long_text: Any = msgspec.field(name="longText", default=None)
    region_name: str | None = None
    reposts_count: Any = None
    comments_count: Any = None
    attitudes_count: Any = None
    page_info: Any = None
    user: _User | None = None
    root: msgspec.Raw = msgspec.field(name="retweeted_status", default=_ABSENT)
    type: int | None = msgspec.field(name="mblogtype", default=None)
    is_top: Any = msgspec.field(name="isTop", default=None)
    title: Any = None
    edit_at: str | None = None


class _Root(msgspec.Struct):
    """What is left of a reposted message for certain: when it was deleted it has no user."""

    id: int | str | None = None
    mid: int | str | None = None
    user: Any = None


class _Card(msgspec.Struct):
    card_type: int | str | None = None
    mblog: msgspec.Raw = _ABSENT
    group: list[msgspec.Raw] | None = msgspec.field(name="card_group", default=None)


class _Reply(msgspec.Struct):
    ok: int | str
    msg: str | None = None
    data: msgspec.Raw = _ABSENT


class _Cards(msgspec.Struct):
    cards: list[msgspec.Raw]


class _LongText(msgspec.Struct):
    text: str = msgspec.field(name="longTextContent")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    post: Post
    cut: bool
    pinned: bool = False
    root: msgspec.Raw | None = None
    """The reposted message, where it still is there."""


class WeiboSearch(PlatformSpider):
    """Posts that hold the query's words, and the posts that they repost."""

    platform = "weibo"
    home = "https://m.weibo.cn"
    delay = 3
    overlap = 2 * 3600
    robots = False
    max_stale_pages = 2
    full_texts = 30
    headers = {"Accept": "application/json", "X-Requested-With": "XMLHttpRequest"}

    def first(self) -> Request:
        """Return the request for page 1."""
        return self._page(1)

    def after(self, request: Request) -> Request:
        """Return the request for the next page: pages are numbered."""
        return self._page(1 + int(parse_qs(urlsplit(request.url).query).get("page", ["1"])[0]))

    def parse_page(self, response: Response) -> Page:
        """Read one page of the search."""
        reply = _reply(response)
        following = self.after(Request(url=response.url))
        if str(reply.ok) == "0":
            return Page(nothing=reply.msg, next=following)
        cards, broken = self.read_each(decode_json(bytes(reply.data), _Cards).cards, _messages)
        messages = [message for card in cards for message in card]
        found, dead = self.read_each(messages, partial(self._parse_message, response))
        roots, dead_roots = self.read_each(
            [one.root for one in found if one.root], partial(self._parse_message, response)
        )
        everything = [*found, *roots]
        return Page(
            posts=tuple(one.post for one in everything if not one.cut),
            drafts=tuple((self._whole(one.post), one.post) for one in everything if one.cut),
            dead=(*broken, *dead, *dead_roots),
            listed=tuple(Listed(id=one.post.id, at=one.post.published_at, pinned=one.pinned) for one in found),
            next=following,
        )

    def full_text(self, response: Response, draft: Post) -> Post:
        """Return the draft with its whole text."""
        markup = decode_json(bytes(_reply(response).data), _LongText).text
        text = text_of(markup)
        return replace(draft, text=text, tags=_parse_tags(text), links=links_of(markup, self.base, own=_SITE))

    def _parse_message(self, response: Response, raw: msgspec.Raw) -> _Found:
        message = decode_item(raw, _Message)
        mid = _parse_id(message)
        root = decode_optional(message.root, _Root)
        root_mid = str(root.mid or root.id or "") if root else ""
        markup, cut = _parse_markup(message)
        text = _CUT.sub("", text_of(markup)) if cut else text_of(markup)
        published_at, precision = _parse_time(message, mid, response)
        post = self.post(
            response,
            kind=Kind.REPOST if root else Kind.POST,
            native_id=mid,
            url=f"https://m.weibo.cn/detail/{mid}",
            text=text,
            tags=_parse_tags(text),
            links=links_of(markup, self.base, own=_SITE),
            author=_parse_author(message.user),
            published_at=published_at,
            time_precision=precision,
            edited_at=optional_time(message.edit_at, response.moment),
            engagement=_parse_engagement(message),
            region=_parse_region(message),
            parent_id=str(message.pid or root_mid) if root_mid else None,
            root_id=f"{self.platform}:{Kind.POST}:{root_mid}" if root_mid else None,
        )
        there = message.root if root and root.user else None
        return _Found(post=post, cut=cut, pinned=_is_pinned(message), root=there)

    def _whole(self, post: Post) -> Request:
        return Request(url=f"{self.base}/statuses/extend?id={post.native_id}", headers=self.headers, optional=True)

    def _page(self, number: int) -> Request:
        container = f"100103type={_NEWEST_FIRST}&q={self.job.query}&t="
        fields = {"containerid": container, "page_type": "searchall", "page": number}
        return Request(url=f"{self.base}/api/container/getIndex?{urlencode(fields)}", headers=self.headers)


def _reply(response: Response) -> _Reply:
    """Return the reply when it holds data or says that there is nothing; raise what else it says."""
    if looks_like_html(response.body):
        page = response.body.decode("utf-8", "replace")
        refusal = LoginRequired if _LOGIN.search(page) else Blocked
        raise refusal("a page for people instead of JSON")
    reply = decode_json(response.body, _Reply)
    ok, words = str(reply.ok), reply.msg or ""
    said = f"the platform says: ok {ok} {words}".rstrip()
    if ok == "1" or (ok == "0" and _NOTHING.search(words)):
        return reply
    if _TOO_FAST.search(words):
        raise Blocked(said)
    if ok == "-100" or _LOGIN.search(words):
        raise LoginRequired(said)
    if _BUSY.search(words):
        raise Unreachable(said)
    raise SchemaChanged(said)


def _messages(raw: msgspec.Raw) -> list[msgspec.Raw]:
    """Return the posts that a card holds: none in an advertisement, several in a group."""
    card = decode_item(raw, _Card)
    if str(card.card_type) == _GROUP_CARD:
        return [message for member in card.group or () for message in _messages(member)]
    if str(card.card_type) != _POST_CARD:
        return []
    if card.mblog == _ABSENT:
        raise MalformedPost("mblog: missing")
    return [card.mblog]


def _parse_id(message: _Message) -> str:
    mid = str(message.mid or message.id or "")
    if not (mid.isascii() and mid.isdecimal()):
        raise MalformedPost(f"mid: {mid[:40]!r} is no number")
    return mid


def _parse_time(message: _Message, mid: str, response: Response) -> ReadTime:
    """Return what the page says, or what the id says where that is more exact and does not contradict the page."""
    by_id = published(WeiboSearch.platform, mid) if int(mid) >= _FIRST_TIMED_ID else None
    if by_id is not None and by_id > response.fetched_at:
        by_id = None
    try:
        shown, precision = read_time(message.created_at, response.moment)
    except ValueError as error:
        if by_id is None:
            raise MalformedPost(f"created_at: {error}") from error
        return by_id, Precision.SECOND
    if precision is Precision.SECOND or by_id is None or abs(by_id - shown) > SPAN[precision] + _CLOCKS_DIFFER:
        return shown, precision
    return by_id, Precision.SECOND


def _parse_markup(message: _Message) -> tuple[str, bool]:
    """Return the text's HTML, and whether it is cut."""
    whole = message.long_text.get("longTextContent") if isinstance(message.long_text, dict) else None
    return (whole, False) if isinstance(whole, str) and whole else (message.text, bool(message.is_long))


def _parse_author(user: _User | None) -> Author | None:
    if user is None:
        return None
    kind = user.verified_type
    return Author(
        id=str(user.id),
        name=user.screen_name or None,
        url=f"https://m.weibo.cn/u/{user.id}",
        followers=count(user.followers_count),
        verified=None if user.verified is None else bool(user.verified),
        verification=user.verified_reason or None,
        organisation=kind in _ORGANISATIONS if user.verified and (kind in _ORGANISATIONS or kind in _PEOPLE) else None,
        bio=user.description or None,
    )


def _parse_engagement(message: _Message) -> Engagement:
    video = message.page_info if isinstance(message.page_info, dict) else {}
    return Engagement(
        reposts=count(message.reposts_count),
        comments=count(message.comments_count),
        likes=count(message.attitudes_count),
        views=count(video.get("play_count")),
    )


def _parse_region(message: _Message) -> str | None:
    return (message.region_name or "").removeprefix("发布于").removeprefix("来自").strip() or None


def _parse_tags(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag.strip() for tag in _TAG.findall(text)))


def _is_pinned(message: _Message) -> bool:
    heading = message.title.get("text") if isinstance(message.title, dict) else message.title
    return bool(message.is_top) or message.type == _PINNED_TYPE or "置顶" in str(heading)
