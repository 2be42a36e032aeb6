"""抖音's search: ten a page by offset, with accounts and advertisements between the videos, some within a collection.

`GET /aweme/v1/web/general/search/single/?keyword=…&offset=N`. The second page is empty where there are more. A search
without words, or for `*`, finds everything, which the real one does not do.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crawlers.post import Post
from crawlers.replay.douyin_json import LOGIN, adopted_as, aweme, moved_id
from crawlers.replay.found import Search, each, number
from crawlers.replay.wires import Response, json_response

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["PAGE", "carried", "moved_id", "wire"]

PAGE = 10
_ACCOUNT = {"type": 4, "user_list": [{"user_info": {}}]}


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._search = Search(posts)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path != "/aweme/v1/web/general/search/single/":
            return None
        found, offset = self._search.find(query.get("keyword", "")), number(query, "offset")
        several = len(found) > PAGE
        place = offset - PAGE if several and offset > PAGE else offset
        shown = [] if several and offset == PAGE else found[place : place + PAGE]
        more = place + PAGE < len(found) or (several and offset <= PAGE)
        data: list[dict[str, Any]] | None = [_result(post) for post in shown]
        reply = {"status_code": 0, "data": [_ACCOUNT, *data] if data else None, "has_more": int(more)}
        return json_response({**reply, "cursor": offset + PAGE, "extra": {"logid": "20261123120000A1"}}, shown)

    def login_wanted(self) -> Response:
        return json_response(LOGIN)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="douyin_search", query="*", base_url=url)] if self._search.posts else []


def _result(post: Post) -> dict[str, Any]:
    if int(post.native_id) % 3 == 0:
        return {"type": 1, "aweme_mix_info": {"mix_items": [aweme(post)]}}
    return {"type": 1, "card_unique_name": "video", "aweme_info": aweme(post)}


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these videos."""
    return _Wire(posts)


def _carried(post: Post, number: int) -> Post:
    """Return a post of any source as a video."""
    return adopted_as(post, number, "douyin_search")


carried = each(_carried)
