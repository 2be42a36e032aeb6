"""What 贴吧's pages have in common: refusals, accounts, times, and texts in parts."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import msgspec

from config.both import Both
from crawlers.errors import Blocked, CrawlError, LoginRequired, MalformedPost, RateLimited, SchemaChanged
from crawlers.page import Response
from crawlers.post import Author
from crawlers.reading.stand_in import stand_in
from crawlers.reading.times import ReadTime, read_time, unix_time
from crawlers.spider import PlatformSpider

__all__ = [
    "USER_LINK",
    "TiebaSpider",
    "User",
    "author_of",
    "linked_user",
    "links_in",
    "pictures_in",
    "read_at",
    "refused_page",
    "said_by",
    "text_in",
]

_GONE = re.compile("删除|不存在|被隐藏|没有找到|无法查看")
_LOGIN = re.compile("登录|login", re.IGNORECASE)
_TOO_OFTEN = re.compile("频繁|太快|稍后")
_GUARD = re.compile("安全验证|百度验证|旋转图片|wappass|captcha", re.IGNORECASE)
_LINKS = (1, 35, 36, 37)
_EMOTICONS, _PICTURES, _FILM = (2, 11), (3, 16, 20), 5
_TIME = re.compile(r"^(?:发布于|发表于|回复于|更新于)\s*")


USER_LINK = ".//a[contains(@href, '/home/main') or contains(@href, '/i/sys/jump')]"
"""Where a page names an account; the second form until about 2020."""


class User(msgspec.Struct):
    """An account, by any of the names that the pages give its fields."""

    id: int | str | None = None
    user_id: int | str | None = None
    portrait: str | None = None
    name: str | None = None
    user_name: str | None = None
    name_show: str | None = None
    show_nickname: str | None = None
    user_nickname: str | None = None
    ip_address: str | None = None


class TiebaSpider(PlatformSpider):
    """A feed of 贴吧's. Its JSON wants a signature that nobody published: it is asked where `signer` names one."""

    platform = "tieba"
    platform_name = Both("百度贴吧", "Baidu Tieba")
    home = "https://tieba.baidu.com"
    delay = 3
    robots = False
    max_stale_pages = 2

    @property
    def asks_json(self) -> bool:
        """Whether the JSON can be asked for: signed, or on a mirror."""
        return bool(self.job.signer or self.job.base_url)


def said_by(code: Any, words: str | None) -> CrawlError | None:
    """Return what an answer's error means; None for an answer that has none, or says that there is nothing."""
    if str(code or 0) == "0" or _GONE.search(words or ""):
        return None
    said = f"the platform says: {code} {words or ''}".rstrip()
    if _TOO_OFTEN.search(said):
        return RateLimited(said)
    if _GUARD.search(said):
        return Blocked(said)
    return LoginRequired(said) if _LOGIN.search(said) else SchemaChanged(said)


def refused_page(text: str) -> CrawlError:
    """Return what a page for people without posts is: a guard, a login wall, or one that we do not know."""
    if _GUARD.search(text):
        return Blocked("a page that asks for a proof of being a person")
    if _LOGIN.search(text):
        return LoginRequired("a page without posts that asks to log in")
    return (stand_in(text) or SchemaChanged)("a page without posts")


def author_of(user: User | None) -> Author | None:
    """Return the account by its number, its portrait's name or its own; None for anonymous ones."""
    if user is None:
        return None
    portrait = (user.portrait or "").partition("?")[0].rpartition("/")[2]
    number = str(user.id or user.user_id or "").strip("-")
    login = user.user_name or user.name or ""
    id = number if number.strip("0") else portrait or login
    if not id:
        return None
    names = (user.show_nickname, user.name_show, user.user_nickname, user.name, user.user_name)
    leads = f"id={quote(portrait, safe='.-_')}" if portrait else f"un={quote(login)}" if login else ""
    url = f"https://tieba.baidu.com/home/main?{leads}" if leads else None
    return Author(id=id, name=next((name for name in names if name), None), url=url)


def linked_user(address: str, name: str) -> User:
    """Return the account that a link leads to."""
    query = urlsplit(address).query
    try:
        named = parse_qs(query, errors="strict")
    except UnicodeDecodeError:  # older pages write names in GBK
        named = parse_qs(query, encoding="gb18030", errors="replace")
    return User(portrait=named.get("id", [""])[0] or None, user_name=named.get("un", [""])[0] or None, name_show=name)


def read_at(written: Any, response: Response) -> ReadTime:
    """Return a time in seconds, milliseconds or words; MalformedPost where it is none."""
    try:
        if isinstance(written, str) and written.strip():
            return read_time(_TIME.sub("", written.strip()), response.moment)
        if isinstance(written, int | float) and not isinstance(written, bool) and written > 0:
            return unix_time(written)
    except (ValueError, OverflowError) as error:
        raise MalformedPost(f"time: {error}") from error
    raise MalformedPost(f"time: missing or none that we can read: {written!r:.80}")


def text_in(content: Any) -> str:
    """Return the text of a content, in parts or whole; MalformedPost where there is none."""
    if isinstance(content, str):
        return content.strip()
    if not isinstance(content, list):
        raise MalformedPost("content: missing")
    return "".join(_words(part) for part in _parts(content)).strip()


def _words(part: dict[str, Any]) -> str:
    kind, text, name = part.get("type"), part.get("text"), part.get("c")
    if _number(kind) in _EMOTICONS and isinstance(name, str) and name:
        return f"[{name}]"
    if _number(kind) in (*_PICTURES, _FILM):  # a film's words are its address
        return ""
    return text if isinstance(text, str) else name if isinstance(name, str) else ""


def pictures_in(content: Any) -> tuple[str, ...]:
    """Return the addresses of the pictures in a content of parts, the largest that is named of each."""
    found = []
    for part in _parts(content):
        names = ("origin_src", "big_cdn_src", "cdn_src_active", "cdn_src", "src", "big_pic", "water_pic")
        address = next((part[name] for name in names if isinstance(part.get(name), str) and part[name]), None)
        if address and (_number(part.get("type")) in (*_PICTURES, _FILM) or part.get("type") == "pic"):
            found.append(address)
    return tuple(dict.fromkeys(found))


def links_in(content: Any) -> str:
    """Return the addresses that a content of parts leads to, as text: the words of a link may be its page's title."""
    return " ".join(
        part["link"]
        for part in _parts(content)
        if _number(part.get("type")) in _LINKS and isinstance(part.get("link"), str)
    )


def _parts(content: Any) -> Iterator[dict[str, Any]]:
    for part in content if isinstance(content, list) else ():
        if isinstance(part, dict):
            yield part


def _number(kind: Any) -> int:
    return int(kind) if isinstance(kind, int) or (isinstance(kind, str) and kind.isdecimal() and kind.isascii()) else 0
