"""微信公众号: the articles of one account, as another account's own back office finds them to quote, newest first.

    GET /cgi-bin/appmsgpublish?sub=list&sub_action=list_ex&fakeid=…&begin=N&count=5&type=101_1&f=json&token=…

The query is the account's fakeid, which is its __biz. A cookie of one's own back office is wanted (`cookie_env`), and
the token that stands in its addresses (`token_env`). The older list, `/cgi-bin/appmsg?action=list_ex`, is read too.
"""

import html
import re
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import Blocked, CrawlError, LoginRequired, MalformedPost, RateLimited, SchemaChanged, Unreachable
from crawlers.formats.wechat_article import HOME, address_of, article_id, refused_page
from crawlers.page import Dead, Listed, Page, Request, Response
from crawlers.post import Author, Kind, Post
from crawlers.reading.times import Stamp, stamped
from crawlers.reading.wire import decode_item, decode_optional, decode_page, looks_like_html
from crawlers.spider import CannotCrawl, Job, PlatformSpider

__all__ = ["WechatMp"]

_PAGE = 5
_AT_ONCE = timedelta(minutes=1)
"""A change within it belongs to the publishing."""
_MEANINGS: dict[int, type[CrawlError]] = {
    -1: Unreachable,
    200003: LoginRequired,
    200008: Blocked,
    200013: RateLimited,
    200040: LoginRequired,
}
_MARK = re.compile(r"</?em\b[^<>]*>")
_ABSENT = msgspec.Raw(b"null")


class _Said(msgspec.Struct):
    ret: int
    words: str | None = msgspec.field(name="err_msg", default=None)


class _Answer(msgspec.Struct):
    """The answer of either list."""

    base_resp: _Said
    count: int | None = msgspec.field(name="app_msg_cnt", default=None)
    articles: msgspec.Raw = msgspec.field(name="app_msg_list", default=_ABSENT)
    page: msgspec.Raw = msgspec.field(name="publish_page", default=_ABSENT)


class _Published(msgspec.Struct):
    total_count: int | None = None
    publish_list: list[msgspec.Raw] | None = None


class _Sending(msgspec.Struct):
    """One sending, whose own JSON is a string, or is not there any more."""

    publish_info: str | None = None


class _Sent(msgspec.Struct):
    articles: list[msgspec.Raw] = msgspec.field(name="appmsgex")
    sent: Any = msgspec.field(name="sent_info", default=None)


class _Article(msgspec.Struct):
    title: str
    link: str
    aid: str | None = None
    appmsgid: int | str | None = None
    itemidx: int | str | None = None
    digest: str | None = None
    cover: str | None = None
    create_time: Stamp | None = None
    update_time: Stamp | None = None
    is_deleted: Any = None


class WechatMp(PlatformSpider):
    """An account's articles."""

    platform = "wechat"
    platform_name = Both("微信公众号", "WeChat public accounts")
    feed_name = Both("公众号后台列表", "WeChat back office")
    home = HOME
    delay = 10
    robots = False
    max_stale_pages = 2
    in_browser = BrowserPage(
        r"https://mp\.weixin\.qq\.com/cgi-bin/appmsg(publish)?\?([^\n]*&)?fakeid=(?P<query>[A-Za-z0-9+/=]{8,60})(?=[&\n])"
    )
    token_parameter = "token"  # noqa: S105  # it is the name of one

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        if not 8 <= len(job.query.strip()) <= 60 or any(character.isspace() for character in job.query.strip()):
            raise CannotCrawl(f"wechat_mp {job.query!r}: give the account's fakeid, such as MzAwMDAwMDAwMA==")
        self._biz = job.query.strip()

    def first(self) -> Request:
        """Return the request for the newest articles."""
        return self._page(0)

    def parse_page(self, response: Response) -> Page:
        """Read one page of either list."""
        if looks_like_html(response.body):
            raise refused_page(response.body.decode("utf-8", "replace"))
        answer = decode_page(response.body, _Answer)
        ret = answer.base_resp.ret
        if ret:
            said = f"the platform says: ret {ret} {answer.base_resp.words or ''}".rstrip()
            raise _MEANINGS.get(ret, SchemaChanged)(said)
        pairs, dead, total = self._pairs(answer)
        read, unread = self.read_each(pairs, partial(self._parse_article, response))
        posts = [post for post in read if post]
        asked = parse_qs(urlsplit(response.url).query).get("begin", ["0"])[0]
        onward = (int(asked) if asked.isdecimal() else 0) + _PAGE
        return Page(
            posts=tuple(posts),
            dead=(*dead, *unread),
            listed=tuple(Listed(id=post.id, at=post.published_at) for post in posts),
            next=self._page(onward) if onward < total else None,
            nothing=None if pairs or dead else "a list without articles",
        )

    def _pairs(self, answer: _Answer) -> tuple[list[tuple[int, msgspec.Raw]], list[Dead], int]:
        """Return each article with the time of its sending, 0 where none is told; and how many entries there are."""
        listed = decode_optional(answer.articles, list[msgspec.Raw])
        if listed is not None:
            return [(0, raw) for raw in listed], [], answer.count or 0
        written = decode_optional(answer.page, str)
        published = decode_page(written.encode() if written is not None else bytes(answer.page), _Published)
        if published.publish_list is None and published.total_count is None:
            raise SchemaChanged("neither app_msg_list nor publish_page.publish_list")
        found, dead = self.read_each(published.publish_list or (), _sending)
        return [pair for pairs in found for pair in pairs], dead, published.total_count or 0

    def _parse_article(self, response: Response, pair: tuple[int, msgspec.Raw]) -> Post | None:
        """Return an article; None for one that was deleted."""
        article = decode_item(pair[1], _Article)
        if str(article.is_deleted or 0) not in ("0", "False", "false"):
            return None
        updated = stamped(article.update_time)
        published = stamped(article.create_time) or stamped(pair[0]) or updated
        if published is None:
            raise MalformedPost("create_time and update_time: both missing")
        published_at, precision = published
        changed = updated[0] if updated else None
        address, title = address_of(article.link), html.unescape(_MARK.sub("", article.title)).strip()
        if not address.startswith("https://"):
            raise MalformedPost(f"link: {address[:80]!r} is no address")
        cover = article.cover or ""
        return self.post(
            response,
            kind=Kind.ARTICLE,
            native_id=article_id(address, self._biz, title, published_at),
            url=address,
            title=title or None,
            text=html.unescape(article.digest or "").strip(),
            pictures=(cover,) if cover.startswith("http") else (),
            author=Author(id=self._biz, url=f"{HOME}/mp/profile_ext?action=home&__biz={self._biz}"),
            published_at=published_at,
            time_precision=precision,
            edited_at=changed if changed and published_at + _AT_ONCE < changed <= response.fetched_at else None,
        )

    def _page(self, begin: int) -> Request:
        fields = {"sub": "list", "sub_action": "list_ex", "search_field": "null", "query": "", "begin": begin}
        fields |= {"count": _PAGE, "fakeid": self._biz, "type": "101_1", "free_publish_type": 1, "lang": "zh_CN"}
        query = urlencode({**fields, "f": "json", "ajax": 1})
        return Request(url=f"{self.base}/cgi-bin/appmsgpublish?{query}", headers={"X-Requested-With": "XMLHttpRequest"})


def _sending(raw: msgspec.Raw) -> list[tuple[int, msgspec.Raw]]:
    """Return the articles of one sending, each with its time; none of one that was taken back."""
    told = decode_item(raw, _Sending).publish_info
    if told == "":
        return []
    if told is None:
        raise MalformedPost("publish_info: missing")
    told = html.unescape(told) if told.startswith("{&quot;") else told
    try:
        sent = decode_page(told.encode("utf-8", "replace"), _Sent)
    except CrawlError as error:
        raise MalformedPost(f"publish_info: {error}") from error
    at = sent.sent.get("time") if isinstance(sent.sent, dict) else None
    return [(at if isinstance(at, int) else 0, article) for article in sent.articles]
