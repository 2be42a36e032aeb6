"""贴吧's threads: `GET /c/f/pb/page_pc?kz={tid}&pn=N`, thirty posts a page, the oldest first."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crawlers.post import Engagement, Kind, Post
from crawlers.reading.hashtags import hashtags
from crawlers.replay.carrying import conversations, number_of, showing, unix
from crawlers.replay.wires import Response, json_response, page_number

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_PATH = "/c/f/pb/page_pc"
_PAGE = 10
_EMOTICON = re.compile(r"(\[[一-鿿]{1,4}\])")


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._threads = {opener.native_id: (opener, comments) for opener, comments in conversations(posts)}

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path != _PATH or not self._threads:
            return None
        if (found := self._threads.get(query.get("kz", ""))) is None:
            return json_response({"error_code": 4, "error_msg": "贴子可能已被删除"})
        opener, comments = found
        ordered = sorted(comments, key=lambda post: (post.published_at, post.native_id))
        page = page_number({"page": query.get("pn", "1")})
        shown = ordered[(page - 1) * _PAGE : page * _PAGE]
        first = {"first_floor": _floor(opener, 1)} if page == 1 else {}
        users = {post.author.id: _user(post) for post in (opener, *shown) if post.author}
        answer = {
            "error_code": 0,
            "thread": {"id": int(opener.native_id), "title": opener.title, **_counts(opener)},
            "forum": {"id": 1, "name": (opener.site or "").removesuffix("吧")},
            **first,
            "post_list": [_floor(post, 2 + number) for number, post in enumerate(shown)],
            "user_list": list(users.values()),
            "page": {"current_page": page, "total_page": max(1, -(-len(ordered) // _PAGE))},
        }
        return json_response(answer, [*([opener] if first else []), *shown])

    def login_wanted(self) -> Response:
        return json_response({"error_code": 1, "error_msg": "用户未登录或登录失败，请更换账号或重试"})

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="tieba_thread", query=tid, base_url=url) for tid in self._threads]


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these threads."""
    return _Wire(posts)


def carried(posts: Sequence[Post]) -> list[Post]:
    """Return the conversations as threads of one forum."""
    held = []
    for opener, comments in conversations(posts):
        tid = str(number_of(opener.id, 10))
        first = _carried(opener, Kind.POST, tid, f"https://tieba.baidu.com/p/{tid}")
        tags = hashtags(f"{opener.title or ''}\n{opener.text}")
        counts = Engagement(likes=opener.engagement.likes, comments=len(comments))
        first = replace(first, title=opener.title, tags=tags, engagement=counts)
        held.append(first)
        for one in comments:
            pid = str(number_of(one.id, 12))
            answer = _carried(one, Kind.COMMENT, pid, f"{first.url}?pid={pid}#{pid}")
            held.append(replace(answer, parent_id=tid, root_id=first.id))
    return held


def _carried(post: Post, kind: Kind, id: str, url: str) -> Post:
    own = replace(post, platform="tieba", feed="tieba_thread", kind=kind, native_id=id, url=url)
    shown = showing(own, counts=("likes",), fields=("region",))
    number = str(number_of(shown.author.id, 9)) if shown.author else ""
    page = f"https://tieba.baidu.com/home/main?id=tb.1.{number}"
    author = shown.author and replace(shown.author, id=number, url=page)
    return replace(shown, site="星河吧", author=author, tags=hashtags(post.text))


def _floor(post: Post, floor: int) -> dict[str, Any]:
    return {
        "id": int(post.native_id),
        "floor": floor,
        "time": unix(post.published_at),
        "author_id": int(post.author.id) if post.author else 0,
        "content": list(_parts(post.text)),
        "agree": {"agree_num": post.engagement.likes},
        **({"ip_address": post.region} if post.region else {}),
    }


def _parts(text: str) -> Iterator[dict[str, Any]]:
    for part in _EMOTICON.split(text):
        if _EMOTICON.fullmatch(part):
            yield {"type": 2, "text": "image_emoticon25", "c": part[1:-1]}
        elif part:
            yield {"type": 0, "text": part}


def _counts(post: Post) -> dict[str, Any]:
    return {"reply_num": post.engagement.comments, "agree_num": post.engagement.likes}


def _user(post: Post) -> dict[str, Any]:
    assert post.author  # noqa: S101  # those without are not asked for
    portrait = (post.author.url or "").rpartition("=")[2]
    return {"id": int(post.author.id), "portrait": portrait, "name_show": post.author.name}
