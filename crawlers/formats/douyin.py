"""抖音: its videos and comments, JSON → Post."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from config.both import Both
from crawlers.errors import MalformedPost
from crawlers.formats.native_id import published, settled
from crawlers.page import Request, Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.reading.counts import count
from crawlers.reading.regions import region_of
from crawlers.reading.times import ReadTime, Stamp, stamped
from crawlers.reading.wire import decode_item
from crawlers.spider import PlatformSpider

__all__ = ["Comment", "Douyin", "number", "tags_of"]

_TAG = re.compile(r"#([^#\s@]{1,80})")
_WEB = {"device_platform": "webapp", "aid": "6383", "channel": "channel_pc_web"}
_NO_ANSWER = "0"
_SIZES = ("origin_url", "medium_url", "crop_url", "thumb_url")


class _User(msgspec.Struct):
    uid: int | str | None = None
    sec_uid: str | None = None
    nickname: str | None = None
    signature: str | None = None
    follower_count: Any = None
    custom_verify: str | None = None
    enterprise_verify_reason: str | None = None


class _Statistics(msgspec.Struct):
    digg_count: Any = None
    comment_count: Any = None
    share_count: Any = None
    collect_count: Any = None
    play_count: Any = None


class _Extra(msgspec.Struct):
    hashtag_name: str | None = None


class _Aweme(msgspec.Struct):
    """A video, or a set of pictures."""

    aweme_id: int | str
    desc: str | None = None
    caption: str | None = None
    create_time: Stamp | None = None
    author: _User | None = None
    statistics: _Statistics | None = None
    text_extra: list[_Extra] | None = None
    images: list[Any] | None = None
    video: Any = None
    ip_label: str | None = None
    ip_attribution: str | None = None


class Comment(msgspec.Struct):
    """A comment, with the replies that stand below it."""

    cid: int | str
    text: str | None = None
    create_time: Stamp | None = None
    digg_count: Any = None
    user: _User | None = None
    ip_label: str | None = None
    image_list: list[Any] | None = None
    reply_id: int | str | None = None
    reply_to_reply_id: int | str | None = None
    reply_comment: list[msgspec.Raw] | None = None
    reply_comment_total: Any = None


class Douyin(PlatformSpider):
    """What the feeds of this platform have in common."""

    platform = "douyin"
    platform_name = Both("抖音", "Douyin")
    home = "https://www.douyin.com"
    delay = 5
    robots = False
    max_stale_pages = 2
    signature = "a_bogus"
    headers = {"Accept": "application/json", "Referer": "https://www.douyin.com/"}

    def read_aweme(self, response: Response, raw: msgspec.Raw) -> Post:
        """Return a video or a set of pictures as a post."""
        aweme = decode_item(raw, _Aweme)
        id = number(aweme.aweme_id, "aweme_id")
        words = aweme.caption if aweme.desc is None else aweme.desc
        if words is None:
            raise MalformedPost("desc: missing")
        published_at, precision = self._time(id, aweme.create_time, response)
        counts = aweme.statistics or _Statistics()
        tags = [extra.hashtag_name for extra in aweme.text_extra or () if extra.hashtag_name]
        return self.post(
            response,
            kind=Kind.POST,
            native_id=id,
            url=f"https://www.douyin.com/{'note' if aweme.images else 'video'}/{id}",
            text=words.strip(),
            tags=tuple(dict.fromkeys(tags)) or tags_of(words),
            pictures=_pictures(aweme.images or _covers(aweme.video)),
            author=_author(aweme.author),
            published_at=published_at,
            time_precision=precision,
            engagement=Engagement(
                likes=count(counts.digg_count),
                comments=count(counts.comment_count),
                shares=count(counts.share_count),
                favourites=count(counts.collect_count),
                views=count(counts.play_count) or None,  # the web says 0 of every video
            ),
            region=region_of(aweme.ip_label or aweme.ip_attribution),
        )

    def read_comment(self, response: Response, video: str, below: str | None, raw: msgspec.Raw) -> tuple[Post, Comment]:
        """Return a comment on `video`, or a reply to the comment `below`, as a post and as it came."""
        comment = decode_item(raw, Comment)
        id = number(comment.cid, "cid")
        if comment.text is None:
            raise MalformedPost("text: missing")
        published_at, precision = self._time(id, comment.create_time, response)
        answered = (comment.reply_to_reply_id, comment.reply_id, below, video)
        post = self.post(
            response,
            kind=Kind.COMMENT,
            native_id=id,
            url=f"https://www.douyin.com/video/{video}",
            text=comment.text.strip(),
            tags=tags_of(comment.text),
            pictures=_pictures(_origins(comment.image_list or ())),
            author=_author(comment.user),
            published_at=published_at,
            time_precision=precision,
            engagement=Engagement(likes=count(comment.digg_count), comments=count(comment.reply_comment_total)),
            region=region_of(comment.ip_label),
            parent_id=next(str(one) for one in answered if one and str(one) != _NO_ANSWER),
            root_id=f"{self.platform}:{Kind.POST}:{video}",
        )
        return post, comment

    def get(self, path: str, fields: Mapping[str, str | int], *, optional: bool = False) -> Request:
        """Return the request for a part of the interface."""
        return Request(
            url=f"{self.base}{path}?{urlencode({**_WEB, **fields})}", headers=self.headers, optional=optional
        )

    def _time(self, id: str, seconds: Stamp | None, response: Response) -> ReadTime:
        found = settled(published(self.platform, id), stamped(seconds), response.fetched_at)
        if found is None:
            raise MalformedPost("create_time: missing, and the id carries none")
        return found


def tags_of(text: str) -> tuple[str, ...]:
    """Return the #topics of a text."""
    return tuple(dict.fromkeys(_TAG.findall(text)))


def number(id: int | str, name: str) -> str:
    """Return an id as text; MalformedPost when it is no number."""
    text = str(id)
    if not (text.isascii() and text.isdecimal()):
        raise MalformedPost(f"{name}: {text[:40]!r} is no number")
    return text


def _author(user: _User | None) -> Author | None:
    """Return the account; visitors see no number of it, only its long id."""
    id = str(user.uid or "") if user else ""
    id = id if id not in ("", "0") else (user.sec_uid or "" if user else "")
    if user is None or not id:
        return None
    organisation, person = user.enterprise_verify_reason, user.custom_verify
    unsaid = organisation is None and person is None
    return Author(
        id=id,
        name=user.nickname or None,
        url=f"https://www.douyin.com/user/{user.sec_uid}" if user.sec_uid else None,
        followers=count(user.follower_count) or None,
        verified=None if unsaid else bool(organisation or person),
        verification=organisation or person or None,
        organisation=bool(organisation) if organisation or person else None,
        bio=user.signature or None,
    )


def _covers(video: Any) -> list[Any]:
    covers = [video.get(name) for name in ("origin_cover", "cover")] if isinstance(video, dict) else []
    return [cover for cover in covers if isinstance(cover, dict)][:1]


def _origins(images: Iterable[Any]) -> list[Any]:
    """Return of each picture below a comment the largest that is named."""
    named = [[image.get(name) for name in _SIZES] for image in images if isinstance(image, dict)]
    return [next((size for size in sizes if _pictures([size])), None) for sizes in named]


def _pictures(pictures: Iterable[Any]) -> tuple[str, ...]:
    """Return one address of each picture; its `url_list` names the same picture on several hosts."""
    found: dict[str, None] = {}
    for picture in pictures:
        listed = picture.get("url_list") if isinstance(picture, dict) else None
        addresses = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
        address = next((one for one in reversed(addresses) if one.startswith("http")), None)
        if address:
            found[address] = None
    return tuple(found)
