"""贴吧's search: `GET /mo/q/search/multsearch?word=…&pn=N&rn=20`, newest first.

A word finds the threads that hold it, `*` every one, which the real one does not do. A forum's card stands among them,
and the second page tells times in milliseconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

from crawlers.post import Kind, Post
from crawlers.reading.hashtags import hashtags
from crawlers.replay.carrying import number_of, showing, unix
from crawlers.replay.found import Search
from crawlers.replay.wires import Response, json_response, page_number

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_PATH = "/mo/q/search/multsearch"
_PAGE = 20
_ALL = "*"
_FORUM = {"cardInfo": "forum", "cardStyle": "forum", "data": {"forum_id": 1, "forum_name": "星河"}}


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._search = Search(posts)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path != _PATH or not self._search.posts:
            return None
        found = self._search.find(query.get("word", ""))
        page = page_number({"page": query.get("pn", "1")})
        shown = found[(page - 1) * _PAGE : page * _PAGE]
        cards = [{"cardInfo": "thread", "cardStyle": "thread", "data": _thread(post, page)} for post in shown]
        data = {"card_list": ([_FORUM] if shown and page == 1 else []) + cards, "has_more": page * _PAGE < len(found)}
        return json_response({"no": 0, "error": "success", "data": data}, shown)

    def login_wanted(self) -> Response:
        return json_response({"no": 1990055, "error": "用户未登录", "data": {}})

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="tieba_search", query=_ALL, base_url=url)] if self._search.posts else []


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these threads."""
    return _Wire(posts)


def carried(posts: Sequence[Post]) -> list[Post]:
    """Return the posts as threads of one forum."""
    return [_carried(post) for post in posts]


def _carried(post: Post) -> Post:
    tid = str(number_of(post.id, 10))
    shown = showing(
        replace(post, platform="tieba", feed="tieba_search", kind=Kind.POST, native_id=tid, query=_ALL),
        counts=("comments", "likes"),
        fields=("title",),
    )
    portrait = f"tb.1.{number_of(shown.author.id, 8)}" if shown.author else ""
    url = f"https://tieba.baidu.com/home/main?id={portrait}"
    author = shown.author and replace(shown.author, id=str(number_of(shown.author.id, 9)), url=url)
    tags = hashtags(f"{post.title or ''}\n{post.text}")
    return replace(shown, url=f"https://tieba.baidu.com/p/{tid}", site="星河吧", author=author, tags=tags)


def _thread(post: Post, page: int) -> dict[str, Any]:
    author, seconds = post.author, unix(post.published_at)
    user = author and {
        "id": int(author.id),
        "portrait": (author.url or "").rpartition("=")[2],
        "show_nickname": author.name,
    }
    return {
        "tid": int(post.native_id),
        "title": escape(post.title or ""),
        "content": escape(post.text),
        "time": seconds * 1000 if page % 2 == 0 else seconds,
        "forum_name": (post.site or "").removesuffix("吧"),
        "post_num": post.engagement.comments,
        "like_num": post.engagement.likes,
        "user": user,
    }
