"""Posts → the answers, articles and comments of 知乎's JSON."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from crawlers.post import Author, Kind, Post
from crawlers.replay.found import adopted, stated
from crawlers.replay.markup import html_of

__all__ = ["LOGIN", "adopted_as", "author_json", "comment", "content"]

LOGIN = {"error": {"code": 100, "name": "AuthenticationError", "message": "ERR_TICKET_NOT_EXIST"}}


def content(post: Post) -> dict[str, Any]:
    """Return an answer or an article."""
    type, id = post.native_id.split("/", 1)
    at, heading = int(post.published_at.timestamp()), html_of(post.title or "")
    question = {"id": post.url.split("/")[4], "name": heading} if type == "answer" else None
    article = type == "article"
    return {
        "id": id,
        "type": type,
        "content": html_of(post.text),
        "excerpt": "摘要",
        "url": f"https://api.zhihu.com/{type}s/{id}",
        "created" if article else "created_time": at,
        "author": author_json(post.author),
        **stated(
            title=heading if article and heading else None,
            question=question,
            voteup_count=post.engagement.likes,
            comment_count=post.engagement.comments,
        ),
    }


def comment(post: Post, replies: Sequence[Post] = (), total: int | None = None) -> dict[str, Any]:
    """Return a comment with the first replies to it."""
    told = [{"type": "ip_info", "text": f"IP 属地{post.region}"}] if post.region else []
    answered = post.parent_id if (post.parent_id or "").isdecimal() else "0"
    return {
        "id": post.native_id,
        "type": "comment",
        "content": html_of(post.text),
        "created_time": int(post.published_at.timestamp()),
        "is_delete": False,
        "reply_comment_id": answered,
        "author": author_json(post.author),
        "comment_tag": told,
        "child_comments": [comment(reply) for reply in replies],
        **stated(like_count=post.engagement.likes, child_comment_count=total),
    }


def author_json(author: Author | None) -> dict[str, Any]:
    """Return an account; who is not named is 匿名用户."""
    if author is None:
        return {"id": "0", "name": "匿名用户", "url_token": "", "user_type": "people"}
    return {
        "id": author.id,
        "name": html_of(author.name or ""),
        "url_token": (author.url or "").rpartition("/")[2],
        "user_type": "organization" if author.organisation else "people",
        **stated(follower_count=author.followers),
    }


def adopted_as(post: Post, number: int, feed: str, native_id: str, url: str, **fields: Any) -> Post:
    """Return a post of any source as one of this platform's, its author under a number of its own."""
    author = post.author and Author(
        id=f"{number:032x}",
        name=post.author.name,
        url=f"https://www.zhihu.com/people/yonghu-{number}",
        followers=post.author.followers,
        organisation=bool(post.author.organisation),
    )
    kind = Kind.ARTICLE if native_id.startswith("article/") else Kind.POST
    made = adopted(
        post, platform="zhihu", feed=feed, kind=kind, native_id=native_id, url=url, author=author,
        counts=("likes", "comments"),
    )  # fmt: skip
    return replace(made, **fields)
