"""贴吧's lists of a forum's threads → entries: the JSON of its clients, and the pages for people."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from lxml import etree
from lxml import html as lxml_html

from config.settings import DAY_ZONE
from crawlers.errors import MalformedPost
from crawlers.formats.tieba_answer import USER_LINK, User, author_of, linked_user, pictures_in, read_at, text_in
from crawlers.page import Response
from crawlers.post import Author, Engagement
from crawlers.reading.counts import count
from crawlers.reading.html_page import Element, attribute, classed, each, first, plain
from crawlers.reading.markup import text_of
from crawlers.reading.times import ReadTime
from crawlers.reading.wire import decode_item, decode_optional

__all__ = ["Entry", "ThreadList", "entries_of_page", "read_entry", "read_feed", "read_row", "users_of"]

_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_COARSE = re.compile("[周月年]前")
_THREAD = re.compile(r"/p/(\d+)")
_TOP = "top-thread-card-item"
_ROW = f"//li[{classed('j_thread_list', 'self::li')}][@data-field]"
_CARD = f"//{classed(_TOP)} | //{classed('thread-card-wrapper')}"
_BEGAN = re.compile(r"^(?:发布于|发表于)\s*")
_ANSWERED = re.compile(r"^回复于\s*")
_ABSENT = msgspec.Raw(b"null")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A thread as a list shows it; `began` is None where the list does not say when, at least to the day."""

    tid: str
    title: str = ""
    text: str = ""
    whole: bool = False
    """Whether the text is known to be all of it."""
    began: ReadTime | None = None
    answered: datetime | None = None
    """About when it was last answered, by which the list is ordered."""
    pinned: bool = False
    author: Author | None = None
    counts: Engagement = field(default_factory=Engagement)
    pictures: tuple[str, ...] = ()


class _Forum(msgspec.Struct):
    name: str | None = None


class _Turning(msgspec.Struct):
    has_more: bool | int | None = None


class _Feeds(msgspec.Struct):
    feeds: list[msgspec.Raw] | None = msgspec.field(name="feed_list", default=None)


class ThreadList(msgspec.Struct):
    """A page of the list."""

    code: int | str | None = msgspec.field(name="error_code", default=None)
    words: str | None = msgspec.field(name="error_msg", default=None)
    forum: _Forum | None = None
    threads: list[msgspec.Raw] | None = msgspec.field(name="thread_list", default=None)
    data: _Feeds | None = msgspec.field(name="page_data", default=None)
    users: msgspec.Raw = msgspec.field(name="user_list", default=_ABSENT)
    page: _Turning | None = None


class _Agree(msgspec.Struct):
    agree_num: Any = None


class _Thread(msgspec.Struct):
    id: int | str | None = None
    tid: int | str | None = None
    title: str | None = None
    abstract: Any = None
    content: Any = msgspec.field(name="first_post_content", default=None)
    media: Any = None
    create_time: Any = None
    last_time_int: Any = None
    is_top: Any = None
    author_id: int | str | None = None
    author: User | None = None
    reply_num: Any = None
    view_num: Any = None
    share_num: Any = None
    agree_num: Any = None
    agree: _Agree | None = None


class _Named(msgspec.Struct):
    key: str
    value: Any = None


class _Feed(msgspec.Struct):
    named: list[_Named] = msgspec.field(name="business_info", default_factory=list)
    mapped: dict[str, Any] = msgspec.field(name="business_info_map", default_factory=dict)
    components: list[Any] = msgspec.field(default_factory=list)


class _Placed(msgspec.Struct):
    feed: _Feed | None = None


class _Field(msgspec.Struct):
    """What stands in `data-field` of a row."""

    id: int | str | None = None
    author_name: str | None = None
    author_nickname: str | None = None
    author_portrait: str | None = None
    reply_num: Any = None
    is_top: Any = None


def users_of(listed: ThreadList) -> dict[str, User]:
    """Return the accounts that go with a list, by their numbers."""
    raws = decode_optional(listed.users, list[msgspec.Raw]) or []
    return {str(user.id): user for raw in raws if (user := decode_optional(raw, User))}


def read_entry(response: Response, users: Mapping[str, User], raw: msgspec.Raw) -> Entry | None:
    """Return a thread of the clients' JSON; None for an advertisement, which has no number."""
    thread = decode_item(raw, _Thread)
    tid = str(thread.tid or thread.id or "")
    if not tid.strip("0"):
        return None
    whole = isinstance(thread.content, list) and bool(thread.content)
    shown = thread.content if whole else thread.abstract
    agreed = thread.agree.agree_num if thread.agree else thread.agree_num
    answered = _stamp(thread.last_time_int, response)
    return Entry(
        tid=_number(tid),
        title=text_of(thread.title or ""),
        text=text_in(shown) if isinstance(shown, list | str) else "",
        whole=whole,
        began=_stamp(thread.create_time, response),
        answered=answered[0] if answered else None,
        pinned=str(thread.is_top or "0") != "0",
        author=author_of(thread.author or users.get(str(thread.author_id))),
        counts=Engagement(
            comments=count(thread.reply_num),
            views=count(thread.view_num),
            shares=count(thread.share_num),
            likes=count(agreed),
        ),
        pictures=pictures_in(thread.content) or pictures_in(thread.media),
    )


def read_feed(response: Response, users: Mapping[str, User], raw: msgspec.Raw) -> Entry | None:
    """Return a thread of the clients' newer lists, which are made of components; None for what is no thread."""
    placed = decode_item(raw, _Placed)
    if placed.feed is None:
        return None
    named = {one.key: one.value for one in placed.feed.named} | placed.feed.mapped
    tid = str(named.get("thread_id") or "")
    if not tid.strip("0"):
        return None
    components = [one for one in placed.feed.components if isinstance(one, dict)]
    heading = "".join(_words(part) for one in components for part in _within(one, "feed_title", "data"))
    parts = [part for one in components for part in _shown(one)]
    pictures = [one for part in parts if isinstance(one := part.get("origin_pic_url") or part.get("big_pic_url"), str)]
    user = users.get(str(named.get("user_id")), User(id=str(named.get("user_id") or "") or None))
    return Entry(
        tid=_number(tid),
        title=text_of(str(named.get("title") or "")) or heading.strip(),
        text="".join(map(_words, parts)).strip() or text_of(str(named.get("abstract") or "")),
        began=_stamp(named.get("create_time"), response),
        author=author_of(user),
        counts=Engagement(views=count(named.get("view_num"))),
        pictures=tuple(dict.fromkeys(one for one in pictures if one.startswith("http"))),
    )


def _shown(component: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, holder in (("feed_abstract", "data"), ("feed_pic", "pics")):
        yield from _within(component, name, holder)


def _within(component: dict[str, Any], name: str, holder: str) -> Iterator[dict[str, Any]]:
    inner = component.get(name)
    parts = inner.get(holder) if isinstance(inner, dict) else None
    yield from (part for part in (parts if isinstance(parts, list) else ()) if isinstance(part, dict))


def _words(part: dict[str, Any]) -> str:
    text, emoticon = part.get("text_info"), part.get("emoji_info")
    if isinstance(text, dict) and isinstance(text.get("text"), str):
        return str(text["text"])
    return f"[{emoticon['c']}]" if isinstance(emoticon, dict) and isinstance(emoticon.get("c"), str) else ""


def entries_of_page(root: Element) -> list[Element]:
    """Return the rows of a page for people; until 2025 they stand in a comment, which its script shows later."""
    found = [*each(root, _ROW)] or [*each(root, _CARD)]
    for code in () if found else each(root, "//code[contains(@id, 'thread_list')]"):
        hidden = "".join(str(one.text) for one in code if isinstance(one, etree._Comment))
        if hidden.strip():
            found += each(_fragment(hidden), _ROW)
    return found


def _fragment(markup: str) -> Element:
    return lxml_html.document_fromstring(f"<html><body>{markup}</body></html>")


def read_row(response: Response, row: Element) -> Entry:
    """Return a thread of a page for people."""
    return _row(response, row) if attribute(row, "data-field") else _card(response, row)


def _row(response: Response, row: Element) -> Entry:
    told = decode_item(msgspec.Raw(attribute(row, "data-field").encode()), _Field)
    link = first(row, f".//{classed('j_th_tit', 'a')}")
    match = _THREAD.search(attribute(link, "href"))
    user = User(portrait=told.author_portrait, name=told.author_name, name_show=told.author_nickname)
    answered = plain(first(row, f".//{classed('threadlist_reply_date')}"))
    pictures = (attribute(one, "bpic") for one in each(row, f".//{classed('threadlist_media')}//img"))
    return Entry(
        tid=_number(str(told.id or (match[1] if match else ""))),
        title=attribute(link, "title") or plain(link),
        text=plain(first(row, f".//{classed('threadlist_abs')}")),
        began=_day(plain(first(row, f".//{classed('is_show_create_time')}")), response),
        answered=_about(answered, response),
        pinned=str(told.is_top or "0") not in ("0", "False"),
        author=author_of(user),
        counts=Engagement(comments=count(told.reply_num)),
        pictures=tuple(dict.fromkeys(one for one in pictures if one.startswith("http"))),
    )


def _card(response: Response, card: Element) -> Entry:
    """Return a thread of the layout of 2026, which mostly tells when it was last answered."""
    links = each(card, ".//a[contains(@href, '/p/')]")
    thread = next((match for link in links if (match := _THREAD.search(attribute(link, "href")))), None)
    when = plain(first(card, f".//{classed('desc-info')}"))
    shown = (attribute(one, "data-src") for one in each(card, f".//{classed('image-list-item')}//img"))
    user = first(card, USER_LINK)
    return Entry(
        tid=_number(thread[1] if thread else ""),
        pinned=_TOP in attribute(card, "class").split(),
        title=plain(first(card, f".//{classed('thread-title')}")),
        text=plain(first(card, f".//{classed('thread-content')}")),
        began=_day(_BEGAN.sub("", when), response) if _BEGAN.match(when) else None,
        answered=_about(_ANSWERED.sub("", when), response) if _ANSWERED.match(when) else None,
        author=author_of(linked_user(attribute(user, "href"), plain(user))) if user is not None else None,
        pictures=tuple(dict.fromkeys(one for one in shown if one.startswith("http"))),
    )


def _number(tid: str) -> str:
    if not (tid.isascii() and tid.isdecimal() and len(tid) < 20):
        raise MalformedPost(f"id: {tid[:40]!r} is no number")
    return tid


def _stamp(written: Any, response: Response) -> ReadTime | None:
    try:
        return read_at(written, response)
    except MalformedPost:
        return None


def _day(written: str, response: Response) -> ReadTime | None:
    """Return a time as the pages write it: 18:30 today, 11-02 this year; 2023-11 and 3个月前 tell too little."""
    if _MONTH.fullmatch(written) or _COARSE.search(written):
        return None
    return _stamp(f"今天 {written}" if _CLOCK.fullmatch(written) else written, response)


def _about(written: str, response: Response) -> datetime | None:
    """Return about when a thread was last answered; of a month alone its end."""
    if match := _MONTH.fullmatch(written):
        year, month = int(match[1]), int(match[2])
        return datetime(year, month, 28, tzinfo=DAY_ZONE) if 1995 < year < 9999 and 0 < month < 13 else None
    found = _day(written, response)
    return found[0] if found else None
