"""知乎: the answers to one question, newest first, twenty a page, and the question where its own page is read.

    GET /api/v4/questions/{id}/answers?include=…&sort_by=created&offset=N&limit=20

Requests carry a signature (x-zse-96), which belongs to the cookie `d_c0`. The query is the question's number or
address. The list that Zhihu's own page receives, /api/v4/questions/{id}/feeds, is read too, and so is the page itself.
"""

import re
from functools import partial
from urllib.parse import urlencode

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.formats.zhihu import Reply, read_reply
from crawlers.formats.zhihu_content import KINDS, QUESTION, Zhihu, parameter, type_of
from crawlers.formats.zhihu_page import contents_in_page
from crawlers.page import Listed, Page, Request, Response
from crawlers.reading.wire import decode_optional
from crawlers.spider import CannotCrawl, Job

__all__ = ["ZhihuAnswers"]

_QUESTION = re.compile(r"(?:(?:https?://)?(?:www\.)?zhihu\.com/question/)?(?P<id>\d{1,19})(?:[/?#].*)?")
_PAGE = 20
_INCLUDED = "data[*].content,excerpt,voteup_count,comment_count,created_time,updated_time,question;" + (
    "data[*].author.follower_count,badge[*].topics"
)


class _Entry(msgspec.Struct):
    target: msgspec.Raw = msgspec.Raw(b"null")


class ZhihuAnswers(Zhihu):
    """What people answered to one question."""

    feed_name = Both("知乎回答", "Zhihu answers")
    may_be_gone = True
    in_browser = BrowserPage(
        r"https://www\.zhihu\.com/(api/v4/questions(?=/\d+(/(answers|feeds))?[?\n])|question(?=/\d+(/answer/\d+)?[?\n]))"
        r"/(?P<query>\d+)"
    )

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        match = _QUESTION.fullmatch(job.query.strip())
        if match is None:
            raise CannotCrawl(
                f"{job.feed} {job.query!r}: give a question's number or address, such as https://www.zhihu.com/question/…"
            )
        self._question = match["id"]

    def first(self) -> Request:
        """Return the request for the newest answers."""
        return self._page(0)

    def parse_page(self, response: Response) -> Page:
        """Read one page of answers; advertisements and suggestions among them are none."""
        shown = contents_in_page(response.body)
        reply = Reply(data=shown) if shown else read_reply(response)
        entries = [one for raw in reply.data or () if type_of(one := _answer(raw)) in (None, QUESTION, *KINDS)]
        read, dead = self.read_each(entries, partial(self.read_content, response))
        found = [post for post in read if not self._is_another(post.native_id)]
        ended = reply.paging is None or bool(reply.paging.is_end)
        here = parameter(response.url, "offset")
        return Page(
            posts=tuple(found),
            dead=tuple(dead),
            listed=tuple(
                Listed(id=post.id, at=post.published_at, pinned=post.native_id.startswith(QUESTION)) for post in found
            ),
            next=None if ended else self._page((int(here) if here.isdecimal() and len(here) < 8 else 0) + _PAGE),
            nothing="no answers" if ended and not entries else None,
        )

    def _is_another(self, id: str) -> bool:
        """Tell whether this is a question, and not the one that was asked for: pages hold some beside it."""
        return id.startswith(f"{QUESTION}/") and id != f"{QUESTION}/{self._question}"

    def _page(self, offset: int) -> Request:
        fields = {"include": _INCLUDED, "limit": _PAGE, "offset": offset, "sort_by": "created", "platform": "desktop"}
        url = f"{self.base}/api/v4/questions/{self._question}/answers?{urlencode(fields)}"
        return Request(url=url, headers=self.headers)


def _answer(raw: msgspec.Raw) -> msgspec.Raw:
    """Return the answer itself, which the page's own list holds one level deeper."""
    entry = decode_optional(raw, _Entry)
    return raw if entry is None or decode_optional(entry.target, dict[str, msgspec.Raw]) is None else entry.target
