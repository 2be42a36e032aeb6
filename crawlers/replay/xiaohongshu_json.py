"""Posts → the notes and comments of 小红书's JSON."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from crawlers.post import Author, Kind, Post
from crawlers.replay.found import adopted, stated
from crawlers.replay.mblog import shown

__all__ = ["LOGIN", "adopted_as", "card", "comment", "moved_id", "note", "ok"]

LOGIN = {"code": -100, "success": False, "msg": "登录已过期"}
_TIME_DIGITS = 8


def ok(data: Any) -> dict[str, Any]:
    """Return data as the interface wraps it."""
    return {"code": 0, "success": True, "msg": "成功", "data": data}


def card(post: Post) -> dict[str, Any]:
    """Return a note as a search shows it: no text, and counts in words."""
    shown_card = {
        "type": "normal",
        "display_title": post.title or "",
        "user": _user(post.author),
        "interact_info": {"liked": False, "liked_count": shown(post.engagement.likes)},
        "corner_tag_info": [{"type": "publish_time", "text": post.published_at.strftime("%Y-%m-%d")}],
    }
    return {"id": post.native_id, "model_type": "note", "xsec_token": "ABtoken=", "note_card": shown_card}


def note(post: Post) -> dict[str, Any]:
    """Return a note whole."""
    counts = post.engagement
    whole = {
        "note_id": post.native_id,
        "type": "normal",
        "title": post.title or "",
        "desc": post.text,
        "time": _milliseconds(post.published_at),
        "last_update_time": _milliseconds(post.published_at),
        "ip_location": post.region or "",
        "user": _user(post.author),
        "tag_list": [],
        "interact_info": stated(
            liked_count=_text(counts.likes),
            collected_count=_text(counts.favourites),
            comment_count=_text(counts.comments),
            share_count=_text(counts.shares),
        ),
    }
    return {"id": post.native_id, "model_type": "note", "note_card": whole}


def comment(post: Post, replies: Sequence[dict[str, Any]] = (), more: str | None = None) -> dict[str, Any]:
    """Return a comment with the first replies to it; `more` is where the others begin."""
    note = (post.root_id or "").rpartition(":")[2]
    answered = {"id": post.parent_id} if post.parent_id != note else None
    return {
        "id": post.native_id,
        "note_id": note,
        "content": post.text,
        "create_time": _milliseconds(post.published_at),
        "ip_location": post.region or "",
        "user_info": _user(post.author),
        "sub_comments": list(replies),
        "sub_comment_has_more": more is not None,
        "sub_comment_cursor": more or "",
        **stated(
            like_count=_text(post.engagement.likes),
            sub_comment_count=_text(post.engagement.comments),
            target_comment=answered,
        ),
    }


def adopted_as(post: Post, number: int, feed: str, note: str | None = None) -> Post:
    """Return a post of any source as a note, or as a comment on `note`."""
    id = f"{int(post.published_at.timestamp()):08x}{number:016x}"
    author = post.author and Author(
        id=f"5f{number:022x}",
        name=post.author.name,
        url=f"https://www.xiaohongshu.com/user/profile/5f{number:022x}",
    )
    made = adopted(
        post,
        platform="xiaohongshu",
        feed=feed,
        kind=Kind.COMMENT if note else Kind.POST,
        native_id=id,
        url=f"https://www.xiaohongshu.com/explore/{note or id}",
        author=author,
        counts=("likes", "comments") if note else ("likes", "comments", "favourites", "shares"),
        region=post.region,
    )
    if note:
        return replace(made, parent_id=note, root_id=f"xiaohongshu:post:{note}")
    return replace(made, title=f"{number}号笔记")


def moved_id(native_id: str, published_at: datetime | None, seconds: int) -> str:
    """Return the id with its time moved."""
    try:
        moved = int(native_id[:_TIME_DIGITS], 16) + seconds
    except ValueError:
        return native_id
    return f"{moved:08x}{native_id[_TIME_DIGITS:]}"


def _user(author: Author | None) -> dict[str, Any] | None:
    return {"user_id": author.id, "nickname": author.name or ""} if author else None


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000


def _text(count: int | None) -> str | None:
    return None if count is None else str(count)
