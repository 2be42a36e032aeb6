"""微信公众号: the messages that one account has sent, newest first, as WeChat's own page of its history shows them.

    GET /mp/profile_ext?action=getmsg&__biz=…&f=json&offset=N&count=10
    GET /mp/appmsgalbum?action=getalbum&__biz=…&album_id=…&f=json      read where a browser has received it

The query is the account's __biz. The cookie of a WeChat client is wanted (`cookie_env`), which lasts some hours. The
page for people, whose script holds the same list, is read as well.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import LoginRequired, MalformedPost, RateLimited, SchemaChanged, Unreachable
from crawlers.formats.wechat_article import HOME, address_of, article_id, refused_page
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Author, Kind, Post
from crawlers.reading.charset import decode_text
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
from crawlers.reading.times import ReadTime, Stamp, stamped
from crawlers.reading.wire import decode_item, decode_optional, decode_page
from crawlers.spider import CannotCrawl, Job, PlatformSpider

__all__ = ["WechatHistory"]

_BIZ = re.compile(r"(?:https?://mp\.weixin\.qq\.com/\S*?[?&]__biz=)?(?P<biz>[A-Za-z0-9+/]{8,40}={0,2})(?:[&#].*)?")
_LIST = re.compile(
    r"""var\s+msgList\s*=\s*(?:'(?P<quoted>[^']*)'|"(?P<double>[^"]*)"|(?P<plain>\{.*?\})\s*;\s*[\r\n])""", re.DOTALL
)
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})")
_NICK = re.compile(r"""var\s+nickname\s*=\s*["']([^"']*)["']|<strong[^<>]*class="profile_nickname"[^<>]*>\s*([^<]+)""")
_ARTICLES, _WORDS = 49, 1
_PAGE = 10
_NO_SESSION, _TOO_OFTEN = -3, {-6, 200013}
_ABSENT = msgspec.Raw(b"null")


class _Info(msgspec.Struct):
    datetime: Stamp
    id: int | str | None = None
    type: int | None = None
    content: str | None = None


class _Article(msgspec.Struct):
    title: str
    content_url: str | None = None
    digest: str | None = None
    author: str | None = None
    cover: str | None = None
    source_url: str | None = None
    others: msgspec.Raw = msgspec.field(name="multi_app_msg_item_list", default=_ABSENT)


class _Message(msgspec.Struct):
    info: _Info = msgspec.field(name="comm_msg_info")
    article: msgspec.Raw = msgspec.field(name="app_msg_ext_info", default=_ABSENT)


class _List(msgspec.Struct):
    messages: list[msgspec.Raw] = msgspec.field(name="list")


class _InAlbum(msgspec.Struct):
    title: str
    url: str
    create_time: Stamp
    cover: str | None = msgspec.field(name="cover_img_1_1", default=None)


class _Album(msgspec.Struct):
    """A collection's articles: a list, or of one alone the article itself."""

    articles: msgspec.Raw = msgspec.field(name="article_list", default=_ABSENT)


class _Said(msgspec.Struct):
    ret: int | None = None
    words: str | None = msgspec.field(name="errmsg", default=None)


class _Answer(msgspec.Struct):
    """The answer of either list; that of an album tells its refusals one level deeper."""

    ret: int | None = None
    said: _Said | None = msgspec.field(name="base_resp", default=None)
    words: str | None = msgspec.field(name="errmsg", default=None)
    list: str | None = msgspec.field(name="general_msg_list", default=None)
    album: _Album | None = msgspec.field(name="getalbum_resp", default=None)
    more: int | None = msgspec.field(name="can_msg_continue", default=None)
    next_offset: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """One article of a message."""

    info: _Info
    raw: msgspec.Raw
    head: bool = False


class WechatHistory(PlatformSpider):
    """What an account has sent."""

    platform = "wechat"
    platform_name = Both("微信公众号", "WeChat public accounts")
    feed_name = Both("公众号历史消息", "WeChat account history")
    may_be_gone = True
    home = HOME
    delay = 5
    robots = False
    max_stale_pages = 2
    in_browser = BrowserPage(
        r"https://mp\.weixin\.qq\.com/mp/(profile_ext|appmsgalbum)\?([^\n]*&)?__biz=(?P<query>[A-Za-z0-9+/]{8,40}={0,2})"
    )

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        match = _BIZ.fullmatch(job.query.strip())
        if match is None:
            raise CannotCrawl(f"wechat_history {job.query!r}: give the account's __biz, such as MzAwMDAwMDAwMA==")
        self._biz = match["biz"]

    def first(self) -> Request:
        """Return the request for the newest messages."""
        return self._page(0)

    def parse_page(self, response: Response) -> Page:
        """Read one page of messages, as data or for people."""
        name, onward = "", None
        if response.body.lstrip()[:1] == b"{":
            answer = _answer(response)
            if answer.album is not None:
                return self._album(response, answer.album)
            body = (answer.list or "").encode()
            if answer.more and answer.next_offset is not None:
                onward = self._page(answer.next_offset)
        else:
            body, name = _in_script(response)
        messages = decode_page(body, _List).messages
        pieces, dead = self.read_each(messages, lambda raw: [*self._pieces(raw)])
        flat = [piece for found in pieces for piece in found]
        read, dead_pieces = self.read_each(flat, partial(self._parse_piece, response, name))
        posts = [post for post in read if post]
        return Page(
            posts=tuple(posts),
            dead=(*dead, *dead_pieces),
            listed=tuple(Listed(id=post.id, at=post.published_at) for post in posts),
            next=onward,
            nothing=None if messages else "a list without messages",
        )

    def _album(self, response: Response, album: _Album) -> Page:
        """Return the articles of a collection."""
        listed = decode_optional(album.articles, list[msgspec.Raw])
        single = [album.articles] if decode_optional(album.articles, dict[str, msgspec.Raw]) is not None else []
        posts, dead = self.read_each(single if listed is None else listed, partial(self._in_album, response))
        return Page(
            posts=tuple(posts), dead=tuple(dead), nothing=None if posts or dead else "a collection without articles"
        )

    def _in_album(self, response: Response, raw: msgspec.Raw) -> Post:
        article = decode_item(raw, _InAlbum)
        if (sent := stamped(article.create_time)) is None:
            raise MalformedPost(f"create_time: {article.create_time!r:.40} is no time")
        written = _Article(title=article.title, content_url=article.url, cover=article.cover)
        return self._article(response, "", written, address_of(article.url), sent)

    def _pieces(self, raw: msgspec.Raw) -> Iterator[_Piece]:
        """Yield the articles of a message, or its words; pictures, voices and films on their own are none."""
        message = decode_item(raw, _Message)
        if message.info.type == _WORDS and message.info.content:
            yield _Piece(info=message.info, raw=_ABSENT)
        if message.info.type not in (_ARTICLES, None) or message.article == _ABSENT:
            return
        yield _Piece(info=message.info, raw=message.article, head=True)
        head = decode_optional(message.article, _Others)
        for other in (decode_optional(head.others, list[msgspec.Raw]) or []) if head else []:
            yield _Piece(info=message.info, raw=other)

    def _parse_piece(self, response: Response, name: str, piece: _Piece) -> Post | None:
        """Return an article; None for one that was deleted, of which the list keeps the place alone."""
        sent = stamped(piece.info.datetime)
        if sent is None:
            raise MalformedPost(f"datetime: {piece.info.datetime!r:.40} is no time")
        if piece.raw == _ABSENT:
            return self._message(response, name, piece, sent)
        article = decode_item(piece.raw, _Article)
        address = address_of(article.content_url or "")
        if not address or (piece.head and not (_plain(article.title) or _plain(article.digest or ""))):
            return None
        return self._article(response, name, article, address, sent)

    def _article(self, response: Response, name: str, article: _Article, address: str, sent: ReadTime) -> Post:
        title = _plain(article.title)
        if not address.startswith("https://"):
            raise MalformedPost(f"content_url: {address[:80]!r} is no address")
        source, cover = address_of(article.source_url or ""), article.cover or ""
        published_at, precision = sent
        return self.post(
            response,
            kind=Kind.ARTICLE,
            native_id=article_id(address, name or self._biz, title, published_at),
            url=address,
            site=name or None,
            title=title or None,
            text=_plain(article.digest or ""),
            links=(source,) if source.startswith("http") and not source.startswith(HOME) else (),
            pictures=(cover,) if cover.startswith("http") else (),
            author=self._account(name),
            published_at=published_at,
            time_precision=precision,
        )

    def _message(self, response: Response, name: str, piece: _Piece, sent: ReadTime) -> Post:
        """Return a message of words alone."""
        account = self._account(name)
        words = (piece.info.content or "").replace("\n", "<br>")
        return self.post(
            response,
            kind=Kind.POST,
            native_id=f"{self._biz}/message/{piece.info.id}",
            url=account.url,
            site=name or None,
            text=text_of(words),
            links=links_of(words, HOME),
            author=account,
            published_at=sent[0],
            time_precision=sent[1],
        )

    def _account(self, name: str) -> Author:
        return Author(id=self._biz, name=name or None, url=f"{HOME}/mp/profile_ext?action=home&__biz={self._biz}")

    def _page(self, offset: int) -> Request:
        fields = {"action": "getmsg", "__biz": self._biz, "f": "json", "offset": offset, "count": _PAGE, "is_ok": 1}
        return Request(url=f"{self.base}/mp/profile_ext?{urlencode(fields)}")


class _Others(msgspec.Struct):
    others: msgspec.Raw = msgspec.field(name="multi_app_msg_item_list", default=_ABSENT)


def _plain(text: str) -> str:
    return html.unescape(text).replace("\xa0", " ").strip()


def _answer(response: Response) -> _Answer:
    answer = decode_page(response.body, _Answer)
    beside = answer.said or _Said()
    ret, words = (beside.ret, beside.words) if answer.ret is None else (answer.ret, answer.words or beside.words)
    said = f"the platform says: ret {ret} {words or ''}".rstrip()
    if ret == 0:
        return answer
    if ret in _TOO_OFTEN or "freq" in said:
        raise RateLimited(said)
    raise (LoginRequired if ret == _NO_SESSION or "session" in said else SchemaChanged)(said)


def _in_script(response: Response) -> tuple[bytes, str]:
    """Return the list that a page's script holds, as JSON, and the account's name."""
    text = decode_text(response.body, response.headers.get("content-type", ""))
    if not text.strip():
        raise Unreachable("an empty answer")
    if "</html>" not in text.lower():
        raise Unreachable(f"the page ended early, after {len(response.body):,} bytes")
    match = _LIST.search(text)
    if match is None:
        raise refused_page(text)
    escaped = match["quoted"] if match["quoted"] is not None else match["double"]
    if escaped is not None:
        escaped = html.unescape(_ESCAPED.sub(lambda one: chr(int(one[1], 16)), escaped))
    found = escaped if escaped is not None else match["plain"]
    nick = _NICK.search(text)
    return found.encode("utf-8", "replace"), (nick[1] or nick[2]).strip() if nick else ""
