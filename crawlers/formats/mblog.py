"""Weibo's messages (`mblog`), as its search, profiles and reposts hold them: JSON → Post."""

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from crawlers.errors import MalformedPost
from crawlers.formats.native_id import published, settled
from crawlers.page import Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.reading.avatar import avatar
from crawlers.reading.counts import count
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
from crawlers.reading.regions import region_of
from crawlers.reading.times import ReadTime, optional_time, read_time
from crawlers.reading.wire import decode_item, decode_optional
from crawlers.spider import PlatformSpider

__all__ = ["SITE", "Found", "User", "digits", "exact_time", "read_author", "read_message", "read_pictures", "tags_of"]

SITE = ("weibo.cn", "weibo.com")
_PLATFORM = "weibo"
_PINNED_TYPE = 2
_ORGANISATIONS, _PEOPLE = range(1, 8), (0, 10, 200, 220)
_TAG = re.compile(r"#([^#\n]{1,80})#")
_GONE = re.compile("抱歉[，,]|[该此](?:条)?微博")
"""How the platform's own words begin where a message of nobody was."""
_HIDDEN = re.compile("抱歉[，,](?:作者已?设置|由于作者设置|此微博已(?:被|不可见))")
"""What the platform says where the account still stands beside it."""
_CUT = re.compile(r"\s*(\.{3}|…+)?\s*(全文|展开)$")
_FIRST_TIMED_ID = 3_300_000_000_000_000
"""Since about May 2011 ids carry their time."""
_SIZES = ("largest", "large", "original", "mw2000", "bmiddle", "thumbnail")
_MOST_PICTURES = 30
_PICTURE_ID = re.compile(r"[0-9A-Za-z]{6,40}")
_COVERED = {"video", "article"}
_ABSENT = msgspec.Raw(b"null")


class User(msgspec.Struct):
    """An account, as it stands beside a message or a comment."""

    id: int | str
    screen_name: str | None = None
    verified: bool | int | None = None
    verified_type: int | None = None
    verified_reason: str | None = None
    description: str | None = None
    followers_count: Any = None
    avatar_hd: Any = None
    profile_image_url: Any = None


class _Message(msgspec.Struct):
    """A post; what the platform fills with different types from page to page is left open."""

    created_at: str | None = None
    text: str | None = None
    text_raw: str | None = None
    id: int | str | None = None
    mid: int | str | None = None
    pid: int | str | None = None
    is_long: bool | int | None = msgspec.field(name="isLongText", default=None)
    long_text: Any = msgspec.field(name="longText", default=None)
    region_name: str | None = None
    reposts_count: Any = None
    comments_count: Any = None
    attitudes_count: Any = None
    page_info: Any = None
    pics: Any = None
    pic_ids: Any = None
    pic_infos: Any = None
    mixed: Any = msgspec.field(name="mix_media_info", default=None)
    user: User | None = None
    deleted: Any = None
    root: msgspec.Raw = msgspec.field(name="retweeted_status", default=_ABSENT)
    type: int | None = msgspec.field(name="mblogtype", default=None)
    is_top: Any = msgspec.field(name="isTop", default=None)
    title: Any = None
    edit_at: str | None = None


class _Root(msgspec.Struct):
    """What is left of a reposted message for certain: when it was deleted it has no user."""

    id: int | str | None = None
    mid: int | str | None = None
    user: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A message as a post; `root` is the message that it reposts, where that still is there.

    One that is `gone` has left its place, with the platform's words in its text.
    """

    post: Post
    cut: bool
    pinned: bool = False
    gone: bool = False
    root: msgspec.Raw | None = None


def read_message(spider: PlatformSpider, response: Response, raw: msgspec.Raw, *, of: str | None = None) -> Found:
    """Return a message as a post; `of` is the id of the message that it reposts, where the listing is of reposts."""
    message = decode_item(raw, _Message)
    mid = digits(message.mid or message.id, "mid")
    root = decode_optional(message.root, _Root)
    root_mid = (str(root.mid or root.id or "") if root else "") or of
    markup, cut = _parse_markup(message)
    text = _CUT.sub("", text_of(markup)) if cut else text_of(markup)
    published_at, precision = exact_time(message.created_at, mid, response)
    post = spider.post(
        response,
        kind=Kind.REPOST if root or of else Kind.POST,
        native_id=mid,
        url=f"https://m.weibo.cn/detail/{mid}",
        text=text,
        tags=tags_of(text),
        links=links_of(markup, spider.base, own=SITE),
        pictures=_parse_pictures(message),
        author=read_author(message.user),
        published_at=published_at,
        time_precision=precision,
        edited_at=optional_time(message.edit_at, response.moment),
        engagement=_parse_engagement(message),
        region=region_of(message.region_name),
        parent_id=str(message.pid or root_mid) if root_mid else None,
        root_id=f"{_PLATFORM}:{Kind.POST}:{root_mid}" if root_mid else None,
    )
    return Found(
        post=post,
        cut=cut,
        pinned=_is_pinned(message),
        gone=_is_gone(message, text),
        root=message.root if root and root.user else None,
    )


def _is_gone(message: _Message, text: str) -> bool:
    """Say whether a message has left its place alone, with the platform's words in it."""
    if _HIDDEN.match(text):
        return True
    return message.user is None and (str(message.deleted) in ("1", "True") or _GONE.match(text) is not None)


def digits(id: int | str | None, name: str) -> str:
    """Return an id as text; MalformedPost when it is no number."""
    text = str(id or "")
    if not (text.isascii() and text.isdecimal()):
        raise MalformedPost(f"{name}: {text[:40]!r} is no number")
    return text


def exact_time(written: str | None, id: str, response: Response) -> ReadTime:
    """Return when a message or comment was published, by its page and by its id; MalformedPost when neither tells."""
    by_id = published(_PLATFORM, id) if int(id) >= _FIRST_TIMED_ID else None
    reason = "missing"
    shown = None
    try:
        shown = read_time(written, response.moment) if written else None
    except ValueError as error:
        reason = str(error)
    found = settled(by_id, shown, response.fetched_at)
    if found is None:
        raise MalformedPost(f"created_at: {reason}")
    return found


def read_author(user: User | None) -> Author | None:
    """Return the account."""
    if user is None:
        return None
    kind = user.verified_type
    return Author(
        id=str(user.id),
        name=user.screen_name or None,
        url=f"https://m.weibo.cn/u/{user.id}",
        followers=count(user.followers_count),
        verified=None if user.verified is None else bool(user.verified),
        verification=user.verified_reason or None,
        organisation=kind in _ORGANISATIONS if user.verified and (kind in _ORGANISATIONS or kind in _PEOPLE) else None,
        bio=user.description or None,
        avatar=avatar(user.avatar_hd) or avatar(user.profile_image_url),
    )


def read_pictures(*holders: Any) -> tuple[str, ...]:
    """Return the addresses of pictures, the largest of each; they stand in a list or below keys, and in two shapes."""
    found: dict[str, None] = {}
    for holder in holders:
        pictures = holder.values() if isinstance(holder, dict) else holder if isinstance(holder, list) else ()
        for picture in pictures:
            sizes = [picture.get(size) for size in _SIZES] + [picture] if isinstance(picture, dict) else []
            address = next((size["url"] for size in sizes if isinstance(size, dict) and size.get("url")), None)
            if isinstance(address, str) and len(found) < _MOST_PICTURES:
                address = f"https:{address}" if address.startswith("//") else address
                if address.startswith(("https://", "http://")):
                    found[address] = None
    return tuple(found)


def _parse_pictures(message: _Message) -> tuple[str, ...]:
    """Return the pictures; those among films, too, and of a film or an article alone its cover."""
    card, mixed = message.page_info, message.mixed
    if not (message.pics or message.pic_infos or message.pic_ids or mixed or card):
        return ()
    items = mixed.get("items") if isinstance(mixed, dict) else None
    among = [item.get("data") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    found = read_pictures(message.pics, message.pic_infos, among) or _named_pictures(message.pic_ids)
    if found or not isinstance(card, dict) or not {str(card.get("type")), str(card.get("object_type"))} & _COVERED:
        return found
    cover = card.get("page_pic")
    return read_pictures([{"url": cover} if isinstance(cover, str) else cover])


def _named_pictures(ids: Any) -> tuple[str, ...]:
    """Return the addresses of pictures of which the page holds the names alone."""
    named = [one for one in ids if isinstance(one, str) and _PICTURE_ID.fullmatch(one)] if isinstance(ids, list) else []
    return tuple(f"https://wx1.sinaimg.cn/large/{one}.jpg" for one in dict.fromkeys(named[:_MOST_PICTURES]))


def tags_of(text: str) -> tuple[str, ...]:
    """Return the #topics# of a text."""
    return tuple(dict.fromkeys(tag.strip() for tag in _TAG.findall(text)))


def _parse_markup(message: _Message) -> tuple[str, bool]:
    """Return the text's HTML, and whether it is cut."""
    whole = message.long_text.get("longTextContent") if isinstance(message.long_text, dict) else None
    if isinstance(whole, str) and whole:
        return whole, False
    text = message.text if message.text is not None else message.text_raw
    if text is None:
        raise MalformedPost("text: missing")
    return text, bool(message.is_long)


def _parse_engagement(message: _Message) -> Engagement:
    video = message.page_info if isinstance(message.page_info, dict) else {}
    return Engagement(
        reposts=count(message.reposts_count),
        comments=count(message.comments_count),
        likes=count(message.attitudes_count),
        views=count(video.get("play_count")),
    )


def _is_pinned(message: _Message) -> bool:
    heading = message.title.get("text") if isinstance(message.title, dict) else message.title
    return bool(message.is_top) or message.type == _PINNED_TYPE or "置顶" in str(heading)
