"""知乎: the comments below an answer, an article, a video, a short post or a question, and the replies to them.

    GET /api/v4/comment_v5/answers/{id}/root_comment?order_by=ts&limit=20&offset=…
    GET /api/v4/comment_v5/comment/{id}/child_comment?order_by=ts&limit=20&offset=…

Requests carry a signature (x-zse-96), which belongs to the cookie `d_c0`. The query is an address, such as
https://www.zhihu.com/question/1/answer/2. The older list, /api/v4/answers/{id}/root_comments, is read too;
and
of what the comments are about its own page or answer, as a browser receives it.
"""

import re
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import MalformedPost
from crawlers.formats.zhihu import Paging, read_reply
from crawlers.formats.zhihu_content import KINDS, Person, Zhihu, author_of, number, parameter
from crawlers.formats.zhihu_page import contents_in_page
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Engagement, Kind, Post
from crawlers.reading.counts import count
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
from crawlers.reading.regions import region_of
from crawlers.reading.times import Stamp, stamped
from crawlers.reading.wire import decode_item
from crawlers.spider import CannotCrawl, Job

__all__ = ["ZhihuComments"]

_QUERY = re.compile(
    r"(?:https?://)?(?:(?:www|zhuanlan)\.zhihu\.com/)?"
    r"(?:question/\d+/)?(?P<kind>answer|article|p|zvideo|pin|question)s?/(?P<id>\d{1,19})(?:[/?#].*)?"
)
_NAMES = {"p": "article"}
_REPLIES = re.compile(r"/comments?/(?P<id>\d+)/child_comments?(?:\?|$)")
_PAGE = 20
_NONE = "0"
_PICTURE = re.compile(r"""<a\b[^<>]*\bclass=["'][^"'<>]*\bcomment_(?:img|gif|sticker)\b[^<>]*>.*?</a>""", re.DOTALL)
_ADDRESS = re.compile(r"""\bhref=["'](https?://[^"'<>]+)""")


class _Tag(msgspec.Struct):
    type: str | None = None
    text: str | None = None


class _Comment(msgspec.Struct):
    id: int | str
    content: str | None = None
    created_time: Stamp | None = None
    is_delete: bool | int | None = None
    like_count: Any = None
    vote_count: Any = None
    child_comment_count: Any = None
    reply_comment_id: int | str | None = None
    author: Person | None = None
    tags: list[_Tag] | None = msgspec.field(name="comment_tag", default=None)
    address_text: str | None = None
    children: list[msgspec.Raw] | None = msgspec.field(name="child_comments", default=None)


class ZhihuComments(Zhihu):
    """What people answered to one post."""

    feed_name = Both("知乎评论", "Zhihu comments")
    may_be_gone = True
    in_browser = BrowserPage(
        r"https://(www\.zhihu\.com/api/v4/(comment_v5/)?(?=\w+/\d+(/root_comments?)?[?\n])|zhuanlan\.zhihu\.com/(?=p/)"
        r"|www\.zhihu\.com/(?=(pin|zvideo)/))(?P<query>(answers|articles|zvideos|pins|questions|p|pin|zvideo)/\d+)"
    )

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        match = _QUERY.fullmatch(job.query.strip())
        if match is None:
            raise CannotCrawl(
                f"{job.feed} {job.query!r}: give an address, such as https://www.zhihu.com/question/…/answer/…"
            )
        self._kind, self._id = _NAMES.get(match["kind"], match["kind"]), match["id"]
        self._above = f"{self._kind}/{self._id}"

    def first(self) -> Request:
        """Return the request for the newest comments."""
        return self._comments("")

    def parse_page(self, response: Response) -> Page:
        """Read one page of comments, or of the replies to one."""
        if shown := contents_in_page(response.body):
            return self._itself(response, shown)
        reply = read_reply(response)
        if reply.type:
            return self._itself(response, reply.data or [])
        below = match["id"] if (match := _REPLIES.search(response.url)) else None
        read, dead = self.read_each(reply.data or (), partial(self._parse_comment, response, below))
        inner = [(number(comment.id), raw) for _, comment in read for raw in comment.children or ()]
        replies, dead_replies = self.read_each(inner, lambda one: self._parse_comment(response, one[0], one[1]))
        posts = [post for post, _ in (*read, *replies) if post]
        following = self._following(response, reply.paging, below)
        threads = [self._replies(number(comment.id), "") for _, comment in read if not below and _has_more(comment)]
        return Page(
            posts=tuple(posts),
            dead=(*dead, *dead_replies),
            listed=() if below else tuple(Listed(id=post.id, at=post.published_at) for post, _ in read if post),
            follow=((following,) if following else ()) if below else tuple(threads),
            next=None if below else following,
            nothing=None if reply.data or following else "no comments",
        )

    def _itself(self, response: Response, shown: list[msgspec.Raw]) -> Page:
        """Return what the comments are about, out of a page or an answer that holds it."""
        found, broken = self.read_each(shown, partial(self.read_content, response))
        return Page(posts=tuple(post for post in found if post.native_id == self._above), dead=tuple(broken))

    def _parse_comment(self, response: Response, below: str | None, raw: msgspec.Raw) -> tuple[Post | None, _Comment]:
        """Return a comment as a post and as it came; None for one that was deleted, which leaves its place alone."""
        comment = decode_item(raw, _Comment)
        if comment.is_delete:
            return None, comment
        id, at = number(comment.id), stamped(comment.created_time)
        if comment.content is None or at is None:
            raise MalformedPost("content: missing" if at else "created_time: missing")
        answered = str(comment.reply_comment_id or _NONE)
        markup = _PICTURE.sub("", comment.content)
        told = next((tag.text for tag in comment.tags or () if tag.type == "ip_info"), comment.address_text)
        likes = comment.vote_count if comment.like_count is None else comment.like_count
        post = self.post(
            response,
            kind=Kind.COMMENT,
            native_id=id,
            url=f"{self._address()}#comment-{id}",
            text=text_of(markup),
            links=links_of(markup, self.home),
            pictures=tuple(one[1] for shown in _PICTURE.findall(comment.content) for one in _ADDRESS.finditer(shown)),
            author=author_of(comment.author),
            published_at=at[0],
            time_precision=at[1],
            engagement=Engagement(likes=count(likes), comments=count(comment.child_comment_count)),
            region=region_of(told),
            parent_id=answered if answered != _NONE else below or self._above,
            root_id=f"{self.platform}:{KINDS.get(self._kind, Kind.POST)}:{self._above}",
        )
        return post, comment

    def _address(self) -> str:
        if self._kind == "article":
            return f"https://zhuanlan.zhihu.com/p/{self._id}"
        return f"{self.home}/{self._above}"

    def _following(self, response: Response, paging: Paging | None, below: str | None) -> Request | None:
        """Return the request for what follows, from the place that the platform names."""
        at = parameter(paging.next, "offset") if paging and not paging.is_end else ""
        if not at or at == parameter(response.url, "offset"):
            return None
        return self._replies(below, at) if below else self._comments(at)

    def _comments(self, at: str) -> Request:
        return self._get(f"{quote(self._kind)}s/{self._id}/root_comment", at)

    def _replies(self, id: str, at: str) -> Request:
        return self._get(f"comment/{id}/child_comment", at, optional=True)

    def _get(self, path: str, at: str, *, optional: bool = False) -> Request:
        fields = {"order_by": "ts", "limit": _PAGE, "offset": at}
        url = f"{self.base}/api/v4/comment_v5/{path}?{urlencode(fields)}"
        return Request(url=url, headers=self.headers, optional=optional)


def _has_more(comment: _Comment) -> bool:
    return (count(comment.child_comment_count) or 0) > len(comment.children or ())
