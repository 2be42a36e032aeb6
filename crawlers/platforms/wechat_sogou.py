"""微信公众号's articles, by Sogou's search: ten a page, ten pages at the most, by relevance.

    GET /weixin?type=2&ie=utf8&query=…&page=N

The addresses that it gives last some hours. Past a few pages it wants a cookie (`cookie_env`), or asks for a captcha,
which ends the crawl as blocked.
"""

import re
from functools import partial
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import Blocked, MalformedPost
from crawlers.formats.wechat_article import address_of, article_id, refused_page
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Author, Kind, Post
from crawlers.reading.html_page import Element, attribute, classed, each, first, page_of, plain
from crawlers.reading.times import unix_time
from crawlers.spider import PlatformSpider

__all__ = ["WechatSogou"]

_MOST_PAGES = 10
_ITEMS = f"//{classed('news-list', 'ul')}/li"
_TIME = re.compile(r"timeConvert\(\s*'?(\d{9,13})'?\s*\)")
_MARK = re.compile("red_(?:beg|end)")
_NOTHING = re.compile("没有找到(?:相关|与)|暂无与|没有相关的")


class WechatSogou(PlatformSpider):
    """Articles of public accounts that hold the query's words."""

    platform = "wechat"
    platform_name = Both("微信公众号", "WeChat public accounts")
    feed_name = Both("公众号搜索（搜狗）", "WeChat by Sogou")
    home = "https://weixin.sogou.com"
    route = "search"
    delay = 8
    max_pages = _MOST_PAGES
    max_stale_pages = 2
    robots = False
    login_walls = ()
    in_browser = BrowserPage(
        r"https://weixin\.sogou\.com/weixin\?(?=([^\n]*&)?type=2[&\n])([^\n]*&)?query=(?P<query>[^&\n]+)"
    )

    def first(self) -> Request:
        """Return the request for the first page."""
        return self._page(1)

    def parse_page(self, response: Response) -> Page:
        """Read one page of the search."""
        if "/antispider" in response.url:
            raise Blocked("a page that asks for a proof of being a person (antispider)")
        root, text = page_of(response)
        items = [*each(root, _ITEMS)]
        if not items:
            if _NOTHING.search(plain(first(root, "//body"))):
                return Page(nothing="a search without articles")
            raise refused_page(text)
        posts, dead = self.read_each(items, partial(self._parse_item, response))
        asked = parse_qs(urlsplit(response.url).query).get("page", ["1"])[0]
        number = int(asked) if asked.isdecimal() and len(asked) < 5 else 1
        more = first(root, "//a[@id='sogou_next']") is not None
        return Page(
            posts=tuple(posts),
            dead=tuple(dead),
            listed=tuple(Listed(id=post.id) for post in posts),  # by relevance: no page says how far back it reaches
            next=self._page(number + 1) if more and number < _MOST_PAGES else None,
            capped=f"the search shows no more than {_MOST_PAGES} pages" if more and number >= _MOST_PAGES else None,
        )

    def _parse_item(self, response: Response, item: Element) -> Post:
        link = first(item, ".//h3//a")
        title = _MARK.sub("", plain(link))
        told = first(item, f".//{classed('s-p', 'div')}")
        match = _TIME.search(" ".join(str(script.text or "") for script in each(item, ".//script")))
        seconds = match[1] if match else attribute(told, "t")
        if not seconds.isdecimal():
            raise MalformedPost("timeConvert: no time that we can read")
        if not title or not attribute(link, "href"):
            raise MalformedPost("h3: no title with an address")
        published_at, precision = unix_time(int(seconds))
        account = (
            first(item, f".//{classed('account', 'a')}", f".//{classed('s-p', 'div')}/a") if told is not None else None
        )
        name = plain(account) or plain(first(item, f".//{classed('all-time-y2')}"))
        address = address_of(urljoin(f"{self.home}/", attribute(link, "href")))
        picture = first(item, f".//{classed('img-box', 'div')}//img")
        shown = attribute(picture, "src")
        return self.post(
            response,
            kind=Kind.ARTICLE,
            native_id=article_id(address, name, title, published_at),
            url=address,
            site=name or None,
            title=title,
            text=_MARK.sub("", plain(first(item, f".//{classed('txt-info', 'p')}", ".//p"))),
            pictures=(f"https:{shown}" if shown.startswith("//") else shown,) if shown else (),
            author=_parse_author(account, name),
            published_at=published_at,
            time_precision=precision,
        )

    def _page(self, number: int) -> Request:
        fields = {"type": "2", "ie": "utf8", "query": self.job.query, "page": str(number)}
        return Request(url=f"{self.base}/weixin?{urlencode(fields)}")


def _parse_author(account: Element | None, name: str) -> Author | None:
    """Return the account by its name: the search gives no lasting number of it."""
    if not name:
        return None
    checked = attribute(account, "data-isv")
    return Author(id=name, name=name, verified=checked == "1" if checked else None)
