"""QQ空间: what one account says, with reposts and comments, as far as it is shown to who is logged in, newest first.

    GET /proxy/domain/taotao.qq.com/cgi-bin/emotion_cgi_msglist_v6?uin=…&pos=N&num=20&replynum=100&format=jsonp…

The query is the account's number or the address of its space. A member's cookie with `p_skey` is wanted (`cookie_env`);
`g_tk`, the number that goes with it, is made of it. What is marked as secret is left out.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import Blocked, LoginRequired, MalformedPost, RateLimited, SchemaChanged, Unreachable
from crawlers.page import Dead, Listed, Page, Request, Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.reading.counts import count
from crawlers.reading.hashtags import hashtags
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
from crawlers.reading.times import ReadTime, read_time, stamped
from crawlers.reading.wire import decode_item, decode_optional, decode_page, looks_like_html
from crawlers.spider import CannotCrawl, Job, PlatformSpider

__all__ = ["QZone"]

_QUERY = re.compile(r"(?:https?://user\.qzone\.qq\.com/)?(?P<uin>\d{5,12})(?:[/?#].*)?")
_PATH = "/proxy/domain/taotao.qq.com/cgi-bin/emotion_cgi_msglist_v6"
_PAGE = 20
_CALL = re.compile(rb"^\s*(?:/\*.*?\*/)?\s*(?:try\s*\{\s*)?[A-Za-z_$][\w$.]*\s*\(")
_CALL_END = re.compile(rb"\)\s*;?\s*\}?\s*(?:catch\s*\(\w*\)\s*\{[^{}]*\})?[\s;]*$")
_ESCAPES = re.compile(rb"\\(?:x(?P<hex>[0-9a-fA-F]{2})|(?P<quote>')|(?P<other>.))", re.DOTALL)
_CALLED = re.compile(r"@\{[^{}]*?nick:(?P<nick>[^,{}]*)[^{}]*\}")
_EMOTICON = re.compile(r"\[em\][^\[\]]{1,12}\[/em\]")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_LOGIN, _CLOSED = re.compile("登录|登陆|login"), re.compile("权限|保密|拒绝访问")
_TOO_OFTEN, _BUSY = re.compile("频繁|人数过多"), re.compile("繁忙|超时|系统错误")
_LOGIN_CODES, _TOO_OFTEN_CODES = {-3000, -4001, -4002}, {-10000}
_ABSENT = msgspec.Raw(b"null")
_OWN = ("qq.com", "url.cn")


class _Comment(msgspec.Struct):
    content: str
    tid: int | str
    uin: int | str | None = None
    name: str | None = None
    create_time: Any = None
    time_text: str | None = msgspec.field(name="createTime2", default=None)
    private: Any = None
    answers: msgspec.Raw = msgspec.field(name="list_3", default=_ABSENT)


class _Message(msgspec.Struct):
    tid: str
    content: str
    uin: int | str | None = None
    name: str | None = None
    created_time: Any = None
    time_text: str | None = msgspec.field(name="createTime", default=None)
    secret: Any = None
    comments_count: Any = msgspec.field(name="cmtnum", default=None)
    reposts_count: Any = msgspec.field(name="fwdnum", default=None)
    pictures: Any = msgspec.field(name="pic", default=None)
    place: Any = msgspec.field(name="lbs", default=None)
    rt_tid: str | None = None
    rt_uin: int | str | None = None
    rt_name: str | None = msgspec.field(name="rt_uinname", default=None)
    rt_content: Any = msgspec.field(name="rt_con", default=None)
    rt_time: str | None = msgspec.field(name="rt_createTime", default=None)
    comments: msgspec.Raw = msgspec.field(name="commentlist", default=_ABSENT)


class _Answer(msgspec.Struct):
    code: int
    message: str | None = None
    total: int | None = None
    messages: msgspec.Raw = msgspec.field(name="msglist", default=_ABSENT)


class Bkn:
    """Adds `g_tk`, which the platform's pages make of the cookie's p_skey."""

    def asks(self) -> None:
        """Need nothing beforehand."""

    def told(self, response: Response) -> None:
        """Take no answer, for nothing is asked."""

    def sign(self, request: Request, cookie: str) -> Request:
        """Return the request with `g_tk`."""
        match = re.search(r"(?:^|;\s*)p_skey=([^;]+)", cookie)
        if match is None:
            raise LoginRequired("the cookie holds no p_skey")
        return replace(request, url=f"{request.url}&g_tk={g_tk(match[1].strip())}")


def g_tk(p_skey: str) -> int:
    """Return the number for a p_skey: each character is added to 33 times what was before it, in 31 bits."""
    number = 5381
    for character in p_skey:
        number = (number * 33 + ord(character)) & 0x7FFFFFFF
    return number


class QZone(PlatformSpider):
    """What an account says in its space."""

    platform = "qzone"
    platform_name = Both("QQ空间", "Qzone")
    feed_name = Both("QQ空间说说", "Qzone messages")
    in_browser = BrowserPage(r"https://user\.qzone\.qq\.com/\S+/emotion_cgi_msglist_v6\?([^\n]*&)?uin=(?P<query>\d+)")
    home = "https://user.qzone.qq.com"
    delay = 5
    robots = False
    max_stale_pages = 2
    signature = "g_tk"
    own_signer = Bkn

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        match = _QUERY.fullmatch(job.query.strip())
        if match is None:
            raise CannotCrawl(f"qzone {job.query!r}: give an account's number, such as 1000200301")
        self._uin = match["uin"]

    def first(self) -> Request:
        """Return the request for the newest messages."""
        return self._page(0)

    def parse_page(self, response: Response) -> Page:
        """Read one page of messages."""
        answer = _answer(response)
        raws = decode_optional(answer.messages, list[msgspec.Raw]) or []
        found, dead = self.read_each(raws, partial(self._parse_message, response))
        shown = [one for one in found if one]
        pairs = [(post, raw) for post, comments, _ in shown for raw in comments]
        comments, dead_comments = self.read_each(pairs, partial(self._parse_comment, response))
        posts = [post for post, _, _ in shown]
        start = int(parse_qs(urlsplit(response.url).query).get("pos", ["0"])[0] or 0)
        more = start + _PAGE < (answer.total or 0)
        return Page(
            posts=(*posts, *(root for _, _, root in shown if root), *(one for below, _ in comments for one in below)),
            dead=(*dead, *dead_comments, *(one for _, unread in comments for one in unread)),
            listed=tuple(Listed(id=post.id, at=post.published_at) for post in posts),
            next=self._page(start + _PAGE) if more else None,
            nothing=None if shown or dead else answer.message or "a list without messages",
        )

    def _parse_message(
        self, response: Response, raw: msgspec.Raw
    ) -> tuple[Post, list[msgspec.Raw], Post | None] | None:
        """Return a message, its comments, and what it reposts; None for a secret one."""
        message = decode_item(raw, _Message)
        if str(message.secret or 0) not in ("0", "False"):
            return None
        if not re.fullmatch(r"[0-9A-Za-z]{8,64}", message.tid):
            raise MalformedPost(f"tid: {message.tid[:40]!r} is no message's")
        reposted = message.rt_tid if message.rt_tid and message.rt_tid.strip("0") else None
        published_at, precision = _time(message.created_time, message.time_text, response)
        text = _plain(message.content)
        post = self.post(
            response,
            kind=Kind.REPOST if reposted else Kind.POST,
            native_id=message.tid,
            url=f"https://user.qzone.qq.com/{message.uin or self._uin}/mood/{message.tid}",
            text=text,
            tags=hashtags(text),
            links=links_of(message.content, "https://user.qzone.qq.com", own=_OWN),
            pictures=tuple(_pictures(message.pictures)),
            author=_author(message.uin or self._uin, message.name),
            published_at=published_at,
            time_precision=precision,
            engagement=Engagement(reposts=count(message.reposts_count), comments=count(message.comments_count)),
            region=_place(message.place),
            parent_id=reposted,
            root_id=f"{self.platform}:{Kind.POST}:{reposted}" if reposted else None,
        )
        root = self._parse_root(response, message) if reposted else None
        return post, decode_optional(message.comments, list[msgspec.Raw]) or [], root

    def _parse_root(self, response: Response, message: _Message) -> Post | None:
        """Return the message that is reposted, where the page tells its words and its time."""
        words = message.rt_content.get("content") if isinstance(message.rt_content, dict) else None
        if not isinstance(words, str) or not message.rt_time:
            return None
        try:
            published_at, precision = _time(None, message.rt_time, response)
            text = _plain(words)
            return self.post(
                response,
                kind=Kind.POST,
                native_id=message.rt_tid,
                url=f"https://user.qzone.qq.com/{message.rt_uin}/mood/{message.rt_tid}",
                text=text,
                tags=hashtags(text),
                author=_author(message.rt_uin, message.rt_name),
                published_at=published_at,
                time_precision=precision,
            )
        except MalformedPost:
            return None

    def _parse_comment(self, response: Response, pair: tuple[Post, msgspec.Raw]) -> tuple[list[Post], list[Dead]]:
        """Return a comment with the answers to it, and those that cannot be read."""
        above, comment = pair[0], decode_item(pair[1], _Comment)
        if str(comment.private or 0) not in ("0", "False"):
            return [], []
        post = self._comment(response, comment, above, above)
        raws = decode_optional(comment.answers, list[msgspec.Raw]) or []
        read = self.read_each(raws, lambda raw: self._comment(response, decode_item(raw, _Comment), above, post))
        return [post, *read[0]], read[1]

    def _comment(self, response: Response, comment: _Comment, message: Post, above: Post) -> Post:
        published_at, precision = _time(comment.create_time, comment.time_text, response)
        return self.post(
            response,
            kind=Kind.COMMENT,
            native_id=f"{above.native_id}_{comment.tid}",
            url=message.url,
            text=_plain(comment.content),
            author=_author(comment.uin, comment.name),
            published_at=published_at,
            time_precision=precision,
            parent_id=above.native_id,
            root_id=message.id,
        )

    def _page(self, start: int) -> Request:
        fields = {"uin": self._uin, "ftype": 0, "sort": 0, "pos": start, "num": _PAGE, "replynum": 100}
        fields |= {"callback": "_preloadCallback", "code_version": 1, "format": "jsonp", "need_private_comment": 0}
        return Request(url=f"{self.base}{_PATH}?{urlencode(fields)}", headers={"Referer": f"{self.home}/{self._uin}"})


def _answer(response: Response) -> _Answer:
    """Return the answer out of its call; raise what it refuses."""
    if looks_like_html(response.body):
        raise LoginRequired("a page for people instead of data")
    body = response.body
    if match := _CALL.match(body):
        end = _CALL_END.search(body, match.end())
        body = body[match.end() : end.start() if end else None] or b" "
    answer = decode_page(_ESCAPES.sub(_json_escape, body), _Answer)
    said = f"the platform says: code {answer.code} {answer.message or ''}".rstrip()
    if answer.code == 0:
        return answer
    if answer.code in _LOGIN_CODES or _LOGIN.search(said):
        raise LoginRequired(said)
    if answer.code in _TOO_OFTEN_CODES or _TOO_OFTEN.search(said):
        raise RateLimited(said)
    if _CLOSED.search(said):
        raise Blocked(said)
    raise (Unreachable if _BUSY.search(said) else SchemaChanged)(said)


def _json_escape(match: "re.Match[bytes]") -> bytes:
    """Return an escape of JavaScript's as JSON has it."""
    return b"\\u00" + match["hex"] if match["hex"] else b"'" if match["quote"] else match[0]


def _plain(content: str) -> str:
    called = _CALLED.sub(lambda match: f"@{match['nick']}", content)
    return text_of(_EMOTICON.sub("", called).replace("\n", "<br>"))


def _time(seconds: Any, written: str | None, response: Response) -> ReadTime:
    try:
        if isinstance(seconds, int | float | str) and (stamp := stamped(seconds)):
            return stamp
        text = (written or "").strip()
        return read_time(f"今天 {text}" if _CLOCK.fullmatch(text) else text, response.moment)
    except (ValueError, OverflowError) as error:
        raise MalformedPost(f"created_time: {error}") from error


def _author(uin: int | str | None, name: str | None) -> Author | None:
    number = str(uin or "")
    if not number.strip("0"):
        return None
    return Author(id=number, name=name or None, url=f"https://user.qzone.qq.com/{number}")


def _pictures(pictures: Any) -> Iterator[str]:
    for one in pictures if isinstance(pictures, list) else ():
        named = one if isinstance(one, dict) else {}
        address = next((named[name] for name in ("url3", "url2", "url1", "smallurl") if named.get(name)), None)
        if isinstance(address, str) and address.startswith("http"):
            yield address


def _place(place: Any) -> str | None:
    named = place if isinstance(place, dict) else {}
    found = named.get("idname") or named.get("name")
    return found if isinstance(found, str) and found else None
