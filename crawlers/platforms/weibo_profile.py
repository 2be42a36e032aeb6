"""One account's posts on Weibo, newest first, below those that it pinned.

    GET /api/container/getIndex?containerid=107603{uid}&since_id=…
    GET /statuses/extend?id=…        the whole of a text that the list cuts

The query is the account's number or the address of its page. A page names the next one by `since_id`; an empty page may
come before a full one. What weibo.com's own page receives, /ajax/statuses/mymblog, is read as well.
"""

import re
from typing import Any
from urllib.parse import urlencode

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.formats.weibo_mobile import WeiboMobile, read_reply
from crawlers.page import Page, Request, Response
from crawlers.reading.wire import decode_item, decode_json, decode_optional
from crawlers.spider import CannotCrawl, Job

__all__ = ["WeiboProfile"]

_ACCOUNT = re.compile(r"(?:(?:https?://)?(?:m\.|www\.)?weibo\.(?:cn|com)/(?:u/|profile/)?)?(\d{5,})(?:[/?#].*)?")


class _List(msgspec.Struct):
    since_id: Any = None
    page: Any = None


class _Cards(msgspec.Struct):
    cards: list[msgspec.Raw]
    about: msgspec.Raw = msgspec.field(name="cardlistInfo", default=msgspec.Raw(b"{}"))


class _Desktop(msgspec.Struct):
    """The messages, as the page for desktops receives them."""

    messages: list[msgspec.Raw] = msgspec.field(name="list")


class WeiboProfile(WeiboMobile):
    """What one account posted and reposted."""

    feed_name = Both("微博主页", "Weibo profile")
    may_be_gone = True
    in_browser = BrowserPage(
        r"https://(m\.weibo\.cn/api/container/getIndex\?([^\n]*&)?containerid=107603"
        r"|weibo\.com/ajax/statuses/mymblog\?([^\n]*&)?uid=)(?P<query>\d{5,})"
    )

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        match = _ACCOUNT.fullmatch(job.query.strip())
        if match is None:
            raise CannotCrawl(
                f"weibo_profile {job.query!r}: give an account's number, or its page, such as https://weibo.com/u/1234567890"
            )
        self._uid = match[1]

    def first(self) -> Request:
        """Return the request for the newest posts."""
        return self._page({})

    def parse_page(self, response: Response) -> Page:
        """Read one page of the account's posts."""
        reply = read_reply(response)
        if str(reply.ok) == "0":
            return Page(nothing=reply.msg)
        data = bytes(reply.data)
        if desktop := decode_optional(msgspec.Raw(data), _Desktop):
            return self.page_of(response, desktop.messages, None)
        listed = decode_json(data, _Cards)
        following = self._following(listed.about, response)
        return self.page_of_cards(response, listed.cards, following)

    def _following(self, about: msgspec.Raw, response: Response) -> Request | None:
        try:
            named = decode_item(about, _List)
        except msgspec.ValidationError:
            return None
        for field in ("since_id", "page"):
            value = getattr(named, field)
            text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
            if text.isascii() and text.isdecimal() and int(text) > 0:
                following = self._page({field: text})
                return None if following.url == response.url else following
        return None

    def _page(self, which: dict[str, str]) -> Request:
        fields = {"type": "uid", "value": self._uid, "containerid": f"107603{self._uid}", **which}
        return Request(url=f"{self.base}/api/container/getIndex?{urlencode(fields)}", headers=self.headers)
