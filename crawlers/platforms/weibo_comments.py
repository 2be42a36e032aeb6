"""The comments below one message on Weibo, and the replies to them.

    GET /comments/hotflow?id={mid}&mid={mid}&max_id=…&max_id_type=…       comments, until max_id is 0
    GET /comments/hotFlowChild?cid={id}&max_id=…&max_id_type=…            the replies to one

The query is the message's number or its address. Comments come by weight, not by time, so each crawl reads them all; a
comment's id carries its time like a message's. The message itself is read where a browser has received it: its page
m.weibo.cn/detail/{mid}, or /statuses/show?id={mid} of either site.
"""

import re
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import MalformedPost, SchemaChanged
from crawlers.formats.mblog import SITE, User, digits, exact_time, read_author, read_pictures, tags_of
from crawlers.formats.weibo_mobile import ABSENT, OfMessage, Reply, read_reply
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Engagement, Kind, Post
from crawlers.reading.counts import count
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
from crawlers.reading.page_state import page_state, within
from crawlers.reading.regions import region_of
from crawlers.reading.wire import decode_item, decode_json, decode_optional, decode_page, looks_like_html

__all__ = ["WeiboComments"]

_STATE = re.compile(r"\$render_data\s*=\s*\[")
_REPLIES = "/comments/hotFlowChild"
_CLIENT = re.compile("客户端|网页|手机|微博|iPhone|Android", re.IGNORECASE)


class _Comment(msgspec.Struct):
    id: int | str
    text: str | None = None
    created_at: str | None = None
    rootid: int | str | None = None
    reply_id: int | str | None = None
    answered: Any = msgspec.field(name="reply_comment", default=None)
    user: User | None = None
    source: str | None = None
    like_count: Any = None
    like_counts: Any = None
    total_number: Any = None
    pic: Any = None
    comments: msgspec.Raw = ABSENT


class _Flow(msgspec.Struct):
    """The comments with where the next page begins: within `data`, or beside it where `data` is the list itself."""

    data: list[msgspec.Raw] | None = None
    hot_data: list[msgspec.Raw] | None = None
    max_id: int | str | None = None
    max_id_type: int | str | None = None


class WeiboComments(OfMessage):
    """What people answered to one message."""

    feed_name = Both("微博评论", "Weibo comments")
    in_browser = BrowserPage(
        r"https://(m\.weibo\.cn/((comments/hotflow|api/comments/show|statuses/show)\?([^\n]*&)?id=|(detail|status)/)"
        r"|weibo\.com/ajax/statuses/(show|buildComments)\?(?![^\n]*fetch_level=1)([^\n]*&)?id=)"
        r"(?P<query>\d{10,}|[0-9A-Za-z]{9})(?=[&?\n])"
    )

    def first(self) -> Request:
        """Return the request for the first comments."""
        return self._flow({})

    def parse_page(self, response: Response) -> Page:
        """Read one page of comments, or of the replies to one."""
        if (shown := _message_in(response)) is not None:
            return self.page_of(response, [shown], None)
        reply = read_reply(response)
        if str(reply.ok) == "0":
            return Page(nothing=reply.msg)
        flow = _read_flow(reply)
        below = parse_qs(urlsplit(response.url).query).get("cid", [None])[0] if _REPLIES in response.url else None
        if flow.data is None and flow.hot_data is None:
            raise SchemaChanged("data: no list of comments")
        entries = [*(flow.data or ()), *(flow.hot_data or ())]
        threads, dead = self.read_each(entries, partial(self._parse_comment, response, below))
        inner = [(raw, thread.post.native_id) for thread in threads for raw in thread.replies]
        replies, dead_replies = self.read_each(inner, lambda one: self._parse_comment(response, one[1], one[0]))
        found = [thread.post for thread in (*threads, *replies)]
        following = self._following(flow, below)
        more = tuple(self._replies(thread.post.native_id, {}) for thread in threads if thread.more and not below)
        return Page(
            posts=tuple(found),
            dead=(*dead, *dead_replies),
            listed=() if below else tuple(Listed(id=post.id) for post in found),
            follow=((following,) if following else ()) if below else more,
            next=None if below else following,
            nothing=None if entries or following else "no comments",
        )

    def _parse_comment(self, response: Response, below: str | None, raw: msgspec.Raw) -> "_Thread":
        comment = decode_item(raw, _Comment)
        if comment.text is None:
            raise MalformedPost("text: missing")
        id = digits(comment.id, "id")
        published_at, precision = exact_time(comment.created_at, id, response)
        text = text_of(comment.text)
        replies = decode_optional(comment.comments, list[msgspec.Raw]) or []
        total = count(comment.total_number)
        named = comment.answered.get("id") if isinstance(comment.answered, dict) else None
        answered = str(comment.reply_id or (named if isinstance(named, int | str) else None) or below or self.mid)
        post = self.post(
            response,
            kind=Kind.COMMENT,
            native_id=id,
            url=f"https://m.weibo.cn/detail/{self.mid}?cid={id}",
            text=text,
            tags=tags_of(text),
            links=links_of(comment.text, self.base, own=SITE),
            pictures=read_pictures([comment.pic]),
            author=read_author(comment.user),
            published_at=published_at,
            time_precision=precision,
            engagement=Engagement(
                likes=count(comment.like_counts if comment.like_count is None else comment.like_count), comments=total
            ),
            region=_parse_region(comment.source),
            parent_id=answered,
            root_id=f"{self.platform}:{Kind.POST}:{self.mid}",
        )
        return _Thread(post=post, replies=replies, more=(total or 0) > len(replies))

    def _following(self, flow: "_Flow", below: str | None) -> Request | None:
        """Return the request for what comes after; `max_id` 0 is the end."""
        if not str(flow.max_id or "").strip("0"):
            return None
        at = {"max_id": str(flow.max_id), "max_id_type": str(flow.max_id_type or 0)}
        return self._replies(below, at) if below else self._flow(at)

    def _flow(self, at: dict[str, str]) -> Request:
        fields = {"id": self.mid, "mid": self.mid, "max_id_type": "0", **at}
        return Request(url=f"{self.base}/comments/hotflow?{urlencode(fields)}", headers=self.headers)

    def _replies(self, id: str, at: dict[str, str]) -> Request:
        fields = {"cid": id, "max_id": "0", "max_id_type": "0", **at}
        return Request(url=f"{self.base}{_REPLIES}?{urlencode(fields)}", headers=self.headers, optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thread:
    """A comment, the replies that stand with it, and whether there are more."""

    post: Post
    replies: list[msgspec.Raw]
    more: bool


def _message_in(response: Response) -> msgspec.Raw | None:
    """Return the message itself, of its own page or its own answer; None where there are comments, or a refusal."""
    if looks_like_html(response.body):
        status = within(page_state(response.body.decode("utf-8", "replace"), _STATE), "status")
        return msgspec.Raw(msgspec.json.encode(status)) if isinstance(status, dict) and "user" in status else None
    if "/statuses/show" not in response.url:
        return None
    reply = read_reply(response)
    held = decode_optional(reply.data, dict[str, msgspec.Raw]) or decode_page(response.body, dict[str, msgspec.Raw])
    return msgspec.Raw(msgspec.json.encode(held)) if "user" in held else None


def _read_flow(reply: Reply) -> _Flow:
    """Return the comments: those of the phone's page, or of the desktop's, where the list itself is `data`."""
    if bytes(reply.data).lstrip().startswith(b"["):
        return _Flow(
            data=decode_json(bytes(reply.data), list[msgspec.Raw]), max_id=reply.max_id, max_id_type=reply.max_id_type
        )
    return decode_page(bytes(reply.data), _Flow)


def _parse_region(source: str | None) -> str | None:
    return region_of(source) if source and source.startswith("来自") and not _CLIENT.search(source) else None
