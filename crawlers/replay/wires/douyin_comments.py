"""The comments on videos of 抖音: twenty a page by a cursor, one reply beside each, the others on pages of their own.

`GET /aweme/v1/web/comment/list/?aweme_id=…&cursor=N` and `/aweme/v1/web/comment/list/reply/?comment_id=…&cursor=N`.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crawlers.post import Post
from crawlers.replay.douyin_json import LOGIN, adopted_as, comment, moved_id
from crawlers.replay.found import Threads, each, number
from crawlers.replay.wires import Response, json_response

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["PAGE", "carried", "moved_id", "wire"]

PAGE = 20
_INLINE = 1
_PATH = "/aweme/v1/web/comment/list/"


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._threads = Threads(posts)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        at = number(query, "cursor")
        if path == f"{_PATH}reply/":
            replies = self._threads.replies(query.get("item_id", ""), query.get("comment_id", ""))
            return _page(replies, at, [comment(post) for post in replies[at : at + PAGE]])
        if path != _PATH:
            return None
        video = query.get("aweme_id", "")
        tops = self._threads.tops(video)
        return _page(tops, at, [self._entry(video, post) for post in tops[at : at + PAGE]])

    def login_wanted(self) -> Response:
        return json_response(LOGIN)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="douyin_comments", query=video, base_url=url) for video in self._threads.roots]

    def _entry(self, video: str, top: Post) -> dict[str, Any]:
        replies = self._threads.replies(video, top.native_id)
        return comment(top, replies[:_INLINE], len(replies) or None)


def _page(of: Sequence[Post], at: int, entries: Sequence[object]) -> Response:
    more = at + PAGE < len(of)
    reply = {"status_code": 0, "comments": entries or None, "cursor": at + PAGE, "has_more": int(more)}
    return json_response({**reply, "total": len(of)}, of)


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these comments."""
    return _Wire(posts)


def _carried(post: Post, number: int) -> Post:
    """Return a post of any source as a comment; every twenty-three are on one video."""
    return adopted_as(post, number, "douyin_comments", str(7_000_000_000_000_000_000 + number // 23))


carried = each(_carried)
