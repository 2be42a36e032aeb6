"""The reposts of one message on Weibo, newest first.

    GET /api/statuses/repostTimeline?id={mid}&page=N
    GET /statuses/extend?id=…        the whole of a text that the list cuts

The query is the message's number or its address. The list says how many pages it has; a page within may be empty, for
reposts that are not for everybody are left out.
"""

from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.formats.weibo_mobile import OfMessage, read_reply
from crawlers.page import Page, Request, Response
from crawlers.reading.counts import count
from crawlers.reading.wire import decode_json, decode_page

__all__ = ["WeiboReposts"]


class _Reposts(msgspec.Struct):
    data: list[msgspec.Raw]
    max: int | str | None = None


class WeiboReposts(OfMessage):
    """Who passed one message on, and with what words."""

    feed_name = Both("微博转发", "Weibo reposts")
    in_browser = BrowserPage(
        r"https://(m\.weibo\.cn/api|weibo\.com/ajax)/statuses/repostTimeline\?([^\n]*&)?id=(?P<query>\d+)"
    )
    max_stale_pages = 3

    def first(self) -> Request:
        """Return the request for the newest reposts."""
        return self._page(1)

    def parse_page(self, response: Response) -> Page:
        """Read one page of reposts."""
        reply = read_reply(response)
        if str(reply.ok) == "0":
            return Page(nothing=reply.msg)
        if bytes(reply.data).lstrip().startswith(b"["):  # the desktop's page has the list itself there
            shown = _Reposts(data=decode_json(bytes(reply.data), list[msgspec.Raw]), max=reply.max_page)
        else:
            shown = decode_page(bytes(reply.data), _Reposts)
        number = count(parse_qs(urlsplit(response.url).query).get("page", ["1"])[0]) or 1
        pages = count(shown.max) or 0
        following = self._page(number + 1) if number < pages else None
        page = self.page_of(response, shown.data, following, of=self.mid)
        return page if shown.data or following else replace(page, nothing="no reposts")

    def _page(self, number: int) -> Request:
        fields = {"id": self.mid, "page": number}
        return Request(url=f"{self.base}/api/statuses/repostTimeline?{urlencode(fields)}", headers=self.headers)
