"""One account's QQ空间: `GET /proxy/domain/taotao.qq.com/cgi-bin/emotion_cgi_msglist_v6?uin=…&pos=N&num=20`, as JSONP.

Newest first, each message with all its comments. Where nothing is left, the list is null.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

import msgspec

from crawlers.post import Engagement, Kind, Post
from crawlers.reading.hashtags import hashtags
from crawlers.replay.carrying import conversations, number_of, showing, slug_of, unix
from crawlers.replay.wires import Response

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_PATH = "/proxy/domain/taotao.qq.com/cgi-bin/emotion_cgi_msglist_v6"
_UIN = "1000200301"
_PAGE = 20


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        found = conversations(posts)
        self._threads = sorted(found, key=lambda one: (one[0].published_at, one[0].native_id), reverse=True)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path != _PATH or not self._threads:
            return None
        start = int(query.get("pos", "0"))
        shown = self._threads[start : start + min(_PAGE, int(query.get("num", "20")))]
        messages = [_message(opener, comments) for opener, comments in shown] or None
        answer = {"code": 0, "subcode": 0, "message": "", "total": len(self._threads), "msglist": messages}
        return _jsonp(answer, [post for opener, comments in shown for post in (opener, *comments)])

    def login_wanted(self) -> Response:
        return _jsonp({"code": -3000, "subcode": -3000, "message": "请先登录"})

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="qzone", query=_UIN, base_url=url)] if self._threads else []


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these messages of one account's space."""
    return _Wire(posts)


def carried(posts: Sequence[Post]) -> list[Post]:
    """Return the conversations as messages of one account, with their comments."""
    held = []
    for opener, comments in conversations(posts):
        tid = slug_of(opener.id, 24, "0123456789abcdef")
        first = _carried(opener, Kind.POST, tid, f"https://user.qzone.qq.com/{_UIN}/mood/{tid}")
        name = opener.author.name if opener.author else None
        author = first.author and replace(first.author, id=_UIN, name=name, url=f"https://user.qzone.qq.com/{_UIN}")
        counts = Engagement(reposts=opener.engagement.reposts, comments=len(comments))
        held.append(replace(first, author=author, tags=hashtags(opener.text), engagement=counts, region=opener.region))
        for number, one in enumerate(comments, 1):
            answer = _carried(one, Kind.COMMENT, f"{tid}_{number}", first.url)
            held.append(replace(answer, parent_id=tid, root_id=first.id))
    return held


def _carried(post: Post, kind: Kind, id: str, url: str) -> Post:
    own = replace(post, platform="qzone", feed="qzone", kind=kind, native_id=id, url=url, query=_UIN)
    shown = showing(own)
    number = str(number_of(shown.author.id, 9)) if shown.author else ""
    author = shown.author and replace(shown.author, id=number, url=f"https://user.qzone.qq.com/{number}")
    return replace(shown, author=author)


def _message(post: Post, comments: Sequence[Post]) -> dict[str, Any]:
    return {
        "tid": post.native_id,
        "uin": int(post.author.id) if post.author else int(_UIN),
        "name": post.author.name if post.author else "",
        "content": escape(post.text),
        "created_time": unix(post.published_at),
        "createTime": "2024年1月1日",
        "secret": 0,
        "cmtnum": len(comments),
        "fwdnum": post.engagement.reposts,
        "lbs": {"idname": post.region or "", "name": "", "pos_x": "", "pos_y": ""},
        "commentlist": [_comment(one) for one in comments] or None,
    }


def _comment(post: Post) -> dict[str, Any]:
    author = post.author
    return {
        "tid": int(post.native_id.rpartition("_")[2]),
        "uin": int(author.id) if author else 0,
        "name": author.name if author else "",
        "content": escape(post.text),
        "create_time": unix(post.published_at),
        "list_3": None,
    }


def _jsonp(value: Any, posts: Sequence[Post] = ()) -> Response:
    body = b"_preloadCallback(" + msgspec.json.encode(value) + b");"
    return Response(body=body, content_type="application/x-javascript; charset=utf-8", posts=posts)
