"""微信公众号: one article, by its address, as its own page shows it.

    GET /s?__biz=…&mid=…&idx=…&sn=…
    GET /s/{its short name}

Most are open to everybody. It has the same id as in the account's history and in the back office's list, where these
tell the whole address. Counts and comments stand on no such page: WeChat's own client asks for them.
"""

import re
from functools import partial
from urllib.parse import parse_qsl, urlsplit

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import Blocked, CrawlError, Gone, MalformedPost
from crawlers.formats.wechat_article import HOME, article_id, refused_page
from crawlers.formats.wechat_page import Article, lasting
from crawlers.page import Page, Request, Response
from crawlers.post import Author, Kind, Post
from crawlers.reading.hashtags import hashtags
from crawlers.reading.html_page import first, page_of, plain
from crawlers.reading.links import links_of
from crawlers.spider import CannotCrawl, Job, PlatformSpider

__all__ = ["WechatArticle"]

_GONE = re.compile(
    r"内容[^。]{0,24}(?:删除|无法查看|不可查看|违规|侵权|投诉|发送失败)|无法查看(?:该|此)?内容|链接已(?:过期|失效)|参数错误"
    r"|(?:账号|帐号|公众号)[^。]{0,12}(?:注销|屏蔽|封禁|停用|冻结|迁移)"
)
_GUARD_ADDRESS = "wappoc_appmsgcaptcha"
_LONGEST, _READ = 200, 2_000


class _Opened(BrowserPage):
    """An article is known by its own address, of which a browser's holds more than may be kept."""

    def query_of(self, url: str, posted: str = "") -> str | None:
        """Return the address that lasts."""
        return lasting(url) or None if super().query_of(url, posted) else None


class WechatArticle(PlatformSpider):
    """An article of a public account."""

    platform = "wechat"
    platform_name = Both("微信公众号", "WeChat public accounts")
    feed_name = Both("公众号文章", "WeChat article")
    home = HOME
    delay = 10
    max_pages = 1
    needs = ""
    may_be_gone = True
    login_walls = ()
    in_browser = _Opened(r"https?://mp\.weixin\.qq\.com/(?P<query>s)[/?]")

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._address = lasting(job.query.strip())
        if not self._address:
            raise CannotCrawl(
                f"{job.feed} {job.query!r}: give an article's address, such as https://mp.weixin.qq.com/s/… or"
                " https://mp.weixin.qq.com/s?__biz=…&mid=…&idx=…&sn=…"
            )

    def first(self) -> Request:
        """Return the request for the article's page."""
        return Request(url=self._address.replace(HOME, self.base, 1))

    def parse_page(self, response: Response) -> Page:
        """Read the article."""
        if _GUARD_ADDRESS in response.url:
            raise Blocked("a page that asks for a proof of being a person (captcha)")
        root, page = page_of(response)
        article = Article.of(root)
        if not article.is_there:
            said = plain(first(root, "//body"))
            raise _gone(said) or refused_page(said, page)
        told = {"title": article.title, "account": article.account, "text": article.text}
        posts, dead = self.read_each([(article, msgspec.Raw(msgspec.json.encode(told)))], partial(self._post, response))
        return Page(posts=tuple(posts), dead=tuple(dead))

    def _post(self, response: Response, item: tuple[Article, msgspec.Raw]) -> Post:
        article, _ = item
        published = article.published(response.moment)
        if published is None:
            raise MalformedPost("ct: no time that we can read")
        published_at, precision = published
        name, text, source = article.account, article.text, article.source
        address = article.address(response)
        biz = dict(parse_qsl(urlsplit(address).query)).get("__biz", "")
        profile = f"{HOME}/mp/profile_ext?action=home&__biz={biz}" if biz else None
        links = links_of(article.markup, HOME)
        leads = (source,) if source.startswith("http") and not source.startswith(HOME) else ()
        return self.post(
            response,
            kind=Kind.ARTICLE,
            native_id=article_id(address, name, article.title or "", published_at),
            url=address,
            site=name or None,
            title=article.title,
            text=text,
            tags=hashtags(text) if article.is_note else (),
            links=tuple(dict.fromkeys((*links, *leads))),
            pictures=article.pictures(),
            author=Author(id=biz or name, name=name or None, url=profile, avatar=article.face) if biz or name else None,
            published_at=published_at,
            time_precision=precision,
            region=article.region,
        )


def _gone(said: str) -> CrawlError | None:
    """Return that the article was deleted, or may not be shown, where a page without one says so."""
    return Gone(f"the platform says: {said[:_LONGEST]}") if _GONE.search(said[:_READ]) else None
