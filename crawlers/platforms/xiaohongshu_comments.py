"""小红书: one note, the comments below it, and the replies to them.

    POST /api/sns/web/v1/feed                                the note
    GET  /api/sns/web/v2/comment/page?note_id=…&cursor=…     its comments, by weight
    GET  /api/sns/web/v2/comment/sub/page?note_id=…&root_comment_id=…&cursor=…

Requests carry a signature (x-s). The query is the note's address as a search gives it, with its `xsec_token`. The
page of a note for people, as a browser receives it, is read too.
"""

import re
from functools import partial
from urllib.parse import parse_qs, urlencode, urlsplit

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import SchemaChanged
from crawlers.formats.xiaohongshu import Comment, Data, Xiaohongshu, read_reply
from crawlers.page import Listed, Page, Request, Response
from crawlers.spider import CannotCrawl, Job

__all__ = ["XiaohongshuComments"]

_NOTE = re.compile(
    r"(?:https?://[\w.-]+/(?:explore|discovery/item|search_result)/)?(?P<id>[0-9a-f]{24})(?:\?(?P<query>.*))?"
)
_COMMENTS, _REPLIES = "/api/sns/web/v2/comment/page", "/api/sns/web/v2/comment/sub/page"


class XiaohongshuComments(Xiaohongshu):
    """What people answered to one note."""

    feed_name = Both("小红书评论", "Xiaohongshu comments")
    may_be_gone = True
    in_browser = BrowserPage(
        r"https://(www\.(xiaohongshu|rednote)\.com/(explore|discovery/item|search_result)/"
        r"|(edith|webapi)\.(xiaohongshu|rednote)\.com/api/sns/web/v\d/"
        r'(feed\n.*"source_note_id":\s*"|comment/(sub/)?page\?([^\n]*&)?note_id=))(?P<query>[0-9a-f]{24})'
    )

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        match = _NOTE.fullmatch(job.query.strip())
        if match is None:
            raise CannotCrawl(
                f"{job.feed} {job.query!r}: give a note's address, such as https://www.xiaohongshu.com/explore/…?xsec_token=…"
            )
        self._note = match["id"]
        self._token = parse_qs(match["query"] or "").get("xsec_token", [""])[0]

    def first(self) -> Request:
        """Return the request for the note itself."""
        return self.whole(self._note, self._token)

    def parse_page(self, response: Response) -> Page:
        """Read the note, a page of its comments, or of the replies to one."""
        found = read_reply(response)
        if found.items is not None:
            return self._parse_note(response, found)
        if found.comments is None and found.has_more is None:
            raise SchemaChanged("comments: missing")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(response.url).query).items()}
        below = asked.get("root_comment_id") if _REPLIES in response.url else None
        read, dead = self.read_each(found.comments or (), partial(self.read_comment, response, self._note, below))
        inner = [(raw, comment.id) for _, comment in read for raw in comment.sub_comments or ()]
        replies, dead_replies = self.read_each(
            inner, lambda one: self.read_comment(response, self._note, one[1], one[0])
        )
        posts = [post for post, _ in (*read, *replies)]
        more = bool(found.has_more and found.cursor and found.cursor != asked.get("cursor"))
        following = self._following(found, below) if more else None
        threads = [] if below else [self._replies(comment) for _, comment in read if comment.sub_comment_has_more]
        return Page(
            posts=tuple(posts),
            dead=(*dead, *dead_replies),
            listed=() if below else tuple(Listed(id=post.id) for post in posts),
            follow=((following,) if following else ()) if below else tuple(threads),
            next=None if below else following,
            nothing=None if found.comments or more else "no comments",
        )

    def _parse_note(self, response: Response, found: Data) -> Page:
        posts, dead = self.read_each(found.items or (), partial(self.read_note, response))
        read = partial(self.read_comment, response, self._note, None)
        beside, dead_beside = self.read_each(found.comments or (), read)
        return Page(
            posts=(*posts, *(post for post, _ in beside)),
            dead=(*dead, *dead_beside),
            listed=tuple(Listed(id=post.id) for post in posts),
            next=self._following(Data(cursor=""), None),
        )

    def _following(self, found: Data, below: str | None) -> Request:
        fields = {"note_id": self._note, "cursor": found.cursor or "", "top_comment_id": "", "xsec_token": self._token}
        if below is None:
            return self._get(_COMMENTS, fields)
        return self._get(_REPLIES, {**fields, "root_comment_id": below, "num": "10"})

    def _replies(self, comment: Comment) -> Request:
        return self._following(Data(cursor=comment.sub_comment_cursor), comment.id)

    def _get(self, path: str, fields: dict[str, str]) -> Request:
        url = f"{self.base}{path}?{urlencode({**fields, 'image_formats': 'jpg,webp,avif'})}"
        return Request(url=url, headers=self.headers, optional=path == _REPLIES)
