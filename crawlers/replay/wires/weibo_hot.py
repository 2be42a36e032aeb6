"""微博热搜: one document with the topics of the list, an advertisement among them, and one on top without a rank.

`GET /ajax/side/hotSearch`
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from crawlers.post import Post
from crawlers.replay.found import each
from crawlers.replay.hot import ranked, topic
from crawlers.replay.weibo_posts import LOGIN
from crawlers.replay.wires import Response, json_response

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_AD_AFTER = 2
_AD = {"word": "一则广告", "note": "一则广告", "is_ad": 1, "rank": _AD_AFTER, "icon_desc": "荐"}


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._topics = ranked(posts)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path != "/ajax/side/hotSearch":
            return None
        entries = [_entry(post) for post in self._topics]
        entries.insert(
            _AD_AFTER, {"word": "一则广告", "note": "一则广告", "is_ad": 1, "rank": _AD_AFTER, "icon_desc": "荐"}
        )
        data = {"realtime": entries, "hotgov": {"word": "#置顶的话题#", "name": "#置顶的话题#"}}
        return json_response({"ok": 1, "data": data}, self._topics)

    def login_wanted(self) -> Response:
        return json_response(LOGIN)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="weibo_hot", query="realtime", base_url=url)] if self._topics else []


def _entry(post: Post) -> dict[str, Any]:
    rank = post.rank or 1
    return {
        "word": post.title,
        "note": post.title,
        "num": 1_000_000 // rank,
        "realpos": rank,
        "rank": rank - 1,
        "word_scheme": f"#{post.title}#",
        "label_name": "热",
        "onboard_time": int(post.published_at.timestamp()),
    }


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these topics."""
    return _Wire(posts)


def _carried(post: Post, number: int) -> Post:
    """Return a post of any source as a topic of the list."""
    words = f"{number}号话题"
    url = f"https://s.weibo.com/weibo?{urlencode({'q': f'#{words}#'})}"
    made = topic(post, number, platform="weibo", list="realtime", key=words, url=url, told=True)
    return replace(made, title=words, text=words)


carried = each(_carried)
