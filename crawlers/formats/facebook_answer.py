"""The Graph API's answers: posts and comments, where a list goes on, and what is said instead."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from crawlers.errors import Blocked, CrawlError, LoginRequired, RateLimited, SchemaChanged, Unreachable
from crawlers.reading.wire import decode_optional

__all__ = ["Found", "From", "Item", "Paging", "Parent", "Refusal", "below_them", "meant"]

_TOO_OFTEN = {4, 17, 32, 341, 613, *range(80000, 80015)}
_TOKEN = {102, 190, 463, 467}
_PERMISSION = {3, 10, *range(200, 300)}
_PASSING = {1, 2}
_BLOCKED = {368}
_ABSENT = msgspec.Raw(b"null")


class From(msgspec.Struct):
    """Who wrote."""

    id: str | int
    name: str | None = None


class Parent(msgspec.Struct):
    """The comment that is answered."""

    id: str


class Item(msgspec.Struct):
    """A post or a comment: each has what the other lacks."""

    id: str
    created_time: str | int
    message: str | None = None
    story: str | None = None
    permalink_url: str | None = None
    writer: msgspec.Raw = msgspec.field(name="from", default=_ABSENT)
    parent: msgspec.Raw = _ABSENT
    shares: Any = None
    reactions: Any = None
    likes: Any = None
    comments: Any = None
    like_count: Any = None
    comment_count: Any = None
    full_picture: str | None = None
    attachments: Any = None
    attachment: Any = None


class _Holder(msgspec.Struct):
    """Something with its comments, where these were asked for with it."""

    id: str
    comments: msgspec.Raw = _ABSENT


class Paging(msgspec.Struct):
    """Where a list goes on."""

    cursors: Any = None
    next: str | None = None


class Found(msgspec.Struct):
    """A page of posts or comments."""

    data: list[msgspec.Raw]
    paging: msgspec.Raw = _ABSENT


class _Error(msgspec.Struct):
    message: str = ""
    type: str | None = None
    code: int | None = None
    is_transient: bool | None = None


class Refusal(msgspec.Struct):
    """Why there is none."""

    error: _Error


def meant(error: _Error) -> CrawlError:
    """Return what an error means, by its code."""
    said = f"the platform says: {error.code} {error.message}".rstrip()
    if error.code in _TOO_OFTEN:
        return RateLimited(said)
    if error.code in _TOKEN or error.code in _PERMISSION:
        return LoginRequired(said)
    if error.code in _BLOCKED:
        return Blocked(said)
    if error.code in _PASSING or error.is_transient:
        return Unreachable(said)
    return SchemaChanged(said)


def below_them(items: Iterable[msgspec.Raw], post: str | None = None) -> Iterator[tuple[str, str, msgspec.Raw]]:
    """Yield what stands below these with them: the post, what it answers, and the comment as it came."""
    for raw in items:
        holder = decode_optional(raw, _Holder)
        comments = decode_optional(holder.comments, Found) if holder else None
        if holder is None or comments is None:
            continue
        yield from ((post or holder.id, holder.id, one) for one in comments.data)
        yield from below_them(comments.data, post or holder.id)
