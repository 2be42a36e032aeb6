"""m.weibo.cn: what its search, profiles, comments and reposts have in common."""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import msgspec

from config.both import Both
from crawlers.errors import (
    Blocked,
    CrawlError,
    Gone,
    LoginRequired,
    MalformedPost,
    RateLimited,
    SchemaChanged,
    Unreachable,
)
from crawlers.formats.mblog import SITE, Found, read_message, tags_of
from crawlers.formats.weibo_id import from_base62
from crawlers.page import Dead, Listed, Page, Request, Response
from crawlers.post import Post
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
from crawlers.reading.wire import decode_item, decode_json, decode_page, looks_like_html
from crawlers.spider import CannotCrawl, Job, PlatformSpider

__all__ = ["ABSENT", "OfMessage", "Reply", "WeiboMobile", "read_reply"]

ABSENT = msgspec.Raw(b"null")
_POST_CARD = "9"
_DEEPEST = 5
_WITH_WORDS = (400, 404)
_NOTHING = re.compile("没有内容|没有找到|没有更多|暂无|还没有人|快来|第一个|不存在评论|未予显示")
_GONE = re.compile("不存在|已(?:经)?被(?:作者)?删除")
_CLOSED = re.compile("关闭了?评论|不可评论|仅.{0,8}可(?:评论|见)|不可见|设置了?.{0,8}权限")
_TOO_FAST = re.compile("频繁|稍后再试")
_CHALLENGE = re.compile("验证|异常")
_BUSY = re.compile("繁忙|系统错误|超时|出错")
_LOGIN = re.compile("passport|visitor|login|signin|登录", re.IGNORECASE)
_MID = re.compile(r"(?:.*?(?:detail|status|id=)/?)?(\d{10,19})(?:[/?#].*)?")
_SHORT_ID = re.compile(
    r"(?:https?://)?(?:m\.|www\.)?weibo\.(?:com|cn)/(?:\d+|status|detail)/([0-9A-Za-z]{6,12})(?:[/?#].*)?"
)


_BARE_ID = re.compile(r"([0-9A-Za-z]{9})")
"""Nine signs, as all of them are since 2010."""


class Reply(msgspec.Struct):
    """What every answer of these hosts is; the desktop's says `message` where the phone's says `msg`."""

    ok: int | str
    msg: str | None = None
    message: str | None = None
    errno: int | str | None = None
    url: str | None = None
    data: msgspec.Raw = ABSENT
    max_id: int | str | None = None
    max_id_type: int | str | None = None
    max_page: int | str | None = None


class _Card(msgspec.Struct):
    card_type: int | str | None = None
    mblog: msgspec.Raw = ABSENT
    group: list[msgspec.Raw] | None = msgspec.field(name="card_group", default=None)


class _LongText(msgspec.Struct):
    text: str = msgspec.field(name="longTextContent")


class WeiboMobile(PlatformSpider):
    """A listing of messages at m.weibo.cn; a cookie of a visitor or member may be wanted (`cookie_env`)."""

    platform = "weibo"
    platform_name = Both("微博", "Weibo")
    home = "https://m.weibo.cn"
    delay = 3
    overlap = 2 * 3600
    robots = False
    max_stale_pages = 2
    full_texts = 30
    headers = {"Accept": "application/json", "X-Requested-With": "XMLHttpRequest", "MWeibo-Pwa": "1"}

    def full_text(self, response: Response, draft: Post) -> Post:
        """Return the draft with its whole text."""
        reply = read_reply(response)
        if str(reply.ok) == "0":
            raise SchemaChanged(f"no text: {reply.msg}")
        markup = decode_json(bytes(reply.data), _LongText).text
        text = text_of(markup)
        return replace(draft, text=text, tags=tags_of(text), links=links_of(markup, self.base, own=SITE))

    def refusal(self, response: Response) -> CrawlError:
        """Return what the status means, or the body's words that there is no such thing, which comes with some."""
        if response.status in _WITH_WORDS:
            try:
                return Gone(read_reply(response).msg or "")
            except (Blocked, Gone, LoginRequired) as error:
                return error
            except CrawlError:  # it says nothing that we know
                pass
        return super().refusal(response)

    def page_of_cards(self, response: Response, cards: Iterable[msgspec.Raw], following: Request | None) -> Page:
        """Return the page that holds the cards' messages, and the messages that they repost."""
        groups, broken = self.read_each(cards, _messages)
        return self.page_of(response, [message for group in groups for message in group], following, broken)

    def page_of(
        self,
        response: Response,
        messages: Iterable[msgspec.Raw],
        following: Request | None,
        broken: Iterable[Dead] = (),
        of: str | None = None,
    ) -> Page:
        """Return the page that holds these messages, all of them reposts of the message `of` where that is given."""
        found, dead = self.read_each(messages, lambda raw: read_message(self, response, raw, of=of))
        read_root = partial(read_message, self, response)
        roots, dead_roots = self.read_each([one.root for one in found if one.root], read_root)
        found, roots = [one for one in found if not one.gone], [one for one in roots if not one.gone]
        everything: list[Found] = [*found, *roots]
        return Page(
            posts=tuple(one.post for one in everything if not one.cut),
            drafts=tuple((self._whole(one.post), one.post) for one in everything if one.cut),
            dead=(*broken, *dead, *dead_roots),
            listed=tuple(Listed(id=one.post.id, at=one.post.published_at, pinned=one.pinned) for one in found),
            next=following,
        )

    def _whole(self, post: Post) -> Request:
        return Request(url=f"{self.base}/statuses/extend?id={post.native_id}", headers=self.headers, optional=True)


def read_reply(response: Response) -> Reply:
    """Return the reply when it holds data or says that there is nothing (`ok` 0); raise what else it says."""
    if looks_like_html(response.body):
        page = response.body.decode("utf-8", "replace")
        refusal = LoginRequired if _LOGIN.search(page) else Blocked
        raise refusal("a page for people instead of JSON")
    reply = decode_page(response.body, Reply)
    reply.msg = reply.msg or reply.message
    ok, words = str(reply.ok), reply.msg or ""
    said = f"the platform says: ok {ok} {words}".rstrip()
    if ok == "1" or (ok == "0" and (_NOTHING.search(words) or _CLOSED.search(words))):
        return reply
    if ok == "0" and _GONE.search(words):
        raise Gone(said)
    if _TOO_FAST.search(words):
        raise RateLimited(said)
    if ok == "-100" or _LOGIN.search(words) or _LOGIN.search(reply.url or ""):
        raise LoginRequired(said)
    if _CHALLENGE.search(words):
        raise Blocked(said)
    if _BUSY.search(words):
        raise Unreachable(said)
    raise SchemaChanged(said)


class OfMessage(WeiboMobile):
    """What belongs to the one message that the query names, by number or address."""

    may_be_gone = True

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        mid = _message_id(job.query)
        if mid is None:
            raise CannotCrawl(
                f"{job.feed} {job.query!r}: give a message's number or address, such as https://m.weibo.cn/detail/…"
            )
        self.mid = mid


def _message_id(query: str) -> str | None:
    """Return the id of the message that a person names by number or address; None when it is neither."""
    if match := _MID.fullmatch(query.strip()):
        return match[1]
    if match := _SHORT_ID.fullmatch(query.strip()) or _BARE_ID.fullmatch(query.strip()):
        return str(from_base62(match[1]))
    return None


def _messages(raw: msgspec.Raw, depth: int = 0) -> list[msgspec.Raw]:
    """Return the posts that a card holds: none in an advertisement, several in a group."""
    card = decode_item(raw, _Card)
    if card.group is not None and depth < _DEEPEST:
        return [message for member in card.group for message in _messages(member, depth + 1)]
    if str(card.card_type) != _POST_CARD:
        return []
    if card.mblog == ABSENT:
        raise MalformedPost("mblog: missing")
    return [card.mblog]
