"""QQ空间's messages and comments: the JSON in its call, what it refuses, and the ways in which it writes each field."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from crawlers.errors import Blocked, LoginRequired, MalformedPost, RateLimited, SchemaChanged, Unreachable
from crawlers.page import Response
from crawlers.post import Author
from crawlers.reading.markup import text_of
from crawlers.reading.stand_in import stand_in
from crawlers.reading.times import ReadTime, read_time, stamped
from crawlers.reading.wire import decode_page, looks_like_html

__all__ = [
    "Answer",
    "Comment",
    "Message",
    "author_of",
    "is_set",
    "pictures_in",
    "place_of",
    "plain",
    "read_answer",
    "text_in",
    "time_of",
]

_CALL = re.compile(rb"^\s*(?:/\*.*?\*/)?\s*(?:try\s*\{\s*)?[A-Za-z_$][\w$.]*\s*\(")
_CALL_END = re.compile(rb"\)\s*;?\s*\}?\s*(?:catch\s*\(\w*\)\s*\{[^{}]*\})?[\s;]*$")
_FRAME = re.compile(rb"<script[^<>]*>[^<]*?(?P<call>frameElement\.\w+\(.*?\)\s*;?)\s*</script>", re.DOTALL)
"""A call within a page of one script, as forms are answered."""
_ESCAPES = re.compile(rb"\\(?:x(?P<hex>[0-9a-fA-F]{2})|(?P<quote>')|(?P<other>.))", re.DOTALL)
_CALLED = re.compile(r"@\{[^{}]*?nick:(?P<nick>[^,{}]*)[^{}]*\}")
_NICK_ESCAPES = re.compile("%(?:2C|7B|7D|25)", re.IGNORECASE)
"""What a name within such a call may not hold as it is: , { } %."""
_EMOTICON = re.compile(r"\[em\][^\[\]]{1,12}\[/em\]")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_LOGIN, _CLOSED = re.compile("登录|登陆|login"), re.compile("权限|保密|拒绝访问")
_TOO_OFTEN, _BUSY = re.compile("频繁|人数过多"), re.compile("繁忙|超时|系统错误")
_LOGIN_CODES, _TOO_OFTEN_CODES = {-3000, -4001, -4002}, {-10000}
_ABSENT = msgspec.Raw(b"null")
_SHOWN = ("url3", "url2", "url1", "smallurl", "o_url", "hd_url", "b_url", "s_url")
"""What pictures of messages and of comments call their addresses, the largest first."""


class Comment(msgspec.Struct):
    """A comment, or an answer to one."""

    content: str
    tid: int | str
    uin: int | str | None = None
    name: str | None = None
    create_time: Any = None
    time_text: str | None = msgspec.field(name="createTime2", default=None)
    day_text: str | None = msgspec.field(name="createTime", default=None)
    private: Any = None
    pictures: Any = msgspec.field(name="pic", default=None)
    answers: msgspec.Raw = msgspec.field(name="list_3", default=_ABSENT)


class Message(msgspec.Struct):
    """A message; the list cuts long ones (`is_cut`), their own page does not."""

    tid: str
    content: str | None = None
    parts: Any = msgspec.field(name="conlist", default=None)
    is_cut: Any = msgspec.field(name="has_more_con", default=None)
    uin: int | str | None = None
    name: str | None = None
    created_time: Any = None
    time_text: str | None = msgspec.field(name="createTime", default=None)
    secret: Any = None
    comments_count: Any = msgspec.field(name="cmtnum", default=None)
    reposts_count: Any = msgspec.field(name="fwdnum", default=None)
    pictures: Any = msgspec.field(name="pic", default=None)
    films: Any = msgspec.field(name="video", default=None)
    place: Any = msgspec.field(name="lbs", default=None)
    rt_tid: str | None = None
    rt_uin: int | str | None = None
    rt_name: str | None = msgspec.field(name="rt_uinname", default=None)
    rt_content: Any = msgspec.field(name="rt_con", default=None)
    rt_time: str | None = msgspec.field(name="rt_createTime", default=None)
    comments: msgspec.Raw = msgspec.field(name="commentlist", default=_ABSENT)


class Answer(msgspec.Struct):
    """A page of messages, or one message."""

    code: int
    message: str | None = None
    total: int | None = None
    messages: msgspec.Raw = msgspec.field(name="msglist", default=_ABSENT)
    tid: str | None = None


def read_answer(response: Response) -> tuple[Answer, bytes]:
    """Return the answer out of its call, and its JSON; raise what it refuses."""
    body = response.body
    if frame := _FRAME.search(body):
        body = frame["call"]
    elif looks_like_html(body):
        page = body.decode("utf-8", "replace")
        instead = None if _LOGIN.search(page) else stand_in(page)
        raise (instead or LoginRequired)("a page for people instead of data")
    if match := _CALL.match(body):
        end = _CALL_END.search(body, match.end())
        body = body[match.end() : end.start() if end else None] or b" "
    body = _ESCAPES.sub(_json_escape, body)
    answer = decode_page(body, Answer)
    said = f"the platform says: code {answer.code} {answer.message or ''}".rstrip()
    if answer.code == 0:
        return answer, body
    if answer.code in _LOGIN_CODES or _LOGIN.search(said):
        raise LoginRequired(said)
    if answer.code in _TOO_OFTEN_CODES or _TOO_OFTEN.search(said):
        raise RateLimited(said)
    if _CLOSED.search(said):
        raise Blocked(said)
    raise (Unreachable if _BUSY.search(said) else SchemaChanged)(said)


def _json_escape(match: "re.Match[bytes]") -> bytes:
    """Return an escape of JavaScript's as JSON has it."""
    return b"\\u00" + match["hex"] if match["hex"] else b"'" if match["quote"] else match[0]


def text_in(message: Message) -> str:
    """Return what a message says, as it is written there; MalformedPost where it says nothing at all."""
    if message.content:
        return message.content
    parts = [one for one in message.parts if isinstance(one, dict)] if isinstance(message.parts, list) else []
    told = [one["con"] if isinstance(one.get("con"), str) else _name_in(one) for one in parts]
    if message.content is None and not told:
        raise MalformedPost("content: missing")
    return "".join(told)


def _name_in(part: Mapping[str, Any]) -> str:
    """Return the account that a part of a text calls, as a reader sees it; empty for another part."""
    return f"@{part['nick']}" if isinstance(part.get("nick"), str) else ""


def is_set(said: Any) -> bool:
    """Say whether a flag is set, as a number or as text."""
    return str(said or 0) not in ("0", "False")


def plain(content: str) -> str:
    """Return what a reader sees of a text."""
    called = _CALLED.sub(lambda match: "@" + _NICK_ESCAPES.sub(lambda one: unquote(one[0]), match["nick"]), content)
    return text_of(_EMOTICON.sub("", called).replace("\n", "<br>"))


def time_of(seconds: Any, written: str | None, response: Response) -> ReadTime:
    """Return a time in seconds or words; MalformedPost where it is none."""
    try:
        if isinstance(seconds, int | float | str) and (stamp := stamped(seconds)):
            return stamp
        text = (written or "").strip()
        return read_time(f"今天 {text}" if _CLOCK.fullmatch(text) else text, response.moment)
    except (ValueError, OverflowError) as error:
        raise MalformedPost(f"created_time: {error}") from error


def author_of(uin: int | str | None, name: str | None) -> Author | None:
    """Return the account; None for who is not named."""
    number = str(uin or "")
    if not number.strip("0"):
        return None
    return Author(id=number, name=html.unescape(name or "") or None, url=f"https://user.qzone.qq.com/{number}")


def pictures_in(pictures: Any, films: Any = None) -> Iterator[str]:
    """Yield the addresses of pictures, and of what stands for a film."""
    pairs = ((pictures, _SHOWN), (films, ("url1", "pic_url")))
    listed = ((one, names) for some, names in pairs for one in (some if isinstance(some, list) else ()))
    for one, names in listed:
        named = one if isinstance(one, dict) else {}
        address = next((named[name] for name in names if named.get(name)), None)
        if isinstance(address, str) and address.startswith("http"):
            yield address


def place_of(place: Any) -> str | None:
    """Return the place that a message names."""
    named = place if isinstance(place, dict) else {}
    found = named.get("idname") or named.get("name")
    return found if isinstance(found, str) and found else None
