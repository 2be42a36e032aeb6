"""Posts → the videos and comments of 抖音's JSON."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from crawlers.formats.douyin import tags_of
from crawlers.post import Author, Kind, Post
from crawlers.replay.found import adopted, stated

__all__ = ["LOGIN", "adopted_as", "aweme", "comment", "moved_id"]

LOGIN = {"status_code": 2483, "status_msg": "用户未登录"}
_LOW_BITS = 32


def aweme(post: Post) -> dict[str, Any]:
    """Return a video; the web says of each that nobody played it."""
    counts = post.engagement
    statistics = stated(
        digg_count=counts.likes,
        comment_count=counts.comments,
        share_count=counts.shares,
        collect_count=counts.favourites,
        play_count=0,
    )
    return {
        "aweme_id": post.native_id,
        "desc": post.text,
        "create_time": int(post.published_at.timestamp()),
        "author": _user(post.author),
        "statistics": statistics,
        "text_extra": None,
        "images": None,
        "video": {"cover": {"uri": "c", "url_list": []}},
        "is_ads": False,
    }


def comment(post: Post, replies: Sequence[Post] = (), total: int | None = None) -> dict[str, Any]:
    """Return a comment with the first replies to it."""
    video = (post.root_id or "").rpartition(":")[2]
    return {
        "cid": post.native_id,
        "text": post.text,
        "aweme_id": video,
        "create_time": int(post.published_at.timestamp()),
        "user": _user(post.author),
        "reply_id": "0" if post.parent_id == video else post.parent_id,
        "reply_to_reply_id": "0",
        "reply_comment": [comment(reply) for reply in replies] or None,
        "ip_label": post.region or "",
        **stated(digg_count=post.engagement.likes, reply_comment_total=total),
    }


def adopted_as(post: Post, number: int, feed: str, video: str | None = None) -> Post:
    """Return a post of any source as a video, or as a comment on `video`."""
    id = str(int(post.published_at.timestamp()) << _LOW_BITS | number)
    author = post.author and Author(
        id=str(10_000_000_000 + number),
        name=post.author.name,
        url=f"https://www.douyin.com/user/MS4wLjABAAAA{number}",
    )
    made = adopted(
        post,
        platform="douyin",
        feed=feed,
        kind=Kind.COMMENT if video else Kind.POST,
        native_id=id,
        url=f"https://www.douyin.com/video/{video or id}",
        author=author,
        counts=("likes",) if video else ("likes", "comments", "favourites", "shares"),
        region=post.region if video else None,
        tags=tags_of(post.text),
    )
    return replace(made, parent_id=video, root_id=f"douyin:post:{video}") if video else made


def moved_id(native_id: str, published_at: datetime | None, seconds: int) -> str:
    """Return the id with its time moved."""
    return str(int(native_id) + (seconds << _LOW_BITS)) if native_id.isdecimal() else native_id


def _user(author: Author | None) -> dict[str, Any] | None:
    if author is None:
        return None
    return {"uid": author.id, "sec_uid": (author.url or "").rpartition("/")[2], "nickname": author.name or ""}
