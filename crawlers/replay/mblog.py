"""Post → `mblog`: one message as Weibo's mobile pages hold it, with their own times, counts and accounts."""

from datetime import datetime
from typing import Any

from config.settings import DAY_ZONE
from crawlers.formats import weibo_id
from crawlers.post import Kind, Post
from crawlers.replay.markup import weibo_html

__all__ = ["mblog", "shown", "told", "user"]

_LONG = 500
"""Characters above which a page shows the beginning only: with the whole text beside it, or to be asked for."""
_SHOWN = 140
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_VERIFIED_TYPES: dict[tuple[bool | None, bool | None], int] = {(True, True): 2, (True, False): 0, (False, None): -1}
"""By (verified, organisation)."""
_GONE = "抱歉，此微博已被作者删除。查看帮助：<a href='http://t.cn/Rfd3rQV'>网页链接</a>"


def mblog(post: Post, root: Post | None = None) -> dict[str, Any]:
    """Return the message; a repost holds its root, or, where that is None, the shell of a deleted one."""
    message = _message(post)
    if post.kind is Kind.REPOST:
        message["raw_text"] = post.text
        message["retweeted_status"] = _message(root) if root else _deleted(post)
        if post.parent_id and post.parent_id != message["retweeted_status"]["id"]:
            message["pid"] = int(post.parent_id) if post.parent_id.isdecimal() else post.parent_id
    return message


def _message(post: Post) -> dict[str, Any]:
    counts = post.engagement
    text = weibo_html(post.text)
    message = {
        "id": post.native_id,
        "mid": post.native_id,
        "bid": weibo_id.to_base62(int(post.native_id)),
        "created_at": told(post.published_at),
        "text": text,
        "textLength": len(post.text.encode("gb18030", "replace")),
        "isLongText": False,
        "mblogtype": 0,
        "source": "微博网页版",
        "pics": [],
        "user": user(post),
        **_stated(
            reposts_count=counts.reposts,
            comments_count=counts.comments,
            attitudes_count=counts.likes,
            region_name=f"发布于 {post.region}" if post.region else None,
            edit_config={"edited": True} if post.edited_at else None,
            edit_at=told(post.edited_at) if post.edited_at else None,
        ),
    }
    if len(post.text) > _LONG:
        more = f'<a href="/status/{post.native_id}">全文</a>'
        message |= {"isLongText": True, "text": f"{weibo_html(post.text[:_SHOWN])}...{more}"}
        if int(post.native_id) % 2:
            message["longText"] = {"longTextContent": text}
    return message


def user(post: Post) -> dict[str, Any] | None:
    """Return the account as it stands beside a message or a comment."""
    author = post.author
    if author is None:
        return None
    return {
        "id": int(author.id) if author.id.isdecimal() else author.id,
        **_stated(
            screen_name=author.name,
            profile_url=author.url,
            description=author.bio,
            verified=author.verified,
            verified_type=_VERIFIED_TYPES.get((author.verified, author.organisation)),
            verified_reason=author.verification,
            followers_count=shown(author.followers),
        ),
    }


def _stated(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _deleted(post: Post) -> dict[str, Any]:
    root = (post.root_id or "").rpartition(":")[2] or post.parent_id
    return {"id": root, "mid": root, "text": _GONE, "user": None, "deleted": "1"}


def told(moment: datetime) -> str:
    """Return a time as messages have it: Mon Nov 23 12:00:00 +0800 2026."""
    here = moment.astimezone(DAY_ZONE)
    return f"{_DAYS[here.weekday()]} {_MONTHS[here.month - 1]} {here:%d %H:%M:%S +0800 %Y}"


def shown(count: int | None) -> str | None:
    """Return a count as the platform shows it: 9999, 1万, 105.9万, 1.2亿."""
    if count is None or count < 10_000:
        return None if count is None else str(count)
    tenths, unit = (round(count / 1_000), "万") if count < 99_950_000 else (round(count / 10_000_000), "亿")
    return f"{tenths // 10}.{tenths % 10}".removesuffix(".0") + unit
