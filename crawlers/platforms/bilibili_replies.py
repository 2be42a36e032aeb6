"""The comments below one of B站's videos, newest first, and the answers to them.

    GET /x/v2/reply/wbi/main?type=1&oid={aid}&mode=2&pagination_str=…        comments, each with its first answers
    GET /x/v2/reply/reply?type=1&oid={aid}&root={rpid}&ps=20&pn=N            all answers to one

The query is a video: BV17x411w7KC, av170001, or its address. Signed and refused as the search is
(crawlers/formats/wbi.py). The video itself is read where a browser has received it.
Fields: https://github.com/SocialSisterYi/bilibili-API-collect/blob/master/docs/comment/readme.md.
"""

import html
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import MalformedPost
from crawlers.formats.bilibili_account import vouched
from crawlers.formats.bilibili_answer import BilibiliSpider
from crawlers.formats.bilibili_id import VIDEO, aid_of, bvid_of
from crawlers.formats.bilibili_video import is_of_a_video, read_video
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.reading.counts import count
from crawlers.reading.links import links_of
from crawlers.reading.regions import region_of
from crawlers.reading.times import Stamp, stamped
from crawlers.reading.wire import decode_item, decode_optional
from crawlers.spider import CannotCrawl, Job, is_loopback

__all__ = ["BilibiliReplies"]

_NEWEST_FIRST = "2"
_ANSWERS = 20
_ANSWER_PAGES = 20
"""Pages of answers to one comment that a crawl reads at the most."""
_OWN = ("bilibili.com", "b23.tv")
_ABSENT = msgspec.Raw(b"null")


class _Member(msgspec.Struct):
    mid: str | int | None = None
    uname: str | None = None
    sign: str | None = None
    official: Any = msgspec.field(name="official_verify", default=None)


class _Content(msgspec.Struct):
    message: str
    pictures: Any = None


class _Reply(msgspec.Struct):
    content: _Content
    ctime: Stamp
    rpid: int | str | None = None
    rpid_str: str | None = None
    mid: int | str | None = None
    root: int | str | None = None
    parent: int | str | None = None
    like: Any = None
    rcount: Any = None
    member: _Member | None = None
    replies: msgspec.Raw = _ABSENT
    control: Any = msgspec.field(name="reply_control", default=None)


class _Cursor(msgspec.Struct):
    is_end: bool | int | None = None
    next: int | None = None
    pagination: Any = msgspec.field(name="pagination_reply", default=None)


class _Counted(msgspec.Struct):
    count: int = 0
    num: int = 1
    size: int = _ANSWERS


class _Top(msgspec.Struct):
    """The pinned comments, by who pinned them; the oldest pages hold the uploader's below `upper`."""

    admin: msgspec.Raw = _ABSENT
    upper: msgspec.Raw = _ABSENT
    vote: msgspec.Raw = _ABSENT
    top: msgspec.Raw = _ABSENT


class _Data(msgspec.Struct):
    """A page of comments, or of the answers to one."""

    replies: msgspec.Raw = _ABSENT
    hot: msgspec.Raw = msgspec.field(name="hots", default=_ABSENT)
    cursor: _Cursor | None = None
    page: _Counted | None = None
    top: msgspec.Raw = _ABSENT
    upper: msgspec.Raw = _ABSENT
    top_replies: msgspec.Raw = _ABSENT


class BilibiliReplies(BilibiliSpider):
    """What is said below a video."""

    feed_name = Both("B站评论", "Bilibili comments")
    may_be_gone = True
    in_browser = BrowserPage(
        r"https://(api\.bilibili\.com/x/(v2/reply(/(wbi/)?main|/reply)?\?(?=([^\n]*&)?type=1[&\n])([^\n]*&)?oid="
        r"|web-interface/(wbi/)?view(/detail)?\?([^\n]*&)?[ab]v?id=)|(www|m)\.bilibili\.com/video/)"
        r"(?P<query>\d+|BV\w{10}|av\d+)"
    )
    headers = {"Accept": "application/json", "Referer": "https://www.bilibili.com/"}

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        query = job.query.strip()
        match = VIDEO.fullmatch(f"av{query}" if query.isdecimal() else query)  # as the comments' own addresses say it
        if match is None:
            raise CannotCrawl(f"bilibili_replies {job.query!r}: give a video, such as BV17x411w7KC or its address")
        self._aid = int(match["aid"]) if match["aid"] else aid_of(match["bvid"])
        self._bvid = match["bvid"] or bvid_of(self._aid)

    def first(self) -> Request:
        """Return the request for the newest comments."""
        return self._comments("")

    def parse_page(self, response: Response) -> Page:
        """Read a page of comments, or of the answers to one."""
        if is_of_a_video(response):
            return self._video(response)
        data = self.data_of(response, _Data)
        if data is None:
            return Page(nothing="no comments here, or not any more")
        items = decode_optional(data.replies, list[msgspec.Raw]) or []
        pinned = _pinned(data)
        hot = decode_optional(data.hot, list[msgspec.Raw]) or []  # of the older pages, out of turn
        read, dead = self.read_each([*pinned, *hot, *items], partial(self._parse_reply, response))
        posts = [post for post, _ in read]
        inner, dead_inner = self.read_each([raw for _, found in read for raw in found], partial(self._answer, response))
        told = tuple({post.id: post for post in (*posts, *inner)}.values())
        asked = parse_qs(urlsplit(response.url).query)
        if "root" in asked:
            return Page(posts=told, dead=(*dead, *dead_inner), follow=self._more(data, asked["root"][0]))
        tops = {post.id for post in posts[: len(pinned) + len(hot)]}
        return Page(
            posts=told,
            dead=(*dead, *dead_inner),
            listed=tuple(Listed(id=post.id, at=post.published_at, pinned=post.id in tops) for post in posts),
            follow=tuple(self._unshown(read)),
            next=self._following(data.cursor) if items else None,
            nothing=None if items or pinned else "a list without comments",
        )

    def _video(self, response: Response) -> Page:
        posts, dead = self.read_each([response], partial(read_video, self))
        return Page(posts=tuple(posts), dead=tuple(dead))

    def _parse_reply(self, response: Response, raw: msgspec.Raw) -> tuple[Post, list[msgspec.Raw]]:
        """Return the comment, and those of its answers that stand with it."""
        reply = decode_item(raw, _Reply)
        id = reply.rpid_str or str(reply.rpid or "")
        if not id.isdecimal():
            raise MalformedPost(f"rpid: {id[:40]!r} is no number")
        published = stamped(reply.ctime)
        if published is None:
            raise MalformedPost(f"ctime: {reply.ctime!r:.40} is no time")
        above = str(reply.parent or reply.root or "0")
        text = html.unescape(reply.content.message).strip()
        post = self.post(
            response,
            kind=Kind.COMMENT,
            native_id=id,
            url=f"https://www.bilibili.com/video/{self._bvid}#reply{id}",
            text=text,
            links=links_of(text, "https://www.bilibili.com", own=_OWN),
            pictures=tuple(_pictures(reply.content.pictures)),
            author=_parse_author(reply),
            published_at=published[0],
            engagement=Engagement(likes=count(reply.like), comments=count(reply.rcount)),
            region=region_of(reply.control.get("location")) if isinstance(reply.control, dict) else None,
            parent_id=above if above.strip("0") else self._bvid,
            root_id=f"{self.platform}:{Kind.POST}:{self._bvid}",
        )
        return post, decode_optional(reply.replies, list[msgspec.Raw]) or []

    def _answer(self, response: Response, raw: msgspec.Raw) -> Post:
        return self._parse_reply(response, raw)[0]

    def _unshown(self, read: list[tuple[Post, list[msgspec.Raw]]]) -> Iterator[Request]:
        """Yield the first page of the answers to each comment that has more than stand with it."""
        for post, shown in read:
            if (post.engagement.comments or 0) > len(shown):
                yield self._answers(post.native_id, 1)

    def _more(self, data: _Data, root: str) -> tuple[Request, ...]:
        page = data.page or _Counted()
        if page.num * max(1, page.size) >= page.count:
            return ()
        return (self._answers(root, page.num + 1),) if page.num < _ANSWER_PAGES or is_loopback(self.base) else ()

    def _following(self, cursor: _Cursor | None) -> Request | None:
        if cursor is None or cursor.is_end:
            return None
        onward = cursor.pagination.get("next_offset") if isinstance(cursor.pagination, dict) else None
        if isinstance(onward, str) and onward:
            return self._comments(onward)
        return self._comments("", after=cursor.next) if cursor.next else None

    def _comments(self, offset: str, after: int | None = None) -> Request:
        place = msgspec.json.encode({"offset": offset}).decode()
        fields = {"type": "1", "oid": str(self._aid), "mode": _NEWEST_FIRST, "pagination_str": place, "plat": "1"}
        fields |= {"next": str(after)} if after else {}
        return self._request("wbi/main", fields)

    def _answers(self, root: str, page: int) -> Request:
        fields = {"type": "1", "oid": str(self._aid), "root": root, "ps": str(_ANSWERS), "pn": str(page)}
        return self._request("reply", fields)

    def _request(self, path: str, fields: dict[str, str]) -> Request:
        query = urlencode(fields, quote_via=quote)
        return Request(url=f"{self.base}/x/v2/reply/{path}?{query}", headers=self.headers, optional=path == "reply")


def _pinned(data: _Data) -> list[msgspec.Raw]:
    """Return the comments that stand on top: the uploader's, an official one, a vote."""
    places = [found for raw in (data.top, data.upper) if (found := decode_optional(raw, _Top))]
    held = [one for top in places for one in (top.admin, top.upper, top.vote, top.top) if decode_optional(one, _Reply)]
    return [*(decode_optional(data.top_replies, list[msgspec.Raw]) or ()), *held]


def _parse_author(reply: _Reply) -> Author | None:
    """Return the account; who is no longer there has none."""
    member = reply.member or _Member()
    id = str(member.mid or reply.mid or "")
    if not id.strip("0"):
        return None
    return Author(
        id=id,
        name=member.uname or None,
        url=f"https://space.bilibili.com/{id}",
        **vouched(member.official)._asdict(),
        bio=member.sign or None,
    )


def _pictures(pictures: Any) -> Iterator[str]:
    for one in pictures if isinstance(pictures, list) else ():
        address = one.get("img_src") if isinstance(one, dict) else None
        if isinstance(address, str) and address:
            yield f"https:{address}" if address.startswith("//") else address
