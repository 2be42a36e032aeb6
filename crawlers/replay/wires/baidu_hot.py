"""百度热搜: one document with the topics of the list, below one on top without a rank.

`GET /api/board?platform=wise&tab=realtime`
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from crawlers.post import Post
from crawlers.replay.found import each
from crawlers.replay.hot import ranked, topic
from crawlers.replay.wires import Response, json_response

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_CHALLENGE = "<!DOCTYPE html><html><head><title>百度安全验证</title></head></html>"


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._topics = ranked(posts)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path != "/api/board":
            return None
        top = {"word": "置顶的话题", "isTop": True, "index": 0, "url": "https://m.baidu.com/s?word=z"}
        entries = [top, *(_entry(post, place) for place, post in enumerate(self._topics, 1))]
        cards = [{"component": "tabTextList", "content": [{"content": entries}]}]
        return json_response({"success": True, "data": {"cards": cards}, "error": {"code": 0}}, self._topics)

    def login_wanted(self) -> Response:
        return Response(body=_CHALLENGE.encode(), content_type="text/html; charset=utf-8")

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="baidu_hot", query="realtime", base_url=url)] if self._topics else []


def _entry(post: Post, place: int) -> dict[str, Any]:
    return {"word": post.title, "query": post.title, "desc": post.text, "index": place, "hotScore": "4987654"}


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these topics."""
    return _Wire(posts)


def _carried(post: Post, number: int) -> Post:
    """Return a post of any source as a topic of the list."""
    words = f"{number}号话题"
    url = f"https://www.baidu.com/s?{urlencode({'wd': words})}"
    return replace(topic(post, number, platform="baidu", list="realtime", key=words, url=url, told=False), title=words)


carried = each(_carried)
