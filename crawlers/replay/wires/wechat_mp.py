"""A back office's list of one account's articles: `GET /cgi-bin/appmsgpublish?fakeid=…&begin=N&count=5`, newest first.

Each sending holds one article; the page and each sending are JSON in strings, as the real ones are.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import msgspec

from crawlers.post import Post
from crawlers.replay.carrying import unix
from crawlers.replay.found import Search
from crawlers.replay.wires import Response, json_response
from crawlers.replay.wires.wechat_history import BIZ, article

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_PATH = "/cgi-bin/appmsgpublish"
_PAGE = 5
_LOGIN = {"base_resp": {"ret": 200003, "err_msg": "invalid session"}}


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._posts = Search(posts).posts

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path != _PATH or not self._posts:
            return None
        start = int(query.get("begin", "0"))
        shown = self._posts[start : start + min(_PAGE, int(query.get("count", "5")))]
        page = {
            "total_count": len(self._posts),
            "publish_count": len(shown),
            "publish_list": list(map(_sending, shown)),
        }
        answer = {"base_resp": {"ret": 0, "err_msg": "ok"}, "is_admin": False, "publish_page": _text(page)}
        return json_response(answer, shown)

    def login_wanted(self) -> Response:
        return json_response(_LOGIN)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="wechat_mp", query=BIZ, base_url=url)] if self._posts else []


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these articles of one account."""
    return _Wire(posts)


def carried(posts: Sequence[Post]) -> list[Post]:
    """Return the posts as articles of one account."""
    return [article(post, "wechat_mp") for post in posts]


def _sending(post: Post) -> dict[str, Any]:
    at = unix(post.published_at)
    _, mid, idx, _ = post.native_id.split("/")
    told = {
        "aid": f"{mid}_{idx}",
        "appmsgid": int(mid),
        "itemidx": int(idx),
        "title": escape(post.title or ""),
        "digest": escape(post.text),
        "link": post.url.replace("https:", "http:", 1),
        "cover": "",
        "create_time": at,
        "update_time": at,
        "is_deleted": False,
    }
    sent = {"type": 9, "msgid": int(mid), "sent_info": {"time": at, "is_published": True}, "appmsgex": [told]}
    return {"publish_type": 101, "publish_info": _text(sent)}


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
