"""Post → the topics and posts of NodeBB's JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import unquote

from crawlers.post import Post
from crawlers.replay.markup import html_of

__all__ = ["Topic", "listed", "paging", "shown"]

_MAIN_PID = 10**9
"""The posts that open topics have their ids from here on: the source knows only the topics' ids."""
_GUEST = {"uid": 0, "username": "[[global:guest]]", "displayname": "[[global:guest]]", "userslug": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic's opener, None where the source lacks it, and its replies, the oldest first."""

    tid: int
    opener: Post | None
    replies: Sequence[Post]

    @property
    def posts(self) -> list[Post]:
        """The opener and the replies."""
        return [*([self.opener] if self.opener else []), *self.replies]

    @property
    def began(self) -> Post:
        """The opener, or the oldest reply where there is none."""
        return self.opener or self.replies[0]

    @property
    def last(self) -> Post:
        """The newest post."""
        return max(self.posts, key=lambda post: post.published_at)

    @property
    def slug(self) -> str:
        """The topic's part of an address."""
        return f"{self.tid}/topic-{self.tid}"


def listed(topic: Topic) -> dict[str, Any]:
    """Return the topic as lists hold it."""
    first, last = topic.began, topic.last
    counts = first.engagement
    title = first.title or ""
    return {
        "tid": topic.tid,
        "cid": 1,
        "uid": _uid(first),
        "mainPid": _MAIN_PID + topic.tid,
        "title": escape(title),
        "titleRaw": title,
        "slug": topic.slug,
        "timestamp": _milliseconds(first.published_at),
        "timestampISO": _iso(first.published_at),
        "lastposttime": _milliseconds(last.published_at),
        "lastposttimeISO": _iso(last.published_at),
        "postcount": 1 + len(topic.replies),
        "viewcount": counts.views or 0,
        "upvotes": counts.likes or 0,
        "downvotes": 0,
        "votes": counts.likes or 0,
        "deleted": 0,
        "locked": 0,
        "pinned": 0,
        "tags": [{"value": tag, "valueEscaped": escape(tag)} for tag in first.tags],
        "user": _member(first),
        "teaser": {"pid": _pid(topic, last), "content": html_of(last.text), "timestampISO": _iso(last.published_at)},
    }


def shown(topic: Topic, page: int, size: int) -> tuple[list[dict[str, Any]], list[Post]]:
    """Return one page of the topic's posts, as JSON and as they are; a missing opener takes its place, deleted."""
    entries: list[Post | None] = [topic.opener, *topic.replies]
    part = list(enumerate(entries))[(page - 1) * size : page * size]
    return [_post(topic, post, index) for index, post in part], [post for _, post in part if post]


def paging(page: int, count: int) -> dict[str, Any]:
    """Return where page `page` stands among `count`."""
    after, before = min(page + 1, count), max(page - 1, 1)
    related = [("next", after)] * (page < count) + [("prev", before)] * (page > 1)
    return {
        "currentPage": page,
        "pageCount": count,
        "prev": {"page": before, "active": page > 1},
        "next": {"page": after, "active": page < count},
        "first": {"page": 1, "active": page == 1},
        "last": {"page": count, "active": page == count},
        "rel": [{"rel": name, "href": f"?page={number}"} for name, number in related],
        "pages": [{"page": number, "active": number == page, "qs": f"page={number}"} for number in range(1, count + 1)],
    }


def _post(topic: Topic, post: Post | None, index: int) -> dict[str, Any]:
    if post is None:
        at = topic.began.published_at
        gone = {"content": "[[topic:post_is_deleted]]", "deleted": 1, "uid": 0, "user": _GUEST}
        return {"pid": _MAIN_PID + topic.tid, "tid": topic.tid, "index": 0, **_times(at, None), **gone}
    likes = post.engagement.likes or 0
    entry = {
        "pid": _pid(topic, post),
        "tid": topic.tid,
        "uid": _uid(post),
        "index": index,
        "content": f'<p dir="auto">{html_of(post.text)}</p>\n',
        **_times(post.published_at, post.edited_at),
        "votes": likes,
        "upvotes": likes,
        "downvotes": 0,
        "deleted": 0,
        "user": _member(post),
    }
    if post.parent_id and "/post/" in post.parent_id:
        entry["toPid"] = _number(post.parent_id)
    return entry


def _times(published: datetime, edited: datetime | None) -> dict[str, Any]:
    return {
        "timestamp": _milliseconds(published),
        "timestampISO": _iso(published),
        "edited": _milliseconds(edited) if edited else 0,
        "editedISO": _iso(edited) if edited else "",
    }


def _pid(topic: Topic, post: Post) -> int:
    return _MAIN_PID + topic.tid if post is topic.opener else _number(post.native_id)


def _number(native_id: str) -> int:
    return int(native_id.rpartition("/")[2])


def _uid(post: Post) -> int | str:
    """Return the member's number; members of other servers have an address instead, and guests are 0."""
    if post.author is None:
        return 0
    forum = post.native_id.rsplit("/", 2)[0]
    number = post.author.id.removeprefix(f"{forum}/user/")
    return int(number) if number.isascii() and number.isdecimal() else post.author.id


def _member(post: Post) -> dict[str, Any]:
    author = post.author
    if author is None:
        return _GUEST
    name = author.name or author.id
    _, _, slug = (author.url or "").rpartition("/user/")
    return {
        "uid": _uid(post),
        "username": name,
        "displayname": name,
        "userslug": unquote(slug) or "-".join(name.lower().split()),
        "reputation": 0,
        "postcount": 1,
        "picture": None,
    }


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
