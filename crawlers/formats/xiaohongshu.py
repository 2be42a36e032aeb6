"""小红书: the JSON of its notes and comments, and what it says instead; rednote.com, its name abroad, answers alike."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import msgspec

from config.both import Both
from crawlers.errors import Blocked, CrawlError, Gone, LoginRequired, MalformedPost, RateLimited, SchemaChanged
from crawlers.formats.native_id import published, settled
from crawlers.formats.xiaohongshu_page import notes_in_page
from crawlers.page import Request, Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.reading.counts import count
from crawlers.reading.regions import region_of
from crawlers.reading.times import ReadTime, Stamp, optional_time, read_time, stamped
from crawlers.reading.wire import decode_item, decode_page, looks_like_html
from crawlers.spider import PlatformSpider

__all__ = ["ABSENT", "Xiaohongshu", "read_reply"]

ABSENT = msgspec.Raw(b"null")
_GONE = {-510000, -510001, 300031}
"""What says that the note is not there any more, or not for everybody."""
_GONE_PAGE = re.compile(r"error_code=300031|当前笔记暂时无法浏览|你访问的页面不见了")
_BLOCKED = {300011, 300012, 300015, 300017, -1, 461, 471}
"""300011 finds the account odd, 300012 the address, 300017 the token; 300015 and -1 do not take the signature."""
_TOO_FAST = {300013}
_LOGIN = {-100, -101, -104, -3}
_LOGIN_WORDS = re.compile("登录|login", re.IGNORECASE)
_TOO_FAST_WORDS = re.compile("频次|频繁|稍后再试")
_BLOCKED_WORDS = re.compile("异常|验证|限制|安全")
_BLOCKED_PAGE = re.compile(r"30001\d|安全限制|Account abnormal|captcha")
_TOPIC = re.compile(r"#([^#\[\]\n]{1,80})\[(?:话题|topic)\]#", re.IGNORECASE)
_EDITED = "编辑于"
_NOTE_ID = re.compile(r"[0-9a-zA-Z]{16,40}")


class _User(msgspec.Struct):
    user_id: str | int | None = None
    nickname: str | None = None
    nick_name: str | None = None
    red_official_verified: bool | None = None
    red_official_verify_type: int | None = None


class _Interactions(msgspec.Struct):
    liked_count: Any = None
    collected_count: Any = None
    comment_count: Any = None
    share_count: Any = None
    shared_count: Any = None


class _Tag(msgspec.Struct):
    name: str | None = None
    type: str | None = None


class _Corner(msgspec.Struct):
    type: str | None = None
    text: str | None = None


class _Note(msgspec.Struct):
    """A note: as a card of a list, with a title alone, or whole."""

    note_id: str | None = None
    title: str | None = None
    display_title: str | None = None
    desc: str | None = None
    time: Stamp | None = None
    last_update_time: Stamp | None = None
    ip_location: str | None = None
    user: _User | None = None
    interact_info: _Interactions | None = None
    tag_list: list[_Tag] | None = None
    corner_tag_info: list[_Corner] | None = None
    image_list: list[Any] | None = None
    cover: Any = None


class Item(msgspec.Struct):
    """One thing in a list: a note, in a card or, in the lists of an account, bare; or a suggestion of other words."""

    id: str | None = None
    note_id: str | None = None
    model_type: str | None = None
    xsec_token: str | None = None
    card: msgspec.Raw = msgspec.field(name="note_card", default=ABSENT)


class Comment(msgspec.Struct):
    """A comment, with the replies that stand below it."""

    id: str
    content: str | None = None
    create_time: Stamp | None = None
    like_count: Any = None
    ip_location: str | None = None
    user_info: _User | None = None
    sub_comment_count: Any = None
    sub_comments: list[msgspec.Raw] | None = None
    sub_comment_has_more: bool | int | None = None
    sub_comment_cursor: str | None = None
    target_comment: Any = None
    pictures: list[Any] | None = None


class Data(msgspec.Struct):
    """What the parts of this interface answer with."""

    items: list[msgspec.Raw] | None = None
    notes: list[msgspec.Raw] | None = None
    comments: list[msgspec.Raw] | None = None
    has_more: bool | int | None = None
    cursor: str | None = None


class _Reply(msgspec.Struct):
    code: int | str | None = None
    success: bool | None = None
    msg: str | None = None
    data: msgspec.Raw = ABSENT


class Xiaohongshu(PlatformSpider):
    """What the feeds of this platform have in common."""

    platform = "xiaohongshu"
    platform_name = Both("小红书", "Xiaohongshu")
    home = "https://edith.xiaohongshu.com"
    delay = 5
    robots = False
    max_stale_pages = 2
    signature = "x-s"
    refusals = {**PlatformSpider.refusals, 406: Blocked, 461: Blocked, 471: Blocked}
    headers = {"Accept": "application/json", "Content-Type": "application/json;charset=UTF-8"}

    def read_note(self, response: Response, raw: msgspec.Raw) -> Post:
        """Return a note as a post; what a list shows of it has no text."""
        item = decode_item(raw, Item)
        note = decode_item(item.card if item.card != ABSENT else raw, _Note)
        id = note.note_id or item.id or ""
        if not _NOTE_ID.fullmatch(id):
            raise MalformedPost(f"note_id: {id[:40]!r} is none")
        shown = stamped(note.time) or _corner_time(note, response)
        published_at, precision = self._time(id, shown, response)
        edited_at = optional_time(note.last_update_time, response.moment)
        text = _TOPIC.sub(r"#\1#", note.desc or "")
        tags = [tag.name for tag in note.tag_list or () if tag.name and tag.type in ("topic", None)]
        counts = note.interact_info or _Interactions()
        return self.post(
            response,
            kind=Kind.POST,
            native_id=id,
            url=f"https://www.xiaohongshu.com/explore/{id}",
            title=(note.title or note.display_title or "").strip() or None,
            text=text.strip(),
            tags=tuple(dict.fromkeys([*tags, *(tag.strip() for tag in _TOPIC.findall(note.desc or ""))])),
            pictures=_pictures(note.image_list or [note.cover]),
            author=_author(note.user),
            published_at=published_at,
            time_precision=precision,
            edited_at=edited_at if edited_at and edited_at > published_at else None,
            engagement=Engagement(
                likes=count(counts.liked_count),
                favourites=count(counts.collected_count),
                comments=count(counts.comment_count),
                shares=count(counts.shared_count if counts.share_count is None else counts.share_count),
            ),
            region=region_of(note.ip_location),
        )

    def read_comment(self, response: Response, note: str, below: str | None, raw: msgspec.Raw) -> tuple[Post, Comment]:
        """Return a comment of `note`, or a reply to the comment `below`, as a post and as it came."""
        comment = decode_item(raw, Comment)
        if comment.content is None:
            raise MalformedPost("content: missing")
        published_at, precision = self._time(comment.id, stamped(comment.create_time), response)
        target = comment.target_comment.get("id") if isinstance(comment.target_comment, dict) else None
        post = self.post(
            response,
            kind=Kind.COMMENT,
            native_id=comment.id,
            url=f"https://www.xiaohongshu.com/explore/{note}",
            text=comment.content.strip(),
            pictures=_pictures(comment.pictures or ()),
            author=_author(comment.user_info),
            published_at=published_at,
            time_precision=precision,
            engagement=Engagement(likes=count(comment.like_count), comments=count(comment.sub_comment_count)),
            region=region_of(comment.ip_location),
            parent_id=target if isinstance(target, str) and target else below or note,
            root_id=f"{self.platform}:{Kind.POST}:{note}",
        )
        return post, comment

    def whole(self, note: str, token: str) -> Request:
        """Return the request for a whole note; the token comes with each mention of it."""
        fields = {
            "source_note_id": note,
            "image_formats": ["jpg", "webp", "avif"],
            "extra": {"need_body_topic": "1"},
            "xsec_source": "pc_search",
            "xsec_token": token,
        }
        return replace(self.posted("/api/sns/web/v1/feed", fields), optional=True)

    def posted(self, path: str, fields: dict[str, Any]) -> Request:
        """Return a request that posts these fields."""
        return Request(url=f"{self.base}{path}", headers=self.headers, body=msgspec.json.encode(fields))

    def _time(self, id: str, shown: ReadTime | None, response: Response) -> ReadTime:
        found = settled(published(self.platform, id), shown, response.fetched_at)
        if found is None:
            raise MalformedPost("time: missing, and the id carries none")
        return found


def read_reply(response: Response) -> Data:
    """Return what the reply holds; raise what it says instead, Gone when a note is not there."""
    if looks_like_html(response.body):
        page = response.body.decode("utf-8", "replace")
        if (shown := notes_in_page(page)) is not None:
            return decode_item(shown, Data)
        if _GONE_PAGE.search(unquote(response.url) + page):
            raise Gone("the note is not there any more, or not for everybody")
        odd = _BLOCKED_PAGE.search(response.url + page) or not _LOGIN_WORDS.search(page)
        raise (Blocked if odd else LoginRequired)("a page for people instead of JSON")
    reply = decode_page(response.body, _Reply)
    code = _code(reply.code)
    if reply.success or (reply.success is None and code == 0):
        try:
            return decode_item(reply.data, Data)
        except msgspec.ValidationError as error:
            raise SchemaChanged(f"data: {error}") from error
    raise _refusal(code, reply.msg or "")


def _code(code: int | str | None) -> int | None:
    try:
        return None if code is None else int(code)
    except ValueError:
        return None


def _refusal(code: int | None, words: str) -> CrawlError:
    said = f"the platform says: {code} {words}".rstrip()
    if code in _GONE:
        return Gone(said)
    if code in _TOO_FAST or _TOO_FAST_WORDS.search(words):
        return RateLimited(said)
    if code in _LOGIN or _LOGIN_WORDS.search(words):
        return LoginRequired(said)
    if code in _BLOCKED or _BLOCKED_WORDS.search(words):
        return Blocked(said)
    return SchemaChanged(said)


def _corner_time(note: _Note, response: Response) -> ReadTime | None:
    """Return the time that a card's corner shows, such as 3天前 or 11-02; 编辑于 tells of another one."""
    for corner in note.corner_tag_info or ():
        if corner.type in ("publish_time", None) and corner.text and not corner.text.startswith(_EDITED):
            try:
                return read_time(corner.text.strip(), response.moment)
            except ValueError:
                continue
    return None


def _author(user: _User | None) -> Author | None:
    if user is None or not user.user_id:
        return None
    verified = user.red_official_verified
    return Author(
        id=str(user.user_id),
        name=user.nickname or user.nick_name or None,
        url=f"https://www.xiaohongshu.com/user/profile/{user.user_id}",
        verified=verified,
    )


def _pictures(pictures: Iterable[Any]) -> tuple[str, ...]:
    """Return the address of each picture, as it is shown in full."""
    found: dict[str, None] = {}
    for picture in pictures:
        if not isinstance(picture, dict):
            continue
        sizes = picture.get("info_list")
        listed = [size.get("url") for size in sizes if isinstance(size, dict)] if isinstance(sizes, list) else []
        addresses = [picture.get("url_default"), picture.get("url"), *reversed(listed), picture.get("url_pre")]
        address = next((one for one in addresses if isinstance(one, str) and one.startswith("http")), None)
        if address:
            found[address] = None
    return tuple(found)
