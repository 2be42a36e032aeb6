"""What Zhihu's answers have in common: the list, its paging, and what it says instead of a list."""

import re

import msgspec

from crawlers.errors import Blocked, CrawlError, Gone, LoginRequired, RateLimited, SchemaChanged, Unreachable
from crawlers.page import Response
from crawlers.reading.wire import decode_json, decode_page, looks_like_html

__all__ = ["Paging", "Reply", "read_reply", "refused"]

_LOGIN_CODES = {100, 101, 4031, 4041}
_ABNORMAL_CODES = {40350, 40351, 40352, 40353, 40354, 40362, 10003, 10002}
"""40352 wants a captcha, 40362 finds the requests odd, 10003 does not take the signature."""
_NOT_THERE, _TOO_MANY = (404, 410), 429
_TOO_FAST = re.compile("频繁|稍后再试|too many", re.IGNORECASE)
_LOGIN = re.compile("登录|login|signin|AuthenticationE|ERR_TICKET", re.IGNORECASE)
_ABNORMAL = re.compile("异常|验证|unhuman|限制", re.IGNORECASE)
_GONE = re.compile("不存在|已(?:经)?(?:被)?(?:作者)?删除|NotFound|关闭了?评论|评论(?:区|功能)?已?关闭")
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
    """A list, or why there is none; a thing on its own is a list of itself."""

    data: list[msgspec.Raw] | None = None
    type: str | None = None
    """What the thing is that stands there on its own; None for a list."""
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
    if reply.data is None and reply.type:
        return msgspec.structs.replace(reply, data=[decode_json(response.body, msgspec.Raw)])
    if reply.data is None:
        raise SchemaChanged("data: no list")
    return reply


def refused(response: Response) -> CrawlError | None:
    """Return what the body of an answer says that is no page; None where it says nothing that we know."""
    if response.status == _TOO_MANY:
        return None
    if response.status in _NOT_THERE and looks_like_html(response.body):
        return Gone("a page that says that there is none")
    try:
        read_reply(response)
    except (Gone, Blocked, LoginRequired) as error:
        return error
    except CrawlError:
        pass
    return None


def _refusal(error: _Error) -> CrawlError:
    words = f"{error.name or ''} {error.message or ''}".strip()
    said = f"the platform says: {error.code} {words}".rstrip()
    code = int(error.code or 0) if str(error.code).isdecimal() else None
    if code in _NOT_THERE or (_GONE.search(words) and not error.need_login):
        return Gone(said)
    if code in _ABNORMAL_CODES or (error.redirect and "unhuman" in error.redirect):
        return Blocked(said)
    if code == 429 or _TOO_FAST.search(words):
        return RateLimited(said)
    if error.need_login or code in _LOGIN_CODES or _LOGIN.search(words):
        return LoginRequired(said)
    if _ABNORMAL.search(words):
        return Blocked(said)
    return Unreachable(said) if _BUSY.search(words) else SchemaChanged(said)
