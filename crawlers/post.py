"""The value at the crawlers' border: one public post as its platform gave it."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

import msgspec

from crawlers.errors import MalformedPost

__all__ = ["Author", "Engagement", "Kind", "Post", "Precision", "decode_post", "encode_post"]

_CLOCK_SKEW = timedelta(minutes=10)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_MAX_ID = 400
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


class Kind(StrEnum):
    """What a post is in its conversation."""

    POST = "post"
    ARTICLE = "article"
    COMMENT = "comment"
    REPOST = "repost"
    REVIEW = "review"


class Precision(StrEnum):
    """How exactly the platform told the publishing time; UNKNOWN means that `published_at` is the fetch time."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """The account that speaks. None means that the platform did not say."""

    id: str
    name: str | None = None
    url: str | None = None
    followers: int | None = None
    verified: bool | None = None
    verification: str | None = None
    """The platform's words for why it is verified."""
    organisation: bool | None = None
    """True for a company, a medium or an office; False for a person."""
    bio: str | None = None
    avatar: str | None = None
    """The address of its picture (`crawlers.reading.avatar`); it leaves the raw zone as a keyed digest alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """Public counts at the fetch, None where the platform does not show one."""

    reposts: int | None = None
    comments: int | None = None
    likes: int | None = None
    views: int | None = None
    favourites: int | None = None
    shares: int | None = None
    coins: int | None = None
    danmaku: int | None = None
    wows: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One public post, comment, article, review or repost.

    `platform` is the site family (`weibo`, `rss`, `forum`), `feed` the crawler module that read it, `site` the host or
    channel within the platform. `native_id` is unique within (platform, kind). Times are aware. `rating` is 0 to 1, of
    the platform's own scale. `synthetic` names the fields that the source lacked and a replay made up.
    """

    platform: str
    feed: str
    site: str | None = None
    kind: Kind
    native_id: str
    url: str
    title: str | None = None
    text: str
    author: Author | None = None
    published_at: datetime
    time_precision: Precision = Precision.SECOND
    fetched_at: datetime
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    """When the platform first said that the post is gone."""
    engagement: Engagement = field(default_factory=Engagement)
    rating: float | None = None
    rank: int | None = None
    """Place on the platform's hot list, from 1."""
    parent_id: str | None = None
    """Native id of the post that this one answers or reposts."""
    root_id: str | None = None
    """`Post.id` of the conversation's first post; None for a first post."""
    region: str | None = None
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    """The pages that it points to, as crawlers.reading.links gives them."""
    pictures: tuple[str, ...] = ()
    """The addresses of its pictures, each the largest that the page names."""
    language: str | None = None
    query: str
    """The feed's query that found it."""
    run_id: str
    synthetic: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The stable id: `platform:kind:native_id`."""
        return f"{self.platform}:{self.kind}:{self.native_id}"


_decoder = msgspec.json.Decoder(Post)
_encoder = msgspec.json.Encoder()


def encode_post(post: Post) -> bytes:
    """Return the post as one line of JSON, without the line end."""
    return _encoder.encode(post)


def decode_post(line: bytes) -> Post:
    """Read a post from one line of JSON and check it; MalformedPost names the field and the reason."""
    try:
        post = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedPost(str(error)) from error
    check(post)
    return post


def check(post: Post) -> None:
    """Refuse a post that the rest of the pipeline could not stand for; MalformedPost says which field and why."""
    if (reason := _wrong_name(post) or _wrong_time(post)) is not None:
        raise MalformedPost(reason)
    if post.rank is not None and post.rank < 1:
        raise MalformedPost("rank: must be 1 or more")
    if post.rating is not None and not 0 <= post.rating <= 1:
        raise MalformedPost("rating: must lie between 0 and 1")


def _wrong_name(post: Post) -> str | None:
    """Return what is wrong with what the post is called by."""
    if not _is_name(post.platform):
        return "platform: must be a lower-case name such as weibo"
    if not _is_name(post.feed):
        return "feed: must be a lower-case name such as weibo_search"
    if not 0 < len(post.native_id) <= _MAX_ID:
        return f"native_id: must have 1 to {_MAX_ID} characters"
    if post.native_id.split() != [post.native_id]:
        return "native_id: must hold no white space"
    if not post.url.startswith(("https://", "http://")):
        return "url: must begin with http:// or https://"
    return None


def _wrong_time(post: Post) -> str | None:
    """Return what is wrong with the post's times."""
    published_at, fetched_at = post.published_at, post.fetched_at
    if published_at.tzinfo is None:
        return "published_at: must carry a time zone"
    if fetched_at.tzinfo is None:
        return "fetched_at: must carry a time zone"
    if published_at > fetched_at + _CLOCK_SKEW:
        return f"published_at: {published_at.isoformat()} lies after the fetch"
    if published_at < _EARLIEST:
        return f"published_at: {published_at.isoformat()} lies before 1995"
    return None


@lru_cache(maxsize=256)
def _is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def without_lone_surrogates(value: Any) -> Any:
    r"""Return decoded JSON with each lone surrogate replaced by U+FFFD, since no UTF-8 file can hold one."""
    if isinstance(value, str):
        return _LONE_SURROGATES.sub("�", value)
    if isinstance(value, list):
        return [without_lone_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {without_lone_surrogates(key): without_lone_surrogates(item) for key, item in value.items()}
    return value
