"""抖音: what every answer of its interface is, whole or in parts, a page in its place, and what is said instead."""

import re

import msgspec

from crawlers.errors import Blocked, CrawlError, Gone, LoginRequired, RateLimited, SchemaChanged, Unreachable
from crawlers.formats.douyin_page import awemes_in_page
from crawlers.page import Response
from crawlers.reading.wire import decode_optional, decode_page, looks_like_html

__all__ = ["Reply", "read_reply"]

_LOGIN_CODES, _TOO_FAST_CODES = {8, 2483, 2154}, {2145, 2190}
_LOGIN = re.compile("登录|login", re.IGNORECASE)
_TOO_FAST = re.compile("频繁|太快|稍后再试")
_BLOCKED = re.compile("blocked|verify|异常|验证|captcha", re.IGNORECASE)
_GONE = re.compile(
    "已被删除，无法观看|视频不存在|作品不存在|内容不存在|status_self_see|status_deleted"
    r'|"filter_reason"\s*:\s*"\w'
)
_CLOSED = re.compile("关闭了?评论|评论(?:区|功能)?已?关闭")
_SHARED = "window._ROUTER_DATA"
_BUSY = re.compile("繁忙|超时|服务器|系统错误")
_LENGTH = re.compile(rb"\s*[0-9a-fA-F]{1,8}\s*\r?\n\s*\{")


class _Nil(msgspec.Struct):
    type: str | None = msgspec.field(name="search_nil_type", default=None)


class _Filtered(msgspec.Struct):
    notice: str | None = None
    detail_msg: str | None = None
    filter_reason: str | None = None


class _Extras(msgspec.Struct):
    logid: str | None = None


class Reply(msgspec.Struct):
    """What every answer of this interface is."""

    status_code: int | str | None = None
    status_msg: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")
    aweme_list: list[msgspec.Raw] | None = None
    item_list: list[msgspec.Raw] | None = None
    aweme_details: list[msgspec.Raw] | None = None
    aweme_detail: msgspec.Raw = msgspec.Raw(b"null")
    filtered: _Filtered | None = msgspec.field(name="filter_detail", default=None)
    comments: msgspec.Raw = msgspec.Raw(b"")
    has_more: bool | int | None = None
    cursor: int | str | None = None
    nil: _Nil | None = msgspec.field(name="search_nil_info", default=None)
    extra: _Extras | None = None
    ended: bool = True
    """Whether, of an answer in parts, the last one came, which has no length."""


def read_reply(response: Response) -> Reply:
    """Return the reply when it holds a list; raise what it says instead: an empty body and `blocked` are refusals."""
    start = response.body.strip()
    if not start or start.strip(b'"').lower() == b"blocked":
        raise Blocked("the platform answered with " + (repr(start.decode()) if start else "nothing at all"))
    if looks_like_html(response.body):
        page = response.body.decode("utf-8", "replace")
        if shown := awemes_in_page(page):
            return Reply(item_list=shown)
        if _GONE.search(page):
            raise Gone("a page that says that there is no such video")
        if _SHARED in page:
            raise SchemaChanged("a shared page without its video")
        raise (Blocked if _BLOCKED.search(page) or not _LOGIN.search(page) else LoginRequired)("a page, not JSON")
    reply = _of_parts(response.body) if _LENGTH.match(response.body) else decode_page(response.body, Reply)
    code, words = _code(reply.status_code), reply.status_msg or ""
    nil = (reply.nil.type if reply.nil else None) or ""
    if code != 0:
        raise _refusal(code, words)
    if "verify" in nil or nil.startswith("hit_"):
        raise Blocked(f"the platform says: {nil}")
    if "login" in nil:
        raise LoginRequired(f"the platform says: {nil}")
    if (told := reply.filtered) and decode_optional(reply.aweme_detail, dict[str, msgspec.Raw]) is None:
        raise Gone(f"the platform says: {told.detail_msg or told.notice or told.filter_reason or 'filtered'}")
    return reply


def _of_parts(body: bytes) -> Reply:
    """Return one reply of an answer that comes in parts, each below its length: the results of all of them."""
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    replies = [decode_page(line, Reply) for line in lines if line.startswith(b"{")]
    told = next((one for one in replies if one.has_more is not None or _code(one.status_code)), None)
    if told is None:
        raise SchemaChanged("parts without a reply")
    found = [raw for one in replies for raw in decode_optional(one.data, list[msgspec.Raw]) or ()]
    data = msgspec.Raw(msgspec.json.encode(found))
    extra = next((one.extra for one in replies if one.extra and one.extra.logid), told.extra)
    return msgspec.structs.replace(told, data=data, extra=extra, ended=not lines[-1].strip(b"0"))


def _code(code: int | str | None) -> int | None:
    text = str(code)
    return int(text) if text.isascii() and text.removeprefix("-").isdecimal() and len(text) < 12 else None


def _refusal(code: int | None, words: str) -> CrawlError:
    said = f"the platform says: {code} {words}".rstrip()
    if _CLOSED.search(words):
        return Gone(said)
    if code in _TOO_FAST_CODES or _TOO_FAST.search(words):
        return RateLimited(said)
    if code in _LOGIN_CODES or _LOGIN.search(words):
        return LoginRequired(said)
    if _BLOCKED.search(words):
        return Blocked(said)
    return Unreachable(said) if _BUSY.search(words) else SchemaChanged(said)
