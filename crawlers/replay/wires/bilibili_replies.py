"""The comments below B站's videos: `GET /x/v2/reply/wbi/main?oid=…` and `/x/v2/reply/reply?oid=…&root=…&pn=N`.

Newest first, twenty a page; with a comment stand its first three answers, and a page may be empty before the last one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

import msgspec

from crawlers.formats.bilibili_id import aid_of, bvid_of
from crawlers.post import Engagement, Kind, Post
from crawlers.replay.carrying import conversations, number_of, showing, unix
from crawlers.replay.wires import Response, json_response, page_number

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_MAIN, _ANSWERS = "/x/v2/reply/wbi/main", "/x/v2/reply/reply"
_PAGE = 20
_BESIDE = 3


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._below: dict[str, dict[str, Post]] = defaultdict(dict)
        self._answers: dict[str, list[Post]] = defaultdict(list)
        for post in sorted(posts, key=lambda post: (post.published_at, post.native_id), reverse=True):
            bvid = (post.root_id or "").rpartition(":")[2]
            if post.parent_id == bvid:
                self._below[bvid][post.native_id] = post
            else:
                self._answers[post.parent_id or ""].append(post)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        number = query.get("oid", "")
        if path not in (_MAIN, _ANSWERS) or not number.isdecimal():
            return None
        bvid = bvid_of(int(number))
        if path == _ANSWERS:
            return self._answered(query.get("root", ""), page_number({"page": query.get("pn", "1")}))
        return self._listed(list(self._below.get(bvid, {}).values()), query)

    def login_wanted(self) -> Response:
        return json_response({"code": -101, "message": "账号未登录", "ttl": 1})

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="bilibili_replies", query=bvid, base_url=url) for bvid in self._below]

    def _listed(self, comments: Sequence[Post], query: Mapping[str, str]) -> Response:
        place = msgspec.json.decode(query.get("pagination_str", "{}"), type=dict[str, str]).get("offset", "")
        start = int(place or 0)
        page = comments[start : start + _PAGE]
        end = start + _PAGE >= len(comments)
        cursor = {"is_begin": start == 0, "is_end": end, "pagination_reply": {"next_offset": str(start + _PAGE)}}
        shown = [one for post in page for one in (post, *self._answers[post.native_id][:_BESIDE])]
        data = {"cursor": cursor, "replies": [self._reply(post) for post in page] or None, "top_replies": None}
        return json_response({"code": 0, "message": "0", "ttl": 1, "data": data}, shown)

    def _answered(self, root: str, page: int) -> Response:
        answers = self._answers[root]
        shown = answers[(page - 1) * _PAGE : page * _PAGE]
        counted = {"count": len(answers), "num": page, "size": _PAGE}
        data = {"page": counted, "replies": [self._reply(post) for post in shown]}
        return json_response({"code": 0, "message": "0", "ttl": 1, "data": data}, shown)

    def _reply(self, post: Post) -> dict[str, Any]:
        answers = self._answers[post.native_id]
        author = post.author
        inner = post.parent_id if post.parent_id and post.parent_id.isdecimal() else "0"
        return {
            "rpid": int(post.native_id),
            "rpid_str": post.native_id,
            "oid": aid_of((post.root_id or "").rpartition(":")[2]),
            "root": int(inner),
            "parent": int(inner),
            "ctime": unix(post.published_at),
            "like": post.engagement.likes,
            "rcount": len(answers),
            "member": author and {"mid": author.id, "uname": author.name, "sign": ""},
            "mid": int(author.id) if author else 0,
            "content": {"message": escape(post.text, quote=False)},
            "reply_control": {"location": f"IP属地：{post.region}"} if post.region else {},
            "replies": [self._reply(answer) for answer in answers[:_BESIDE]] or None,
        }


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these comments."""
    return _Wire(posts)


def carried(posts: Sequence[Post]) -> list[Post]:
    """Return each conversation as a comment below one video, and the answers to it."""
    bvid = bvid_of(170001)
    held = []
    for opener, answers in conversations(posts):
        first = replace(_carried(opener, bvid), parent_id=bvid)
        first = replace(first, engagement=replace(first.engagement, comments=len(answers)))
        held += [first, *(replace(_carried(one, bvid), parent_id=first.native_id) for one in answers)]
    return held


def _carried(post: Post, bvid: str) -> Post:
    id = str(number_of(post.id, 15))
    url = f"https://www.bilibili.com/video/{bvid}#reply{id}"
    shown = showing(
        replace(
            post, platform="bilibili", feed="bilibili_replies", kind=Kind.COMMENT, native_id=id, url=url, query=bvid
        ),
        counts=("likes",),
        fields=("region",),
    )
    number = str(number_of(shown.author.id, 10)) if shown.author else ""
    author = shown.author and replace(shown.author, id=number, url=f"https://space.bilibili.com/{number}")
    counts = Engagement(likes=shown.engagement.likes, comments=0)
    return replace(shown, author=author, engagement=counts, root_id=f"bilibili:post:{bvid}")
