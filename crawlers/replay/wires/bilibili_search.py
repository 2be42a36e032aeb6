"""B站's search: `GET /x/web-interface/wbi/search/type?search_type=video&keyword=…&page=N`, newest first, twenty a page;
with `pubtime_begin_s` and `pubtime_end_s` those of a time.

A word finds the videos that hold it, `*` every one, which the real one does not do. Words that were looked for are
marked, a course stands among the videos, and no search has more than fifty pages.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

from crawlers.formats.bilibili_id import VIDEO, aid_of, bvid_of
from crawlers.post import Kind, Post
from crawlers.replay.carrying import number_of, showing, unix
from crawlers.replay.found import Search, number
from crawlers.replay.wires import Response, json_response, page_number

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_PATH = "/x/web-interface/wbi/search/type"
_PAGE = 20
_MOST_PAGES = 50
_ALL = "*"
_COURSE = {"type": "ketang", "id": 1, "title": "课程", "author": "某机构", "mid": 0, "pubdate": 0, "play": "--"}


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._search = Search(posts)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path != _PATH or not self._search.posts:
            return None
        said = query.get("keyword", "")
        begin, end = (number(query, name) for name in ("pubtime_begin_s", "pubtime_end_s"))
        within = (datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end + 1, UTC)) if end else (None, None)
        found, words = self._search.within(said, *within), said.replace(_ALL, " ").split()
        page, pages = page_number(query), min(_MOST_PAGES, -(-len(found) // _PAGE))
        shown = found[(page - 1) * _PAGE : page * _PAGE] if page <= pages else []
        results = min(len(found), _MOST_PAGES * _PAGE)
        data: dict[str, Any] = {"page": page, "pagesize": _PAGE, "numResults": results, "numPages": pages}
        if shown:
            data["result"] = [*(_video(post, words) for post in shown), *([_COURSE] if page == 1 else [])]
        return json_response({"code": 0, "message": "0", "ttl": 1, "data": data}, shown)

    def login_wanted(self) -> Response:
        return json_response({"code": -101, "message": "账号未登录", "ttl": 1})

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="bilibili_search", query=_ALL, base_url=url)] if self._search.posts else []


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these videos."""
    return _Wire(posts)


def carried(posts: Sequence[Post]) -> list[Post]:
    """Return the posts as videos with their descriptions."""
    return [_carried(post) for post in posts]


def _carried(post: Post) -> Post:
    bvid = post.native_id if VIDEO.fullmatch(post.native_id) else bvid_of(number_of(post.id, 12))
    shown = showing(
        replace(post, platform="bilibili", feed="bilibili_search", kind=Kind.POST, native_id=bvid, query=_ALL),
        counts=("views", "danmaku", "comments", "favourites", "likes"),
        fields=("title", "tags"),
    )
    number = str(number_of(shown.author.id, 10)) if shown.author else ""
    author = shown.author and replace(shown.author, id=number, url=f"https://space.bilibili.com/{number}")
    return replace(shown, url=f"https://www.bilibili.com/video/{bvid}", author=author)


def _video(post: Post, words: Sequence[str]) -> dict[str, Any]:
    counts, author = post.engagement, post.author
    aid = aid_of(post.native_id)
    return {
        "type": "video",
        "id": aid,
        "aid": aid,
        "bvid": post.native_id,
        "arcurl": f"http://www.bilibili.com/video/av{aid}",
        "author": author.name if author else "",
        "mid": int(author.id) if author else 0,
        "title": _marked(escape(post.title or ""), words),
        "description": escape(post.text),
        "tag": ",".join(post.tags),
        "pubdate": unix(post.published_at),
        "senddate": unix(post.published_at),
        "duration": "4:2",
        "play": counts.views,
        "video_review": counts.danmaku,
        "review": counts.comments,
        "favorites": counts.favourites,
        "like": counts.likes,
    }


def _marked(text: str, words: Sequence[str]) -> str:
    for word in words:
        text = re.sub(f"({re.escape(escape(word))})", r'<em class="keyword">\1</em>', text, flags=re.IGNORECASE)
    return text
