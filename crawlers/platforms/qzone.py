"""QQ空间: what one account says, with reposts and comments, as far as it is shown to who is logged in, newest first.

    GET /proxy/domain/taotao.qq.com/cgi-bin/emotion_cgi_msglist_v6?uin=…&pos=N&num=20&replynum=100&format=jsonp…
    GET /proxy/domain/taotao.qq.com/cgi-bin/emotion_cgi_msgdetail_v6?uin=…&tid=…    the whole of one that is cut

The query is the account's number or the address of its space. A member's cookie with `p_skey` is wanted (`cookie_env`);
`g_tk`, the number that goes with it, is made of it. What is marked as secret is left out.
"""

import re
from dataclasses import replace
from functools import partial
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import LoginRequired, MalformedPost, SchemaChanged
from crawlers.formats.qzone_answer import (
    Comment,
    Message,
    author_of,
    is_set,
    pictures_in,
    place_of,
    plain,
    read_answer,
    text_in,
    time_of,
)
from crawlers.page import Dead, Listed, Page, Request, Response
from crawlers.post import Engagement, Kind, Post
from crawlers.reading.counts import count
from crawlers.reading.hashtags import hashtags
from crawlers.reading.links import links_of
from crawlers.reading.wire import decode_item, decode_optional
from crawlers.spider import CannotCrawl, Job, PlatformSpider

__all__ = ["QZone"]

_QUERY = re.compile(r"(?:https?://user\.qzone\.qq\.com/)?(?P<uin>\d{5,12})(?:[/?#].*)?")
_TID = re.compile(r"[0-9A-Za-z._-]{8,64}")
_PATH = "/proxy/domain/taotao.qq.com/cgi-bin/emotion_cgi_"
_PAGE = 20
_OWN = ("qq.com", "url.cn")


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
    in_browser = BrowserPage(
        r"https://user\.qzone\.qq\.com/\S+/emotion_cgi_msg(list|detail)_v6\?([^\n]*&)?uin=(?P<query>\d+)"
    )
    home = "https://user.qzone.qq.com"
    delay = 5
    robots = False
    max_stale_pages = 2
    full_texts = 20
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
        answer, body = read_answer(response)
        raws = decode_optional(answer.messages, list[msgspec.Raw]) or ([msgspec.Raw(body)] if answer.tid else [])
        found, dead = self.read_each(raws, partial(self._parse_message, response))
        shown = [one for one in found if one]
        pairs = [(post, raw) for post, message, _ in shown for raw in _comments(message)]
        comments, dead_comments = self.read_each(pairs, partial(self._parse_comment, response))
        posts = [post for post, _, _ in shown]
        start = int(parse_qs(urlsplit(response.url).query).get("pos", ["0"])[0] or 0)
        more = start + _PAGE < (answer.total or 0)
        cut = {post.id for post, message, _ in shown if is_set(message.is_cut)} if not answer.tid else set()
        beside = [*(root for _, _, root in shown if root), *(one for below, _ in comments for one in below)]
        return Page(
            posts=(*(post for post in posts if post.id not in cut), *beside),
            drafts=tuple((self._whole(post), post) for post in posts if post.id in cut),
            dead=(*dead, *dead_comments, *(one for _, unread in comments for one in unread)),
            listed=tuple(Listed(id=post.id, at=post.published_at) for post in posts),
            next=self._page(start + _PAGE) if more else None,
            nothing=None if shown or dead else answer.message or "a list without messages",
        )

    def full_text(self, response: Response, draft: Post) -> Post:
        """Return the draft with the whole text of the message's own page."""
        answer, body = read_answer(response)
        if answer.tid != draft.native_id:
            raise SchemaChanged("a page without the message that was asked for")
        written = text_in(decode_item(msgspec.Raw(body), Message))
        text = plain(written)
        return replace(draft, text=text, tags=hashtags(text), links=links_of(written, self.home, own=_OWN))

    def _parse_message(self, response: Response, raw: msgspec.Raw) -> tuple[Post, Message, Post | None] | None:
        """Return a message, as a post and as it came, and what it reposts; None for a secret one."""
        message = decode_item(raw, Message)
        if is_set(message.secret):
            return None
        if not _TID.fullmatch(message.tid):
            raise MalformedPost(f"tid: {message.tid[:40]!r} is no message's")
        reposted = message.rt_tid if message.rt_tid and message.rt_tid.strip("0") else None
        published_at, precision = time_of(message.created_time, message.time_text, response)
        written = text_in(message)
        text = plain(written)
        post = self.post(
            response,
            kind=Kind.REPOST if reposted else Kind.POST,
            native_id=message.tid,
            url=f"https://user.qzone.qq.com/{message.uin or self._uin}/mood/{message.tid}",
            text=text,
            tags=hashtags(text),
            links=links_of(written, self.home, own=_OWN),
            pictures=tuple(pictures_in(message.pictures, message.films)),
            author=author_of(message.uin or self._uin, message.name),
            published_at=published_at,
            time_precision=precision,
            engagement=Engagement(reposts=count(message.reposts_count), comments=count(message.comments_count)),
            region=place_of(message.place),
            parent_id=reposted,
            root_id=f"{self.platform}:{Kind.POST}:{reposted}" if reposted else None,
        )
        root = self._parse_root(response, message) if reposted else None
        return post, message, root

    def _parse_root(self, response: Response, message: Message) -> Post | None:
        """Return the message that is reposted, where the page tells its words and its time."""
        words = message.rt_content.get("content") if isinstance(message.rt_content, dict) else None
        if not isinstance(words, str) or not message.rt_time:
            return None
        try:
            published_at, precision = time_of(None, message.rt_time, response)
            text = plain(words)
            return self.post(
                response,
                kind=Kind.POST,
                native_id=message.rt_tid,
                url=f"https://user.qzone.qq.com/{message.rt_uin}/mood/{message.rt_tid}",
                text=text,
                tags=hashtags(text),
                author=author_of(message.rt_uin, message.rt_name),
                published_at=published_at,
                time_precision=precision,
            )
        except MalformedPost:
            return None

    def _parse_comment(self, response: Response, pair: tuple[Post, msgspec.Raw]) -> tuple[list[Post], list[Dead]]:
        """Return a comment with the answers to it, and those that cannot be read."""
        above, comment = pair[0], decode_item(pair[1], Comment)
        if is_set(comment.private):
            return [], []
        post = self._comment(response, comment, above, above)
        raws = decode_optional(comment.answers, list[msgspec.Raw]) or []
        read = self.read_each(raws, lambda raw: self._comment(response, decode_item(raw, Comment), above, post))
        return [post, *read[0]], read[1]

    def _comment(self, response: Response, comment: Comment, message: Post, above: Post) -> Post:
        published_at, precision = time_of(comment.create_time, comment.time_text or comment.day_text, response)
        return self.post(
            response,
            kind=Kind.COMMENT,
            native_id=f"{above.native_id}_{comment.tid}",
            url=message.url,
            text=plain(comment.content),
            pictures=tuple(pictures_in(comment.pictures)),
            author=author_of(comment.uin, comment.name),
            published_at=published_at,
            time_precision=precision,
            parent_id=above.native_id,
            root_id=message.id,
        )

    def _page(self, start: int) -> Request:
        fields: dict[str, str | int] = {"ftype": 0, "sort": 0, "pos": start, "num": _PAGE, "replynum": 100}
        fields |= {"callback": "_preloadCallback", "code_version": 1, "format": "jsonp", "need_private_comment": 0}
        return self._request("msglist_v6", fields)

    def _whole(self, post: Post) -> Request:
        return replace(self._request("msgdetail_v6", {"tid": post.native_id, "format": "jsonp"}), optional=True)

    def _request(self, path: str, fields: dict[str, str | int]) -> Request:
        query = urlencode({"uin": self._uin, **fields})
        return Request(url=f"{self.base}{_PATH}{path}?{query}", headers={"Referer": f"{self.home}/{self._uin}"})


def _comments(message: Message) -> list[msgspec.Raw]:
    return decode_optional(message.comments, list[msgspec.Raw]) or []
