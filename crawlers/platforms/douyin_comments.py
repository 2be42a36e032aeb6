"""抖音: the comments below one video, and the replies to them.

    GET /aweme/v1/web/comment/list/?aweme_id=…&cursor=N&count=20
    GET /aweme/v1/web/comment/list/reply/?item_id=…&comment_id=…&cursor=N&count=20

Requests carry a signature (a_bogus). The query is the video's number or address. The video itself is read where a
browser has received it: /aweme/v1/web/aweme/detail/, its own page, or the page under which it is shared.
"""

import re
from functools import partial
from urllib.parse import parse_qs, urlsplit

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import SchemaChanged
from crawlers.formats.douyin import Comment, Douyin
from crawlers.formats.douyin_answer import Reply, read_reply
from crawlers.page import Listed, Page, Request, Response
from crawlers.reading.counts import count
from crawlers.reading.wire import decode_optional
from crawlers.spider import CannotCrawl, Job

__all__ = ["DouyinComments"]

_VIDEO = re.compile(r"(?:.*(?:/video/|/note/|modal_id=|aweme_id=))?(\d{15,20})(?:[/?#&].*)?")
_PATH = "/aweme/v1/web/comment/list/"
_PAGE = 20


class DouyinComments(Douyin):
    """What people answered to one video."""

    feed_name = Both("抖音评论", "Douyin comments")
    may_be_gone = True
    in_browser = BrowserPage(
        r"https://(www[\w-]*\.douyin\.com/aweme/v1/web/(comment/list/(reply/)?|aweme/detail/)\?([^\n]*&)?(aweme|item)_id="
        r"|(www|m)\.(ies)?douyin\.com/(share/)?(video|note|slides)/"
        r"|www\.iesdouyin\.com/web/api/v2/aweme/(item|slides)info/\?([^\n]*&)?(item|aweme)_ids=\[?)"
        r"(?P<query>\d{15,20})"
    )

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        match = _VIDEO.fullmatch(job.query.strip())
        if match is None:
            raise CannotCrawl(
                f"{job.feed} {job.query!r}: give a video's number or address, such as https://www.douyin.com/video/…"
            )
        self._video = match[1]

    def first(self) -> Request:
        """Return the request for the first comments."""
        return self._page(None, 0)

    def parse_page(self, response: Response) -> Page:
        """Read one page of comments, or of the replies to one."""
        reply = read_reply(response)
        single = decode_optional(reply.aweme_detail, dict[str, msgspec.Raw]) is not None
        listed = reply.aweme_details if reply.item_list is None else reply.item_list
        if single or listed is not None:
            return self._videos(response, [reply.aweme_detail] if single else listed or [])
        comments = _comments(reply)
        asked = parse_qs(urlsplit(response.url).query)
        below = asked.get("comment_id", [None])[0]
        read, dead = self.read_each(comments, partial(self.read_comment, response, self._video, below))
        inner = [(raw, post.native_id) for post, comment in read for raw in comment.reply_comment or ()]
        replies, dead_replies = self.read_each(
            inner, lambda one: self.read_comment(response, self._video, one[1], one[0])
        )
        posts = [post for post, _ in (*read, *replies)]
        following = self._following(reply, asked.get("cursor", ["0"])[0], below)
        threads = [self._page(post.native_id, 0) for post, comment in read if _has_more(comment) and not below]
        return Page(
            posts=tuple(posts),
            dead=(*dead, *dead_replies),
            listed=() if below else tuple(Listed(id=post.id) for post in posts),
            follow=((following,) if following else ()) if below else tuple(threads),
            next=None if below else following,
            nothing=None if comments or following else "no comments",
        )

    def _videos(self, response: Response, shown: list[msgspec.Raw]) -> Page:
        """Return the video itself; a page shows others beside it."""
        found, broken = self.read_each(shown, partial(self.read_aweme, response))
        own = tuple(post for post in found if post.native_id == self._video)
        return Page(posts=own, dead=tuple(broken), nothing=None if own or broken else "no such video")

    def _following(self, reply: Reply, here: str, below: str | None) -> Request | None:
        at = count(reply.cursor)
        return self._page(below, at) if reply.has_more and at is not None and at > (count(here) or 0) else None

    def _page(self, below: str | None, at: int) -> Request:
        if below is None:
            return self.get(_PATH, {"aweme_id": self._video, "cursor": at, "count": _PAGE, "item_type": 0})
        fields = {"item_id": self._video, "comment_id": below, "cursor": at, "count": _PAGE, "item_type": 0}
        return self.get(f"{_PATH}reply/", fields, optional=True)


def _comments(reply: Reply) -> list[msgspec.Raw]:
    """Return the list of comments: null where there are none."""
    shown = bytes(reply.comments)
    if not shown or not shown.lstrip().startswith((b"[", b"null")):
        raise SchemaChanged("comments: no list")
    return msgspec.json.decode(shown, type=list[msgspec.Raw] | None) or []


def _has_more(comment: Comment) -> bool:
    return (count(comment.reply_comment_total) or 0) > len(comment.reply_comment or ())
