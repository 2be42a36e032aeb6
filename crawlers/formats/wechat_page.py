"""An article of 微信公众号 as its own page shows it: what is written there, and what its scripts know of it.

Older pages hold the words in `#js_content` and tell the rest in variables (`var ct = "…"`); newer ones hold all in
`window.cgiDataNew`, and so do notes of pictures (item_show_type 8) and of words alone (10), which have no such element.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawlers.formats.wechat_article import HOME, address_of
from crawlers.page import Response
from crawlers.reading.avatar import avatar
from crawlers.reading.html_page import Element, attribute, each, first, inner, plain
from crawlers.reading.markup import text_of
from crawlers.reading.page_state import within
from crawlers.reading.picture_links import pictures_of
from crawlers.reading.regions import region_of
from crawlers.reading.script_values import assigned
from crawlers.reading.times import ReadTime, read_time, stamped

__all__ = ["Article", "lasting"]

_HOST, _SAFE = "mp.weixin.qq.com", "=/+*"
_KEY, _PASSING = ("__biz", "mid", "idx", "sn"), ("src", "timestamp", "ver", "signature")
_VARIABLES = (("bizuin", "biz", "appuin"), ("mid",), ("idx",), ("sn",))
"""Under which names scripts know the parts of the key."""
_SECONDS = ("ct", "oriCreateTime", "ori_create_time", "create_timestamp", "createTimestamp", "create_time")
_DAYS = ("create_time", "createTime", "publish_time")
_PICTURES, _WORDS, _SEEN_OR_HEARD = 8, 10, (5, 6, 7)
_SHORT = re.compile(r"/s/[\w-]{10,60}")
_OPENED_TITLE = "//*[@id='activity-name']"


@dataclass
class Article:
    """A page's elements, and its scripts; `known` is what they hand on as one object."""

    root: Element
    script: str
    known: dict[str, Any]

    @classmethod
    def of(cls, root: Element) -> "Article":
        """Read the scripts of a page."""
        script = "\n".join(str(one.text) for one in each(root, "//script[not(@src)]") if one.text)
        found: dict[str, Any] = {}
        for name in ("cgiDataNew", "cgiData"):
            held = assigned(script, name)
            found = {**held, **found} if isinstance(held, dict) else found
        return cls(root=root, script=script, known=found)

    def told(self, *names: str, known: tuple[str, ...] = ()) -> str:
        """Return the first text that is `known` by one of those names, or that a variable of one of these is set to."""
        for value in (
            *map(self.known.get, known),
            *(value for name in names for value in (self.known.get(name), assigned(self.script, name))),
        ):
            if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
                return str(value).strip()
        return ""

    @property
    def kind(self) -> int:
        """What WeChat calls the kind of an article: 0 for most, 8 for pictures, 10 for words."""
        shown = self.told("item_show_type", "real_item_show_type")
        return int(shown) if shown.isascii() and shown.isdecimal() else 0

    @cached_property
    def markup(self) -> str:
        """The body as HTML: of a note, whose lines end as in plain text, with its line ends; empty where none is."""
        shown = inner(first(self.root, "//*[@id='js_content']"))
        if text_of(shown) or "<img" in shown:
            return shown
        page = self.known.get("text_page_info") or assigned(self.script, "text_page_info")
        told = (within(page, "content_noencode"), within(page, "content"), self.known.get("content_noencode"))
        written = next((one for one in told if isinstance(one, str) and one.strip()), "")
        return written.replace("\r", "").replace("\n", "<br>")

    @property
    def is_there(self) -> bool:
        """Whether the page holds an article: words, pictures, or the title of what is seen or heard."""
        return bool(self.markup or self._listed() or (self.kind in _SEEN_OR_HEARD and self.title))

    @property
    def text(self) -> str:
        """The words, or where there are none those that tell what it is about."""
        about = _plain(self.told("msg_desc", known=("desc", "digest"))) or _meta(self.root, "og:description")
        return text_of(self.markup) or about

    @property
    def title(self) -> str | None:
        """The title; a note of words has its own words there, unless its author gave it one."""
        if self.kind == _WORDS and str(within(self.known, "text_page_info", "is_user_title")) != "1":
            return None
        shown = plain(first(self.root, _OPENED_TITLE)) or _plain(self.told("msg_title", known=("title",)))
        return shown or _meta(self.root, "og:title") or None

    @property
    def account(self) -> str:
        """The account's name."""
        shown = plain(first(self.root, "//*[@id='js_name']")) or _plain(
            self.told("nickname", "nick_name", known=("nick_name",))
        )
        return shown or plain(first(self.root, "//*[contains(@class, 'profile_nickname')]"))

    @property
    def face(self) -> str | None:
        """The address of the account's picture."""
        return avatar(_plain(self.told("round_head_img", "hd_head_img", "ori_head_img_url")))

    @property
    def region(self) -> str | None:
        """From where it was published: a province, or a country."""
        for told in (self.known.get("ip_wording"), assigned(self.script, "ip_wording")):
            for name in ("province_name", "provinceName", "country_name", "countryName"):
                if region := region_of(within(told, name)):
                    return region
        return None

    @property
    def source(self) -> str:
        """The address behind 阅读原文."""
        return _whole(self.told("msg_source_url", known=("source_url",)))

    @property
    def is_note(self) -> bool:
        """Whether it is no article in its form, but pictures or words."""
        return self.kind in (_PICTURES, _WORDS)

    def pictures(self) -> tuple[str, ...]:
        """Return the pictures' addresses: of a note its own list's, else those within the words, or the cover."""
        within_words = pictures_of(self.markup, HOME)
        if within_words and self.kind != _PICTURES:
            return within_words
        cover = _plain(self.told("msg_cdn_url", known=("cdn_url",))) or _meta(self.root, "og:image")
        return self._listed() or within_words or ((cover,) if cover.startswith("http") else ())

    def address(self, response: Response) -> str:
        """Return the address that lasts longest: of all that name the page, or made of what its scripts know."""
        called = [lasting(one) for one in self._addresses(response)]
        given = {name: self.told(*names) for name, names in zip(_KEY, _VARIABLES, strict=True)}
        whole = next((one for one in called if "__biz=" in one), "")
        made = f"{HOME}/s?{urlencode(given, safe=_SAFE)}" if all(given.values()) else ""
        return whole or made or next(filter(None, called), f"{HOME}/s")

    def published(self, moment: datetime) -> ReadTime | None:
        """Return when it was published; None where the page does not say."""
        for name in _SECONDS:
            if found := stamped(self.told(name)):
                return found
        told = [*(self.told(name) for name in _DAYS), plain(first(self.root, "//*[@id='publish_time']"))]
        for written in filter(None, told):
            try:
                return read_time(written, moment)
            except ValueError:
                continue
        return None

    def _listed(self) -> tuple[str, ...]:
        """Return the pictures of a note."""
        told = self.known.get("picture_page_info_list") or assigned(self.script, "picture_page_info_list")
        named = [within(one, "cdn_url") for one in (told if isinstance(told, list) else ())]
        whole = (_whole(one) for one in named if isinstance(one, str) and one.startswith("http"))
        return tuple(dict.fromkeys(filter(None, whole)))

    def _addresses(self, response: Response) -> Iterator[str]:
        """Yield how the article is called in addresses, that of the page itself last."""
        for told in (self.told("msg_link", known=("link",)), _meta(self.root, "og:url")):
            yield address_of(told)
        yield attribute(first(self.root, "//link[@rel='canonical']"), "href")
        yield response.url


def lasting(address: str) -> str:
    """Return an article's address without what tells of its reader, which may be a key to their account; else nothing.

    That is account, message, place and mark, or the short name, or what a search's address has, which lasts some hours.
    """
    try:
        parts = urlsplit(address_of(address))
        named = dict(parse_qsl(parts.query))
    except ValueError:
        return ""
    if parts.hostname != _HOST:
        return ""
    if _SHORT.fullmatch(parts.path):
        return f"{HOME}{parts.path}"
    for names in (_KEY, _PASSING):
        if all(named.get(name) for name in names):
            return f"{HOME}/s?{urlencode({name: named[name] for name in names}, safe=_SAFE)}"
    return ""


def _meta(root: Element, name: str) -> str:
    """Return what the page tells those who quote it."""
    return _plain(attribute(first(root, f"//meta[@property='{name}']"), "content"))


def _whole(written: str) -> str:
    """Return an address as a browser goes there; empty where it is none."""
    try:
        return address_of(written)
    except ValueError:  # such as an address with half a bracket
        return ""


def _plain(text: str) -> str:
    return html.unescape(text).replace("\xa0", " ").strip()
