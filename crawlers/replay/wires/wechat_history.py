"""What one public account has sent: `GET /mp/profile_ext?action=getmsg&__biz=…&offset=N&count=10`, newest first.

What was sent at one time stands in one message, as its first article and the others; the list is JSON in a string.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec

from crawlers.post import Author, Kind, Post
from crawlers.replay.carrying import number_of, on_one_line, showing, slug_of, unix
from crawlers.replay.wires import Response, json_response

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["HOST", "article", "carried", "wire"]

HOST = "https://mp.weixin.qq.com"
BIZ = "MzAwMDAwMDAwMA=="
_PATH = "/mp/profile_ext"
_PAGE = 10


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        ordered = sorted(posts, key=lambda post: (unix(post.published_at), post.native_id), reverse=True)
        self._messages = [list(group) for _, group in groupby(ordered, key=lambda post: unix(post.published_at))]

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path != _PATH or query.get("action") != "getmsg" or not self._messages:
            return None
        start = int(query.get("offset", "0"))
        end = start + min(_PAGE, int(query.get("count", "10")))
        shown = self._messages[start:end]
        listed = msgspec.json.encode({"list": [_message(posts) for posts in shown]}).decode()
        answer = {
            "ret": 0,
            "errmsg": "ok",
            "msg_count": len(shown),
            "can_msg_continue": int(end < len(self._messages)),
            "general_msg_list": listed,
            "next_offset": end,
        }
        return json_response(answer, [post for posts in shown for post in posts])

    def login_wanted(self) -> Response:
        return json_response({"ret": -3, "errmsg": "no session", "cookie_count": 0})

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="wechat_history", query=BIZ, base_url=url)] if self._messages else []


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these articles of one account."""
    return _Wire(posts)


def carried(posts: Sequence[Post]) -> list[Post]:
    """Return the posts as articles of one account."""
    return [article(post, "wechat_history") for post in posts]


def article(post: Post, feed: str) -> Post:
    """Return a post as an article of the account, at its lasting address."""
    mid, sn = number_of(post.id, 10), slug_of(post.id, 32, "0123456789abcdef")
    url = f"{HOST}/s?__biz={BIZ}&mid={mid}&idx=1&sn={sn}#rd"
    own = replace(post, platform="wechat", feed=feed, kind=Kind.ARTICLE, native_id=f"{BIZ}/{mid}/1/{sn}", url=url)
    author = Author(id=BIZ, url=f"{HOST}/mp/profile_ext?action=home&__biz={BIZ}")
    return replace(showing(own), title=on_one_line(post.title or post.text[:30]), author=author, query=BIZ)


def _message(posts: Sequence[Post]) -> dict[str, Any]:
    first, *others = map(_article, posts)
    at = unix(posts[0].published_at)
    info = {"id": at, "type": 49, "datetime": at, "fakeid": "1", "status": 2, "content": ""}
    multi = {"is_multi": int(bool(others)), "multi_app_msg_item_list": others}
    return {"comm_msg_info": info, "app_msg_ext_info": {**first, **multi}}


def _article(post: Post) -> dict[str, Any]:
    return {
        "title": escape(post.title or ""),
        "digest": escape(post.text),
        "content_url": escape(post.url.replace("https:", "http:", 1)),
        "source_url": "",
        "cover": "",
        "author": "",
        "copyright_stat": 100,
        "del_flag": 1,
    }
