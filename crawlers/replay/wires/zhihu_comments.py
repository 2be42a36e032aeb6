"""The comments below posts of 知乎, the newest first, one reply beside each, the others on pages of their own.

`GET /api/v4/comment_v5/answers/{id}/root_comment?offset=…`, and `/comment/{id}/child_comment` there for its replies.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crawlers.post import Engagement, Kind, Post
from crawlers.replay.found import Threads, each, number
from crawlers.replay.wires import Response, json_response
from crawlers.replay.zhihu_json import LOGIN, adopted_as, comment

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_PAGE = 20
_INLINE = 1
_ROOTS = re.compile(r"/api/v4/comment_v5/(?P<kind>answer|article|zvideo|pin|question)s/(?P<id>\d+)/root_comment")
_CHILDREN = re.compile(r"/api/v4/comment_v5/comment/(?P<id>\d+)/child_comment")


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._threads = Threads(posts)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        at = number(query, "offset")
        if match := _CHILDREN.fullmatch(path):
            root = self._threads.root_with(match["id"])
            replies = self._threads.replies(root, match["id"]) if root else []
            return _page(path, replies, at, [comment(post) for post in replies[at : at + _PAGE]])
        if (match := _ROOTS.fullmatch(path)) is None:
            return None
        above = f"{match['kind']}/{match['id']}"
        tops = self._threads.tops(above)[::-1]
        return _page(path, tops, at, [self._entry(above, post) for post in tops[at : at + _PAGE]])

    def login_wanted(self) -> Response:
        return json_response(LOGIN)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="zhihu_comments", query=above, base_url=url) for above in self._threads.roots]

    def _entry(self, above: str, top: Post) -> dict[str, Any]:
        replies = self._threads.replies(above, top.native_id)
        return comment(top, replies[:_INLINE], len(replies) or None)


def _page(path: str, of: Sequence[Post], at: int, entries: Sequence[object]) -> Response:
    onward = f"https://www.zhihu.com{path}?offset={at + _PAGE}"
    paging = {"is_end": at + _PAGE >= len(of), "next": onward, "totals": len(of)}
    return json_response({"data": entries, "paging": paging}, of)


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these comments."""
    return _Wire(posts)


def _carried(post: Post, number: int) -> Post:
    """Return a post of any source as a comment; every twenty-three are below one answer."""
    id, above = str(11_000_000_000 + number), f"answer/{720_000_000 + number // 23}"
    made = adopted_as(post, number, "zhihu_comments", id, f"https://www.zhihu.com/{above}#comment-{id}")
    counts = Engagement(likes=made.engagement.likes)
    author = made.author and replace(made.author, followers=None)
    return replace(
        made, kind=Kind.COMMENT, engagement=counts, author=author, region=post.region, parent_id=above,
        root_id=f"zhihu:post:{above}",
    )  # fmt: skip


carried = each(_carried)
