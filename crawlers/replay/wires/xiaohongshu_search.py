"""小红书's search: twenty notes a page, each whole at another address.

`POST /api/sns/web/v1/search/notes` and `/api/sns/web/v1/feed`. Suggestions of other words stand between the notes; the
second page is empty where there are more. A search without words, or for `*`, finds everything, which the real one does
not do.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crawlers.post import Post
from crawlers.replay.found import Search, each, number
from crawlers.replay.wires import Response, json_response
from crawlers.replay.xiaohongshu_json import LOGIN, adopted_as, card, moved_id, note, ok

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["PAGE", "carried", "moved_id", "wire"]

PAGE = 20
_EMPTY_PAGE = 2
_SUGGESTION = {"id": "words#1700000000000", "model_type": "rec_query", "rec_query": {"title": "相关搜索"}}


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._search = Search(posts)
        self._by_id = {post.native_id: post for post in posts}

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path == "/api/sns/web/v1/feed" and (post := self._by_id.get(query.get("source_note_id", ""))):
            return json_response(ok({"items": [note(post)]}), [post])
        if path != "/api/sns/web/v1/search/notes":
            return None
        return self._list(self._search.find(query.get("keyword", "")), max(1, number(query, "page")))

    def login_wanted(self) -> Response:
        return json_response(LOGIN)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="xiaohongshu_search", query="*", base_url=url)] if self._by_id else []

    def _list(self, found: Sequence[Post], page: int) -> Response:
        several = len(found) > PAGE
        place = page - 1 if several and page > _EMPTY_PAGE else page
        shown = [] if several and page == _EMPTY_PAGE else found[(place - 1) * PAGE : place * PAGE]
        more = place * PAGE < len(found) or (several and page <= _EMPTY_PAGE)
        if not shown and not more:
            return json_response(ok({"has_more": False}))
        items: list[dict[str, Any]] = [card(post) for post in shown]
        return json_response(ok({"has_more": more, "items": [_SUGGESTION, *items] if items else []}), shown)


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these notes."""
    return _Wire(posts)


def _carried(post: Post, number: int) -> Post:
    """Return a post of any source as a note."""
    return adopted_as(post, number, "xiaohongshu_search")


carried = each(_carried)
