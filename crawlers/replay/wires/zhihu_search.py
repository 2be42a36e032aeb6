"""Zhihu's search: twenty a page, by offset, with suggestions and advertisements between the answers and articles.

`GET /api/v4/search_v3?q=…&offset=N`. The page at offset 20 is empty where there are more. A search without words, or
for `*`, finds everything, which the real one does not do.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crawlers.post import Post
from crawlers.replay.found import Search, each, number
from crawlers.replay.wires import Response, json_response
from crawlers.replay.zhihu_json import LOGIN, adopted_as, content

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["PAGE", "carried", "wire"]

PAGE = 20
_SUGGESTION = {"type": "relevant_query", "query_list": [{"query": "别的词"}]}
_ADVERTISED = {"type": "knowledge_ad", "object": {"header": {"card_title": "广告"}}}


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._search = Search(posts)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path != "/api/v4/search_v3":
            return None
        found, offset = self._search.find(query.get("q", "")), number(query, "offset")
        several = len(found) > PAGE
        place = offset - PAGE if several and offset > PAGE else offset
        shown = [] if several and offset == PAGE else found[place : place + PAGE]
        ended = place + PAGE >= len(found) and not (several and offset <= PAGE)
        entries: list[dict[str, Any]] = [{"type": "search_result", "object": content(post)} for post in shown]
        if entries:
            entries = [_SUGGESTION, *entries, _ADVERTISED]
        paging = {"is_end": ended, "next": f"https://api.zhihu.com/search_v3?offset={offset + PAGE}", "totals": 0}
        return json_response({"paging": paging, "data": entries}, shown)

    def login_wanted(self) -> Response:
        return json_response(LOGIN)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="zhihu_search", query="*", base_url=url)] if self._search.posts else []


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these answers and articles."""
    return _Wire(posts)


def _carried(post: Post, number: int) -> Post:
    """Return a post of any source as an answer, or, every third, as an article."""
    id, article = 700_000_000 + number, number % 3 == 0
    question = f"https://www.zhihu.com/question/{600_000_000 + number}/answer/{id}"
    url = f"https://zhuanlan.zhihu.com/p/{id}" if article else question
    native_id = f"{'article' if article else 'answer'}/{id}"
    return adopted_as(post, number, "zhihu_search", native_id, url, title=f"{number}号题目")


carried = each(_carried)
