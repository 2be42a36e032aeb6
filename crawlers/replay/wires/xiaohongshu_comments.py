"""The comments on notes of 小红书: ten a page by a cursor, one reply beside each, the others on pages of their own.

`GET /api/sns/web/v2/comment/page?note_id=…&cursor=…` and `/api/sns/web/v2/comment/sub/page?root_comment_id=…&cursor=…`.
The source lacks the notes themselves: `POST /api/sns/web/v1/feed` gives none.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from crawlers.post import Post
from crawlers.replay.found import Threads, each, number
from crawlers.replay.wires import Response, json_response
from crawlers.replay.xiaohongshu_json import LOGIN, adopted_as, comment, moved_id, ok

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["PAGE", "carried", "moved_id", "wire"]

PAGE = 10
_INLINE = 1
_PATH = "/api/sns/web/v2/comment/"


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._threads = Threads(posts)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        note, at = query.get("note_id", ""), number(query, "cursor")
        if path == "/api/sns/web/v1/feed" and query.get("source_note_id") in self._threads.roots:
            return json_response(ok({"items": []}))
        if path == f"{_PATH}sub/page":
            replies = self._threads.replies(note, query.get("root_comment_id", ""))
            return _page(replies, at, [comment(post) for post in replies[at : at + PAGE]])
        return self._list(note, at) if path == f"{_PATH}page" else None

    def login_wanted(self) -> Response:
        return json_response(LOGIN)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="xiaohongshu_comments", query=note, base_url=url) for note in self._threads.roots]

    def _list(self, note: str, at: int) -> Response:
        tops = self._threads.tops(note)
        entries = []
        for top in tops[at : at + PAGE]:
            replies = self._threads.replies(note, top.native_id)
            more = str(_INLINE) if len(replies) > _INLINE else None
            entries.append(comment(top, [comment(reply) for reply in replies[:_INLINE]], more))
        return _page(tops, at, entries)


def _page(of: Sequence[Post], at: int, entries: Sequence[object]) -> Response:
    more = at + PAGE < len(of)
    data = {"comments": entries, "cursor": str(at + PAGE) if more else "", "has_more": more}
    return json_response(ok(data), of)


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these comments."""
    return _Wire(posts)


def _carried(post: Post, number: int) -> Post:
    """Return a post of any source as a comment; every twenty-three are on one note."""
    return adopted_as(post, number, "xiaohongshu_comments", f"6500000000000000{number // 23:08x}")


carried = each(_carried)
