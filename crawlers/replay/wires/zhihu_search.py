"""Zhihu's search: twenty a page, by offset, with suggestions and advertisements between the answers and articles.

`GET /api/v4/search_v3?q=…&offset=N`. The page at offset 20 is empty where there are more. A search without words, or
for `*`, finds everything, which the real one does not do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crawlers.post import Author, Kind, Post
from crawlers.replay import found
from crawlers.replay.found import Search, each, number, stated
from crawlers.replay.markup import html_of
from crawlers.replay.wires import Response, json_response

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["PAGE", "carried", "wire"]

PAGE = 20
_SUGGESTION = {"type": "relevant_query", "query_list": [{"query": "别的词"}]}
_ADVERTISED = {"type": "knowledge_ad", "object": {"header": {"card_title": "广告"}}}
_LOGIN = {"error": {"code": 100, "name": "AuthenticationError", "message": "ERR_TICKET_NOT_EXIST"}}


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
        entries: list[dict[str, Any]] = [{"type": "search_result", "object": _object(post)} for post in shown]
        if entries:
            entries = [_SUGGESTION, *entries, _ADVERTISED]
        paging = {"is_end": ended, "next": f"https://api.zhihu.com/search_v3?offset={offset + PAGE}", "totals": 0}
        return json_response({"paging": paging, "data": entries}, shown)

    def login_wanted(self) -> Response:
        return json_response(_LOGIN)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="zhihu_search", query="*", base_url=url)] if self._search.posts else []


def _object(post: Post) -> dict[str, Any]:
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
        "author": _author(post.author),
        **stated(
            title=heading if article and heading else None,
            question=question,
            voteup_count=post.engagement.likes,
            comment_count=post.engagement.comments,
        ),
    }


def _author(author: Author | None) -> dict[str, Any]:
    if author is None:
        return {"id": "0", "name": "匿名用户", "url_token": "", "user_type": "people"}
    return {
        "id": author.id,
        "name": html_of(author.name or ""),
        "url_token": (author.url or "").rpartition("/")[2],
        "user_type": "organization" if author.organisation else "people",
        **stated(follower_count=author.followers),
    }


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these answers and articles."""
    return _Wire(posts)


def _carried(post: Post, number: int) -> Post:
    """Return a post of any source as an answer, or, every third, as an article."""
    id, article = 700_000_000 + number, number % 3 == 0
    question = f"https://www.zhihu.com/question/{600_000_000 + number}/answer/{id}"
    author = post.author and Author(
        id=f"{number:032x}",
        name=post.author.name,
        url=f"https://www.zhihu.com/people/yonghu-{number}",
        followers=post.author.followers,
        organisation=bool(post.author.organisation),
    )
    made = found.adopted(
        post,
        platform="zhihu",
        feed="zhihu_search",
        kind=Kind.ARTICLE if article else Kind.POST,
        native_id=f"{'article' if article else 'answer'}/{id}",
        url=f"https://zhuanlan.zhihu.com/p/{id}" if article else question,
        author=author,
        counts=("likes", "comments"),
    )
    return replace(made, title=f"{number}号题目")


carried = each(_carried)
