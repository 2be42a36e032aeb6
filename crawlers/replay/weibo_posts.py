"""Posts of any source → messages and comments of Weibo's, for the wires that serve them."""

import re
from typing import Any

from crawlers.formats import weibo_id
from crawlers.formats.mblog import tags_of
from crawlers.post import Author, Kind, Post
from crawlers.reading.markup import text_of
from crawlers.replay.errors import SourceError
from crawlers.replay.found import adopted
from crawlers.replay.markup import weibo_html
from crawlers.replay.people import nobodys_id, shown_count

__all__ = ["LOGIN", "adopted_comment", "adopted_message", "account", "check_ids"]

LOGIN = {"ok": -100, "url": "https://passport.weibo.com/sso/signin?entry=wapsso", "msg": "请先登录"}
_ID = re.compile(r"\d{5,}", re.ASCII)
_COUNTS = ("reposts", "comments", "likes")


def check_ids(posts: Any) -> None:
    """Raise SourceError for a post whose id is none of Weibo's."""
    for post in posts:
        if not (post.native_id.isascii() and post.native_id.isdecimal()):
            raise SourceError(f"post {post.id}: native_id: must be a number, as Weibo's are: mend or leave it out")


def adopted_message(post: Post, number: int, feed: str, root: str | None = None) -> Post:
    """Return a post of any source as a message, or as a repost of the message `root`."""
    mid = str(weibo_id.mid_at(post.published_at, number))
    return adopted(
        post,
        platform="weibo",
        feed=feed,
        kind=Kind.REPOST if root else Kind.POST,
        native_id=mid,
        url=f"https://m.weibo.cn/detail/{mid}",
        author=account(post, number),
        counts=_COUNTS,
        tags=_tags(post),
        parent_id=root,
        root_id=f"weibo:post:{root}" if root else None,
    )


def adopted_comment(post: Post, number: int, feed: str, root: str) -> Post:
    """Return a post of any source as a comment on the message `root`."""
    id = str(weibo_id.mid_at(post.published_at, number))
    return adopted(
        post,
        platform="weibo",
        feed=feed,
        kind=Kind.COMMENT,
        native_id=id,
        url=f"https://m.weibo.cn/detail/{root}?cid={id}",
        author=account(post, number),
        counts=("comments", "likes"),
        tags=_tags(post),
        region=post.region,
        parent_id=root,
        root_id=f"weibo:post:{root}",
    )


def _tags(post: Post) -> tuple[str, ...]:
    return tags_of(text_of(weibo_html(post.text)))


def account(post: Post, number: int) -> Author:
    """Return the post's author as an account of Weibo's."""
    known = post.author or Author(id="")
    id = known.id if _ID.fullmatch(known.id) else nobodys_id(number)
    followers = shown_count(known.followers) if known.followers is not None else None
    return Author(
        id=id, name=known.name, url=f"https://m.weibo.cn/u/{id}", followers=followers, verified=known.verified or False
    )
