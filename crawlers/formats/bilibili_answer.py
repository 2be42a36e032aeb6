"""What all of B站's answers have in common: a code, a message, and the data."""

import re
from typing import TypeVar

import msgspec

from config.both import Both
from crawlers.errors import Blocked, CrawlError, Gone, LoginRequired, RateLimited, SchemaChanged, Unreachable
from crawlers.formats.wbi import Wbi
from crawlers.page import Response
from crawlers.reading.wire import decode_item, decode_optional, decode_page, looks_like_html
from crawlers.spider import PlatformSpider

__all__ = ["BilibiliSpider"]

Data = TypeVar("Data")

_MEANINGS: dict[int, type[CrawlError]] = {
    -101: LoginRequired,
    -111: LoginRequired,
    -352: Blocked,
    -403: Blocked,
    -412: Blocked,
    -1200: Blocked,
    -509: RateLimited,
    -799: RateLimited,
    -500: Unreachable,
    -502: Unreachable,
    -503: Unreachable,
    -504: Unreachable,
}
_CLOSED = re.compile("关闭|没有评论")
_GONE = re.compile("啥都木有|不可见|不存在|已(?:被)?删除|失效|审核中|仅.{0,6}可见|隐私设置")
_VOUCHER = b'"v_voucher"'


class _Answer(msgspec.Struct):
    code: int
    message: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Voucher(msgspec.Struct):
    v_voucher: str


class BilibiliSpider(PlatformSpider):
    """A feed of B站's."""

    platform = "bilibili"
    platform_name = Both("B站", "Bilibili")
    home = "https://api.bilibili.com"
    delay = 3
    robots = False
    refusals = {**PlatformSpider.refusals, 412: Blocked}
    signature = "wbi"
    own_signer = Wbi

    def data_of(self, response: Response, shape: type[Data]) -> Data | None:
        """Return the answer's data; None where it says that comments are closed. CrawlError for what it refuses."""
        if looks_like_html(response.body):
            raise Blocked("a page for people instead of JSON")
        answer = decode_page(response.body, _Answer)
        said = f"the platform says: code {answer.code} {answer.message or ''}".rstrip()
        if answer.code:
            if _CLOSED.search(answer.message or ""):
                return None
            if _GONE.search(answer.message or ""):
                raise Gone(said)
            raise _MEANINGS.get(answer.code, SchemaChanged)(said)
        data = bytes(answer.data)
        if _VOUCHER in data and decode_optional(msgspec.Raw(data), _Voucher) is not None:
            raise Blocked("the platform asks to prove that nobody but a person is here (v_voucher)")
        try:
            return decode_item(answer.data, shape)
        except msgspec.ValidationError as error:
            raise SchemaChanged(str(error)) from error
