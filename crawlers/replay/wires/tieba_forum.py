"""贴吧's lists of a forum's threads: `GET /c/f/frs/page_pc?kw=…&pn=N`, the last answered first, thirty a page."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

from crawlers.post import Kind, Post
from crawlers.reading.hashtags import hashtags
from crawlers.replay.carrying import number_of, showing, unix
from crawlers.replay.wires import Response, json_response, page_number

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_PATH = "/c/f/frs/page_pc"
_PAGE = 30
_ADVERTISED = {"id": "0", "tid": "0", "title": "广告", "is_ad": 1}


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._forums: dict[str, list[Post]] = defaultdict(list)
        for post in sorted(posts, key=lambda post: (post.published_at, post.native_id), reverse=True):
            self._forums[(post.site or "").removesuffix("吧")].append(post)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        name = query.get("kw", "")
        if path != _PATH or name not in self._forums:
            return None
        threads, page = self._forums[name], page_number({"page": query.get("pn", "1")})
        shown = threads[(page - 1) * _PAGE : page * _PAGE]
        users = {post.author.id: _user(post) for post in shown if post.author}
        answer = {
            "error_code": "0",
            "forum": {"id": "1", "name": name},
            "thread_list": [*map(_thread, shown), *([_ADVERTISED] if shown else [])],
            "user_list": list(users.values()),
            "page": {"current_page": str(page), "has_more": str(int(page * _PAGE < len(threads)))},
        }
        return json_response(answer, shown)

    def login_wanted(self) -> Response:
        return json_response({"error_code": "1", "error_msg": "用户未登录或登录失败，请更换账号或重试"})

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="tieba_forum", query=name, base_url=url) for name in self._forums]


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these threads."""
    return _Wire(posts)


def carried(posts: Sequence[Post]) -> list[Post]:
    """Return the posts as threads of one forum."""
    return [_carried(post) for post in posts]


def _carried(post: Post) -> Post:
    tid = str(number_of(post.id, 10))
    own = replace(post, platform="tieba", feed="tieba_forum", kind=Kind.POST, native_id=tid, query="银河")
    shown = showing(own, counts=("comments", "likes"), fields=("title",))
    number = str(number_of(shown.author.id, 9)) if shown.author else ""
    page = f"https://tieba.baidu.com/home/main?id=tb.1.{number}"
    author = shown.author and replace(shown.author, id=number, url=page)
    tags = hashtags(f"{post.title or ''}\n{post.text}")
    return replace(shown, url=f"https://tieba.baidu.com/p/{tid}", site="银河吧", author=author, tags=tags)


def _thread(post: Post) -> dict[str, Any]:
    return {
        "id": post.native_id,
        "tid": post.native_id,
        "title": escape(post.title or ""),
        "reply_num": post.engagement.comments,
        "agree": {"agree_num": post.engagement.likes},
        "create_time": str(unix(post.published_at)),
        "last_time_int": str(unix(post.published_at)),
        "author_id": post.author.id if post.author else "0",
        "first_post_content": [{"type": "0", "text": post.text}],
    }


def _user(post: Post) -> dict[str, Any]:
    assert post.author  # noqa: S101  # those without are not asked for
    portrait = (post.author.url or "").rpartition("=")[2]
    return {"id": post.author.id, "portrait": portrait, "name_show": post.author.name}
