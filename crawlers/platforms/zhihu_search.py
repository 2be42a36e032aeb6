"""知乎: the answers, articles and videos that Zhihu's search finds, newest first, twenty a page.

    GET /api/v4/search_v3?t=general&q=…&sort=created_time&offset=…&limit=20

Requests carry a signature (x-zse-96), which belongs to the cookie `d_c0`.
"""

from functools import partial
from urllib.parse import urlencode

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.formats.zhihu import Paging, read_reply
from crawlers.formats.zhihu_content import KINDS, Zhihu, parameter, type_of
from crawlers.page import Listed, Page, Request, Response
from crawlers.reading.wire import decode_item, decode_optional

__all__ = ["ZhihuSearch"]

_PAGE = 20
_NO_POSTS = {
    *("people", "topic", "column", "question", "relevant_query", "knowledge_ad", "search_club", "wiki_box", "one_box"),
    *("ebook", "live", "album", "paid_column", "roundtable", "special", "ad", "koc_box", "education", "hot_timing"),
}
"""What stands among the results beside posts."""


class _Box(msgspec.Struct):
    items: list[msgspec.Raw] | None = msgspec.field(name="content_items", default=None)


class _Result(_Box):
    type: str | None = None
    object: msgspec.Raw = msgspec.Raw(b"null")


class ZhihuSearch(Zhihu):
    """Posts that hold the query's words."""

    feed_name = Both("知乎搜索", "Zhihu search")
    in_browser = BrowserPage(r"https://www\.zhihu\.com/api/v4/search_v3\?([^\n]*&)?q=(?P<query>[^&\n]+)")

    def first(self) -> Request:
        """Return the request for the first results."""
        return self._page(0)

    def parse_page(self, response: Response) -> Page:
        """Read one page of results; people, topics, columns and advertisements among them are no posts."""
        reply = read_reply(response)
        read, broken = self.read_each(reply.data or (), _objects)
        groups = [group for group in read if group is not None]
        found, dead = self.read_each([raw for group in groups for raw in group], partial(self.read_content, response))
        ended = reply.paging is None or bool(reply.paging.is_end)
        return Page(
            posts=tuple(found),
            dead=(*broken, *dead),
            listed=tuple(Listed(id=post.id, at=post.published_at) for post in found),
            next=None if ended else self._following(response, reply.paging),
            nothing="no results" if ended and not groups and not broken else None,
        )

    def _following(self, response: Response, paging: Paging | None) -> Request | None:
        """Return the request for what follows; where the platform names it, from the place that it names."""
        here = _offset(response.url) or 0
        named = _offset(paging.next) if paging else None
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
    box = decode_optional(result.object, _Box) or _Box()
    within = [decode_item(item, _Result).object for item in (*(result.items or ()), *(box.items or ()))]
    found = [one for one in (result.object, *within) if type_of(one) in KINDS]
    if not found:
        return None if {result.type, type_of(result.object)} & _NO_POSTS else []
    return [raw for one in found for raw in Zhihu.with_origin(one)]


def _offset(url: str | None) -> int | None:
    given = parameter(url, "offset")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 8 else None
