"""Weibo's search for the desktop: the HTML of s.weibo.com, ten to twenty posts a page, fifty pages at the most.

    GET /weibo?q=…&typeall=1&suball=1[&timescope=custom:2026-11-01-0:2026-11-02-0][&region=custom:44:1000]&page=N

It wants a member's cookie (`cookie_env`). Times stand there as 5分钟前, 今天10:23 or 11月02日 18:30: the id tells the
second. `robots` is off by default for the reason that weibo_search.py gives.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from lxml import etree

from config.both import Both
from config.settings import DAY_ZONE
from crawlers.browser_page import BrowserPage
from crawlers.errors import Blocked, CrawlError, LoginRequired, RateLimited, SchemaChanged, Unreachable
from crawlers.formats.mblog import SITE, digits, exact_time, tags_of
from crawlers.formats.weibo_card import (
    author_of,
    block_of,
    engagement_of,
    markup_of,
    pictures_of,
    quoted_mid,
    text_within,
)
from crawlers.formats.weibo_regions import REGIONS
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Kind, Post
from crawlers.reading.charset import decode_text
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
from crawlers.reading.regions import region_of
from crawlers.reading.stand_in import stand_in
from crawlers.slicing import HOUR, Slicing
from crawlers.spider import PlatformSpider

__all__ = ["WeiboHtml"]

_MOST_PAGES = 50
_CAPPED_FROM = 46
"""The list of pages of a search that finds more than it shows is at times some pages short."""
_CAPPED = f"the search shows no more than {_MOST_PAGES} pages"
_PARSER = etree.HTMLParser(huge_tree=True, no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
_WHEN = re.compile(
    r"刚刚|\d+\s*(?:秒|分钟|小时)前|(?:今天|昨天|前天)\s*\d{1,2}:\d{2}"
    r"|(?:\d{4}年)?\d{1,2}月\d{1,2}日(?:\s*\d{1,2}:\d{2})?|(?:\d{4}-)?\d{1,2}-\d{1,2}(?:\s+\d{1,2}:\d{2})?"
)
_REGION = re.compile(r"发布于\s*(\S+)")
_NOTHING = re.compile("未找到|没有找到|没有相关|未予显示")
_LOGIN = re.compile("passport\\.weibo|Sina Visitor System|visitor|扫码登录|请先登录|登录后", re.IGNORECASE)
_CHALLENGE = re.compile("验证码|异常行为|账号存在异常|系统检测到")
_TOO_FAST = re.compile("频繁")
_PAGE_NUMBER = re.compile(r"[?&]page=0*([1-9][0-9]{0,5})(?:[&#]|$)")
_END, _TAIL = "</html>", 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    post: Post
    pinned: bool
    quoted: Any
    """The message that it quotes, as it stands there; None for none."""


class WeiboHtml(PlatformSpider):
    """Posts that hold the query's words, and the posts that they repost."""

    platform = "weibo"
    platform_name = Both("微博", "Weibo")
    feed_name = Both("微博搜索（电脑版）", "Weibo search (desktop)")
    in_browser = BrowserPage(r"https://s\.weibo\.com/(?:weibo|realtime|hot)\?([^\n]*&)?q=(?P<query>[^&\n]+)")
    home = "https://s.weibo.com"
    delay = 10
    max_pages = _MOST_PAGES
    overlap = 2 * 3600
    robots = False
    max_stale_pages = 2
    route = "search"
    by_date = Slicing(regions=tuple(REGIONS))
    headers = {"Accept": "text/html"}

    def first(self) -> Request:
        """Return the request for page 1."""
        return self._page(1)

    def parse_page(self, response: Response) -> Page:
        """Read one page of the search."""
        page = decode_text(response.body, response.headers.get("content-type", ""))
        root = _document(page)
        cards = [one for one in _of_class(root, "card-wrap", "div") if one.get("mid") is not None]
        nothing = None if cards else _nothing(root)
        if not cards and nothing is None:
            raise _refusal(page)
        if _END not in page[-_TAIL:].lower():
            raise _ended_early(page)
        found, dead = self.read_each(cards, partial(self._parse_card, response))
        quoted = [(one.post.parent_id, one.quoted) for one in found if one.post.parent_id]
        roots, dead_roots = self.read_each(quoted, partial(self._parse_quoted, response))
        return Page(
            posts=(*(one.post for one in found), *(root for root in roots if root)),
            dead=(*dead, *dead_roots),
            listed=tuple(Listed(id=one.post.id, at=one.post.published_at, pinned=one.pinned) for one in found),
            next=self._following(response) if _of_class(root, "next", "a") else None,
            nothing=nothing,
            capped=_CAPPED if cards and self._is_capped(response, root) else None,
        )

    def _parse_card(self, response: Response, card: Any) -> _Found:
        mid = digits(card.get("mid"), "mid")
        heading, quoted = _heading_and_quoted(card)
        root_mid = None
        if quoted is not None:
            quoted.getparent().remove(quoted)
            root_mid = quoted_mid(quoted)
        post = self._parse_block(response, card, mid, Kind.POST if quoted is None else Kind.REPOST, root_mid)
        return _Found(post=post, pinned="热门" in heading or "置顶" in heading, quoted=quoted)

    def _parse_quoted(self, response: Response, one: tuple[str, Any]) -> Post | None:
        """Read a message that another quotes; None where it is gone: then the platform's words name nobody."""
        mid, element = one
        return self._parse_block(response, element, mid, Kind.POST, None) if block_of(element).names else None

    def _parse_block(self, response: Response, element: Any, mid: str, kind: Kind, root_mid: str | None) -> Post:
        """Read a message: the card's own, or the one that it quotes."""
        block = block_of(element)
        markup = markup_of(block)
        text = text_of(markup)
        told = text_within(block.origin)
        when = _WHEN.search(told)
        published_at, precision = exact_time(when[0] if when else None, mid, response)
        region = _REGION.search(told)
        return self.post(
            response,
            kind=kind,
            native_id=mid,
            url=f"https://m.weibo.cn/detail/{mid}",
            text=text,
            tags=tags_of(text),
            links=links_of(markup, self.base, own=SITE),
            pictures=pictures_of(block),
            author=author_of(block),
            published_at=published_at,
            time_precision=precision,
            engagement=engagement_of(block),
            region=region_of(region[1]) if region else None,
            parent_id=root_mid,
            root_id=f"{self.platform}:{Kind.POST}:{root_mid}" if root_mid else None,
        )

    def _following(self, response: Response) -> Request | None:
        number = _number(response.url)
        return self._page(number + 1) if number < _MOST_PAGES else None

    def _is_capped(self, response: Response, root: Any) -> bool:
        """Say whether the search found more than its pages show: by its list of pages, or on the last one."""
        listed = sum(len(one.findall("li")) for one in _of_class(root, "s-scroll", "ul"))
        first_time = self.job.since is None and self.job.slice is None
        return listed >= (_MOST_PAGES if first_time else _CAPPED_FROM) or _number(response.url) >= _MOST_PAGES

    def _page(self, number: int) -> Request:
        fields: dict[str, str | int] = {"q": self.job.query, "typeall": 1, "suball": 1}
        if part := self.job.slice:
            hours = part.at_most(HOUR)
            fields["timescope"] = f"custom:{_hour(hours.start)}:{_hour(hours.end)}"
            if part.region:
                fields["region"] = f"custom:{part.region}:1000"
        fields["page"] = number
        return Request(url=f"{self.base}/weibo?{urlencode(fields)}", headers=self.headers)


def _number(address: str) -> int:
    """Return which page of the search an address is."""
    number = _PAGE_NUMBER.search(address)
    return int(number[1]) if number else 1


def _hour(moment: datetime) -> str:
    here = moment.astimezone(DAY_ZONE)
    return f"{here:%Y-%m-%d}-{here.hour}"


def _document(page: str) -> Any:
    """Return the page's root; an empty one for what is no page."""
    try:
        root = etree.fromstring(page.replace("\0", "").encode("utf-8", "replace"), _PARSER)
    except etree.LxmlError:
        root = None
    return etree.Element("html") if root is None else root


def _of_class(root: Any, name: str, tag: str = "*") -> list[Any]:
    """Return the elements whose class has these letters in it."""
    return [one for one in root.iter(tag) if name in (one.get("class") or "")]


def _heading_and_quoted(card: Any) -> tuple[str, Any]:
    """Return the words above a card, and the message that it quotes, None where it quotes none."""
    heading, quoted = "", None
    for one in card.iter("div"):
        kind = one.get("class") or ""
        if "card-top" in kind:
            heading += text_within(one)
        elif "card-comment" in kind:
            quoted = one
            break
    return heading, quoted


def _nothing(root: Any) -> str | None:
    """Return the page's words that it found nothing."""
    said = " ".join(map(text_within, _of_class(root, "card-no-result")))
    return said if _NOTHING.search(said) else None


def _refusal(page: str) -> CrawlError:
    """Return what a page without posts means."""
    for words, meaning in ((_TOO_FAST, RateLimited), (_CHALLENGE, Blocked), (_LOGIN, LoginRequired)):
        if said := words.search(page):
            return meaning(f"a page without posts that says {said[0]}")
    if _END not in page[-_TAIL:].lower():
        return _ended_early(page)
    refusal = stand_in(page) or SchemaChanged
    return refusal("no card with a mid, and no word that nothing was found")


def _ended_early(page: str) -> Unreachable:
    return Unreachable(f"the answer ended early, after {len(page):,} characters")
