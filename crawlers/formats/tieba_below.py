"""What stands below the posts of a thread of 贴吧's (楼中楼), which the page for people asks for on its own.

GET /p/totalComment?tid=…&fid=…&pn=N&see_lz=0     the first answers below each post of a page, JSON
GET /p/comment?tid=…&pid=…&pn=N                   the answers below one post, a piece of HTML
"""

import re
from dataclasses import dataclass
from typing import Any

import msgspec
from lxml import html as lxml_html

from crawlers.errors import MalformedPost, SchemaChanged, Unreachable
from crawlers.formats.tieba_answer import User, refused_page, said_by
from crawlers.page import Response
from crawlers.reading.charset import decode_text
from crawlers.reading.html_page import Element, attribute, classed, each, first, inner, plain
from crawlers.reading.wire import decode_item, decode_optional, decode_page

__all__ = ["Below", "answers_in", "asked_below", "read_answer"]

_ABSENT = msgspec.Raw(b"null")
_BELOW = re.compile(r"/p/(?:totalComment|comment)\?(?P<query>.*)")
_PID = re.compile(r"(?:^|&)pid=(\d+)")
_ITEMS = f"//li[{classed('lzl_single_post', 'self::li')}]"
_END = "lzl_li_pager"


@dataclass(frozen=True, slots=True, kw_only=True)
class Below:
    """An answer below the post `above`."""

    id: str
    above: str
    markup: str
    time: Any
    user: User | None


class _Data(msgspec.Struct):
    listed: msgspec.Raw = msgspec.field(name="comment_list", default=_ABSENT)
    users: msgspec.Raw = msgspec.field(name="user_list", default=_ABSENT)


class _Answer(msgspec.Struct):
    code: int | str | None = msgspec.field(name="errno", default=None)
    words: str | None = msgspec.field(name="errmsg", default=None)
    data: _Data | None = None


class _Floor(msgspec.Struct):
    answers: list[msgspec.Raw] = msgspec.field(name="comment_info", default_factory=list)


class _Comment(msgspec.Struct):
    comment_id: int | str
    content: str
    post_id: int | str | None = None
    now_time: Any = None
    user_id: int | str | None = None
    username: str | None = None


class _Field(msgspec.Struct):
    spid: int | str | None = None
    user_name: str | None = None
    showname: str | None = None
    portrait: str | None = None


def asked_below(url: str) -> str | None:
    """Return the number of the post whose answers an address asks for, empty for those of a page; None for others."""
    match = _BELOW.search(url)
    if match is None:
        return None
    pid = _PID.search(match["query"])
    return pid[1] if pid else ""


def answers_in(response: Response) -> list[tuple[dict[str, User], Any]]:
    """Return each answer as it came, with the accounts that are known beside it."""
    if response.body.lstrip()[:1] != b"{":
        text = decode_text(response.body, response.headers.get("content-type", ""))
        if _END not in text and "</html>" in text.lower():
            raise refused_page(text)
        if _END not in text or not text.rstrip().endswith("</li>"):
            raise Unreachable(f"the answer ended early, after {len(response.body):,} bytes")
        return [({}, one) for one in each(lxml_html.document_fromstring(f"<html><body>{text}</body></html>"), _ITEMS)]
    answer = decode_page(response.body, _Answer)
    if refusal := said_by(answer.code, answer.words):
        raise refusal
    if answer.data is None or answer.data.listed == _ABSENT:
        raise SchemaChanged("data.comment_list: missing")
    users = decode_optional(answer.data.users, dict[str, msgspec.Raw]) or {}
    known = {id: user for id, raw in users.items() if (user := decode_optional(raw, User))}
    floors = (decode_optional(answer.data.listed, dict[str, msgspec.Raw]) or {}).values()  # [] where there are none
    return [(known, raw) for floor in floors for raw in (decode_optional(floor, _Floor) or _Floor()).answers]


def read_answer(pid: str, users: dict[str, User], given: Any) -> Below:
    """Return an answer of either kind; `pid` is the post that it stands below where it does not say so."""
    if not isinstance(given, msgspec.Raw):
        return _read_item(pid, given)
    comment = decode_item(given, _Comment)
    named = User(user_id=comment.user_id, user_name=comment.username)
    return Below(
        id=str(comment.comment_id),
        above=str(comment.post_id or pid),
        markup=comment.content,
        time=comment.now_time,
        user=users.get(str(comment.user_id), named),
    )


def _read_item(pid: str, item: Element) -> Below:
    try:
        told = decode_item(msgspec.Raw(attribute(item, "data-field").replace("'", '"').encode() or b"{}"), _Field)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise MalformedPost(f"data-field: {error}") from error
    name = plain(first(item, f".//{classed('lzl_cnt')}//a[{classed('j_user_card', 'self::a')}]"))
    user = User(portrait=told.portrait, user_name=told.user_name, name_show=name or told.showname)
    return Below(
        id=str(told.spid or ""),
        above=pid,
        markup=inner(first(item, f".//{classed('lzl_content_main')}")),
        time=plain(first(item, f".//{classed('lzl_time')}")),
        user=user,
    )
