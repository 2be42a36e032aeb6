"""Weibo's mobile search: the JSON that m.weibo.cn/search reads, newest first, ten posts a page.

    GET /api/container/getIndex?containerid=100103type=61&q=…&t=&page_type=searchall&page=N
    GET /statuses/extend?id=…        the whole of a text that the search cuts

`robots` is off by default: the addresses are those that the public page itself asks for; who runs this decides, in
config/platforms/weibo_search.yaml.
"""

from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.formats.weibo_mobile import WeiboMobile, read_reply
from crawlers.page import Page, Request, Response
from crawlers.reading.wire import decode_json

__all__ = ["WeiboSearch"]

_NEWEST_FIRST = 61


class _Cards(msgspec.Struct):
    cards: list[msgspec.Raw]


class WeiboSearch(WeiboMobile):
    """Posts that hold the query's words, and the posts that they repost."""

    feed_name = Both("微博搜索", "Weibo search")
    in_browser = BrowserPage(
        r"https://m\.weibo\.cn/api/container/"
        r"getIndex\?[^\n]*containerid=(?:100103|231522)type=\d+(?:&t=\d*)?&q=(?P<query>[^&\n]+)"
    )

    def first(self) -> Request:
        """Return the request for page 1."""
        return self._page(1)

    def after(self, request: Request) -> Request:
        """Return the request for the next page: pages are numbered."""
        page = parse_qs(urlsplit(request.url).query).get("page", ["1"])[0]
        return self._page(1 + int(page) if page.isascii() and page.isdecimal() else 2)

    def parse_page(self, response: Response) -> Page:
        """Read one page of the search."""
        reply = read_reply(response)
        following = self.after(Request(url=response.url))
        if str(reply.ok) == "0":
            return Page(nothing=reply.msg, next=following)
        return self.page_of_cards(response, decode_json(bytes(reply.data), _Cards).cards, following)

    def _page(self, number: int) -> Request:
        container = f"100103type={_NEWEST_FIRST}&q={self.job.query}&t="
        fields = {"containerid": container, "page_type": "searchall", "page": number}
        return Request(url=f"{self.base}/api/container/getIndex?{urlencode(fields)}", headers=self.headers)
