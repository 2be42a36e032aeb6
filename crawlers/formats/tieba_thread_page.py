"""The shapes of 贴吧's JSON of a thread, and of what its page for people tells its script of each post."""

from collections.abc import Iterator
from typing import Any

import msgspec

from crawlers.formats.tieba_answer import User
from crawlers.reading.html_page import Element, attribute, classed, each, first
from crawlers.reading.wire import decode_item

__all__ = [
    "BODY",
    "BODY_BY_ID",
    "Below",
    "Field",
    "Floor",
    "Forum",
    "ThreadInfo",
    "ThreadPage",
    "field_of",
    "is_advertised",
    "pictures_of_body",
]

BODY, BODY_BY_ID = f".//{classed('d_post_content')}", ".//*[starts-with(@id, 'post_content_')]"

ABSENT = msgspec.Raw(b"null")


class Forum(msgspec.Struct):
    """The forum that the thread is in."""

    name: str | None = None


class ThreadInfo(msgspec.Struct):
    """The thread: its title and counts."""

    id: int | str | None = None
    tid: int | str | None = None
    title: str | None = None
    reply_num: Any = None
    view_num: Any = None
    agree_num: Any = None
    create_time: Any = None
    author: User | None = None


class Agree(msgspec.Struct):
    num: Any = msgspec.field(name="agree_num", default=None)


class Floor(msgspec.Struct):
    """A post of the thread, or an answer to one."""

    content: Any
    id: int | str | None = None
    pid: int | str | None = None
    floor: Any = None
    time: Any = None
    author_id: int | str | None = None
    author: User | None = None
    agree: Agree | None = None
    answers: Any = msgspec.field(name="sub_post_number", default=None)
    below: msgspec.Raw = msgspec.field(name="sub_post_list", default=ABSENT)
    lbs_info: Any = None
    ip_address: str | None = None


class Below(msgspec.Struct):
    """The answers that are shown below a post."""

    posts: list[msgspec.Raw] = msgspec.field(name="sub_post_list")


class Pages(msgspec.Struct):
    total: int | str | None = msgspec.field(name="total_page", default=None)
    current: int | str | None = msgspec.field(name="current_page", default=None)


class ThreadPage(msgspec.Struct):
    """A page of the thread."""

    code: int | str | None = msgspec.field(name="error_code", default=None)
    words: str | None = msgspec.field(name="error_msg", default=None)
    thread: ThreadInfo | None = None
    first: msgspec.Raw = msgspec.field(name="first_floor", default=ABSENT)
    posts: msgspec.Raw = msgspec.field(name="post_list", default=ABSENT)
    users: msgspec.Raw = msgspec.field(name="user_list", default=ABSENT)
    forum: Forum | None = None
    display_forum: Forum | None = None
    page: Pages | None = None


class Field(msgspec.Struct):
    """What stands in `data-field` of a post on the page for people."""

    author: User | None = None
    content: Any = None


def field_of(floor: Element) -> Field:
    """Return what the page's script is told of a post; nothing where that cannot be read."""
    try:
        return decode_item(msgspec.Raw(attribute(floor, "data-field").encode() or b"{}"), Field)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return Field()


def is_advertised(floor: Element) -> bool:
    """Say whether what looks like a post is an advertisement: it has neither a post's number nor a body."""
    told = field_of(floor).content
    numbered = isinstance(told, dict) and told.get("post_id")
    return not numbered and first(floor, BODY, BODY_BY_ID) is None


def pictures_of_body(body: Element) -> Iterator[str]:
    """Yield the pictures within a post's words; a stand-in may stand in `src` until the page is scrolled."""
    for one in each(body, f".//{classed('BDE_Image', 'img')}"):
        yield attribute(one, "data-original") or attribute(one, "src")
