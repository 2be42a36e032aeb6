"""What Zhihu's answers have in common: the list, its paging, and what it says instead of a list."""

import re

import msgspec

from crawlers.errors import Blocked, CrawlError, LoginRequired, RateLimited, SchemaChanged, Unreachable
from crawlers.page import Response
from crawlers.reading.wire import decode_page, looks_like_html

__all__ = ["Paging", "Reply", "read_reply"]

_LOGIN_CODES = {100, 101, 4031, 4041}
_ABNORMAL_CODES = {40350, 40351, 40352, 40353, 40354, 40362, 10003, 10002}
"""40352 wants a captcha, 40362 finds the requests odd, 10003 does not take the signature."""
_TOO_FAST = re.compile("频繁|稍后再试|too many", re.IGNORECASE)
_LOGIN = re.compile("登录|login|signin|AuthenticationE|ERR_TICKET", re.IGNORECASE)
_ABNORMAL = re.compile("异常|验证|unhuman|限制", re.IGNORECASE)
_BUSY = re.compile("繁忙|服务.{0,4}错误|超时", re.IGNORECASE)


class Paging(msgspec.Struct):
    """Where a list goes on."""

    is_end: bool | int | None = None
    next: str | None = None
    totals: int | None = None


class _Error(msgspec.Struct):
    code: int | str | None = None
    message: str | None = None
    name: str | None = None
    need_login: bool | None = None
    redirect: str | None = None


class Reply(msgspec.Struct):
    """A list, or why there is none."""

    data: list[msgspec.Raw] | None = None
    paging: Paging | None = None
    error: _Error | None = None


def read_reply(response: Response) -> Reply:
    """Return the reply when it holds a list; raise what else it says."""
    if looks_like_html(response.body):
        page = response.body.decode("utf-8", "replace")
        odd = "unhuman" in response.url or _ABNORMAL.search(page)
        raise (Blocked if odd or not _LOGIN.search(page) else LoginRequired)("a page for people instead of JSON")
    reply = decode_page(response.body, Reply)
    if reply.error is not None:
        raise _refusal(reply.error)
    if reply.data is None:
        raise SchemaChanged("data: no list")
    return reply


def _refusal(error: _Error) -> CrawlError:
    words = f"{error.name or ''} {error.message or ''}".strip()
    said = f"the platform says: {error.code} {words}".rstrip()
    code = int(error.code or 0) if str(error.code).isdecimal() else None
    if code in _ABNORMAL_CODES or (error.redirect and "unhuman" in error.redirect):
        return Blocked(said)
    if code == 429 or _TOO_FAST.search(words):
        return RateLimited(said)
    if error.need_login or code in _LOGIN_CODES or _LOGIN.search(words):
        return LoginRequired(said)
    if _ABNORMAL.search(words):
        return Blocked(said)
    return Unreachable(said) if _BUSY.search(words) else SchemaChanged(said)
