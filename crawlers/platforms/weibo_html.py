"""Weibo's search for the desktop: the HTML of s.weibo.com, ten to twenty posts a page, fifty pages at the most.

    GET /weibo?q=…&typeall=1&suball=1[&timescope=custom:2026-11-01-0:2026-11-02-0][&region=custom:44:1000]&page=N

It wants a member's cookie (`cookie_env`). Times stand there as 5分钟前, 今天10:23 or 11月02日 18:30: the id tells the
second. `robots` is off by default for the reason that weibo_search.py gives.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from lxml import etree

from config.both import Both
from config.settings import DAY_ZONE
from crawlers.browser_page import BrowserPage
from crawlers.errors import Blocked, CrawlError, LoginRequired, MalformedPost, RateLimited, SchemaChanged, Unreachable
from crawlers.formats.mblog import SITE, digits, exact_time, tags_of
from crawlers.formats.weibo_id import from_base62
from crawlers.formats.weibo_regions import REGIONS
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.reading.charset import decode_text
from crawlers.reading.counts import count
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
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
_FOLD = re.compile(r"\s*(?:\.{3}|…+)?\s*(?:展开|收起)\s*(?=(?:</[a-z]+>)*\s*$)")
_ICON = re.compile("[\ue000-\uf8ff]")
_SIGN = re.compile("[\ue000-\uf8ff]")
"""Letters of a font that draws signs."""
_ACCOUNT = re.compile(r"/(?:u/)?(\d{5,})(?:/([0-9A-Za-z]+))?/?$")
_REGION = re.compile(r"发布于\s*(\S+)")
_DATA_MID = re.compile(r"(?:^|&)mid=(\d+)")
_SIZE = re.compile(r"(//[^/]+/)[^/]+/")
_NOTHING = re.compile("未找到|没有找到|没有相关")
_LOGIN = re.compile("passport\\.weibo|Sina Visitor System|visitor|扫码登录|请先登录|登录后", re.IGNORECASE)
_CHALLENGE = re.compile("验证码|异常行为|账号存在异常|系统检测到")
_TOO_FAST = re.compile("频繁")
_ORGANISATION, _PERSON = re.compile("vblue|icon-vip-b"), re.compile("vyellow|vorange|vgold|icon-vip-[yg]")
_END, _TAIL = "</html>", 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    post: Post
    pinned: bool
    root: Post | None


class WeiboHtml(PlatformSpider):
    """Posts that hold the query's words, and the posts that they repost."""

    platform = "weibo"
    platform_name = Both("微博", "Weibo")
    feed_name = Both("微博搜索（电脑版）", "Weibo search (desktop)")
    in_browser = BrowserPage(r"https://s\.weibo\.com/weibo\?([^\n]*&)?q=(?P<query>[^&\n]+)")
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
        cards = _all(root, "//div[contains(@class,'card-wrap') and @mid]") if root is not None else []
        nothing = _nothing(root) if root is not None else None
        if not cards and nothing is None:
            raise _refusal(page)
        if _END not in page[-_TAIL:].lower():
            raise _ended_early(page)
        found, dead = self.read_each(cards, partial(self._parse_card, response))
        return Page(
            posts=tuple(post for one in found for post in (one.post, one.root) if post),
            dead=tuple(dead),
            listed=tuple(Listed(id=one.post.id, at=one.post.published_at, pinned=one.pinned) for one in found),
            next=self._following(response) if _all(root, "//a[contains(@class,'next')]") else None,
            nothing=None if cards else nothing,
            capped=_CAPPED if cards and self._is_capped(response, root) else None,
        )

    def _parse_card(self, response: Response, card: Any) -> _Found:
        mid = digits(card.get("mid"), "mid")
        heading = "".join(_all(card, ".//div[contains(@class,'card-top')]//text()"))
        quoted = next(iter(_all(card, ".//div[contains(@class,'card-comment')]")), None)
        root = root_mid = None
        if quoted is not None:
            quoted.getparent().remove(quoted)
            root_mid = _quoted_mid(quoted)
            root = self._parse_block(response, quoted, root_mid, Kind.POST, None) if root_mid else None
        post = self._parse_block(response, card, mid, Kind.POST if quoted is None else Kind.REPOST, root_mid)
        return _Found(post=post, pinned="热门" in heading or "置顶" in heading, root=root)

    def _parse_block(self, response: Response, block: Any, mid: str, kind: Kind, root_mid: str | None) -> Post:
        """Read a message: the card's own, or the one that it quotes."""
        markup = _parse_markup(block)
        text = text_of(markup)
        origin = next(iter(_all(block, ".//*[contains(concat(' ',@class,' '),' from ')]")[-1:]), None)
        told = "" if origin is None else " ".join("".join(origin.itertext()).split())
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
            pictures=_parse_pictures(block),
            author=_parse_author(block),
            published_at=published_at,
            time_precision=precision,
            engagement=_parse_engagement(block),
            region=region[1] if region else None,
            parent_id=root_mid,
            root_id=f"{self.platform}:{Kind.POST}:{root_mid}" if root_mid else None,
        )

    def _following(self, response: Response) -> Request | None:
        number = _number(response)
        return self._page(number + 1) if number < _MOST_PAGES else None

    def _is_capped(self, response: Response, root: Any) -> bool:
        """Say whether the search found more than its pages show: by its list of pages, or on the last one."""
        listed = len(_all(root, "//ul[contains(@class,'s-scroll')]/li"))
        first_time = self.job.since is None and self.job.slice is None
        return listed >= (_MOST_PAGES if first_time else _CAPPED_FROM) or _number(response) >= _MOST_PAGES

    def _page(self, number: int) -> Request:
        fields: dict[str, str | int] = {"q": self.job.query, "typeall": 1, "suball": 1}
        if part := self.job.slice:
            hours = part.at_most(HOUR)
            fields["timescope"] = f"custom:{_hour(hours.start)}:{_hour(hours.end)}"
            if part.region:
                fields["region"] = f"custom:{part.region}:1000"
        fields["page"] = number
        return Request(url=f"{self.base}/weibo?{urlencode(fields)}", headers=self.headers)


def _number(response: Response) -> int:
    return count(parse_qs(urlsplit(response.url).query).get("page", ["1"])[0]) or 1


def _hour(moment: datetime) -> str:
    here = moment.astimezone(DAY_ZONE)
    return f"{here:%Y-%m-%d}-{here.hour}"


@cache
def _path(path: str) -> etree.XPath:
    return etree.XPath(path)


def _all(node: Any, path: str) -> Any:
    """Return what a path leads to from here."""
    return _path(path)(node)


def _document(page: str) -> Any:
    try:
        return etree.fromstring(page.replace("\0", "").encode("utf-8", "replace"), _PARSER)
    except etree.LxmlError:
        return None


def _nothing(root: Any) -> str | None:
    """Return the page's words that it found nothing."""
    said = " ".join("".join(_all(root, "//*[contains(@class,'card-no-result')]//text()")).split())
    return said if _NOTHING.search(said) else None


def _refusal(page: str) -> CrawlError:
    """Return what a page without posts means."""
    for words, meaning in ((_TOO_FAST, RateLimited), (_CHALLENGE, Blocked), (_LOGIN, LoginRequired)):
        if said := words.search(page):
            return meaning(f"a page without posts that says {said[0]}")
    if _END not in page[-_TAIL:].lower():
        return _ended_early(page)
    return SchemaChanged("no card with a mid, and no word that nothing was found")


def _ended_early(page: str) -> Unreachable:
    return Unreachable(f"the answer ended early, after {len(page):,} characters")


def _quoted_mid(quoted: Any) -> str | None:
    """Return the id of a quoted message, by its like button or else by its address; None where it was deleted."""
    for data in _all(quoted, ".//@action-data"):
        if match := _DATA_MID.search(data):
            return str(match[1])
    for address in _all(quoted, ".//*[contains(concat(' ',@class,' '),' from ')]//a/@href"):
        match = _ACCOUNT.search(urlsplit(address).path)
        if match and match[2]:
            return str(from_base62(match[2]))
    return None


def _parse_markup(block: Any) -> str:
    """Return the HTML of the whole text, without the signs that fold it and those drawn by a font of signs."""
    texts = _all(block, ".//p[@node-type='feed_list_content_full']") or _all(
        block, ".//p[@node-type='feed_list_content']|.//p[contains(concat(' ',@class,' '),' txt ')]"
    )
    if not texts:
        raise MalformedPost("text: missing")
    text = texts[0]
    for sign in _all(text, ".//i[contains(@class,'wbicon')]|.//a[starts-with(@action-type,'fl_')]"):
        sign.text, sign[:] = "", []
    return _FOLD.sub("", _SIGN.sub("", etree.tostring(text, encoding="unicode", method="html", with_tail=False)))


def _parse_author(block: Any) -> Author | None:
    for link in _all(block, ".//a[@nick-name]"):
        if match := _ACCOUNT.search(urlsplit(link.get("href", "")).path):
            signs = " ".join(_all(block, ".//svg/@id|.//svg/use/@href|.//i/@class|.//*[local-name()='use']/@*"))
            organisation = bool(_ORGANISATION.search(signs))
            verified = organisation or bool(_PERSON.search(signs))
            return Author(
                id=match[1],
                name=link.get("nick-name", "").strip().removeprefix("@") or None,
                url=f"https://m.weibo.cn/u/{match[1]}",
                verified=verified,
                organisation=organisation if verified else None,
            )
    return None


def _parse_engagement(block: Any) -> Engagement:
    def shown(*paths: str) -> int | None:
        for path in paths:
            for found in _all(block, path):
                return count(" ".join("".join(found.itertext()).split()) or "赞")
        return None

    return Engagement(
        reposts=shown(".//a[@action-type='feed_list_forward']", ".//ul[contains(@class,'act')]/li[1]/a"),
        comments=shown(".//a[@action-type='feed_list_comment']", ".//ul[contains(@class,'act')]/li[2]/a"),
        likes=shown(
            ".//*[contains(@class,'woo-like-count')]",
            ".//a[@action-type='feed_list_like']//em",
            ".//a[@action-type='feed_list_like']",
        ),
    )


def _parse_pictures(block: Any) -> tuple[str, ...]:
    """Return the addresses of the pictures, in full size."""
    shown = _all(block, ".//div[contains(@class,'media-piclist')]//img/@src")
    large = (_SIZE.sub(r"\1large/", address, count=1) for address in shown)
    return tuple(dict.fromkeys(f"https:{one}" if one.startswith("//") else one for one in large if "//" in one))
