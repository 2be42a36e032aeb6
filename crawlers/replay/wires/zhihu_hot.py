"""知乎热榜: one document with the questions of the list, in either of the two shapes that Zhihu has for them.

`GET /api/v3/feed/topstory/hot-lists/total`
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crawlers.post import Engagement, Post
from crawlers.replay.found import each
from crawlers.replay.hot import key_of, ranked, topic
from crawlers.replay.markup import html_of
from crawlers.replay.wires import Response, json_response

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_LOGIN = {"error": {"code": 100, "name": "AuthenticationError", "message": "请登录"}}


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._topics = ranked(posts)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path != "/api/v3/feed/topstory/hot-lists/total":
            return None
        entries = [_entry(post, place) for place, post in enumerate(self._topics)]
        return json_response({"data": entries, "paging": {"is_end": True}, "fresh_text": "热榜已更新"}, self._topics)

    def login_wanted(self) -> Response:
        return json_response(_LOGIN, status=401)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="zhihu_hot", query="total", base_url=url)] if self._topics else []


def _entry(post: Post, place: int) -> dict[str, Any]:
    question = key_of(post).rpartition("/")[2]
    if post.engagement.comments is None:
        target: dict[str, Any] = {
            "title_area": {"text": html_of(post.title or "")},
            "excerpt_area": {"text": html_of(post.text)},
            "metrics_area": {"text": "873 万热度"},
            "image_area": {"url": ""},
            "link": {"url": post.url},
        }
    else:
        target = {
            "id": int(question),
            "title": html_of(post.title or ""),
            "excerpt": html_of(post.text),
            "url": f"https://api.zhihu.com/questions/{question}",
            "type": "question",
            "created": 1_500_000_000,
            "answer_count": post.engagement.comments,
        }
    return {"type": "hot_list_feed", "id": f"{place}_1", "card_id": f"Q_{question}", "target": target, "children": []}


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these questions."""
    return _Wire(posts)


def _carried(post: Post, number: int) -> Post:
    """Return a post of any source as a question of the list."""
    question = 600_000_000 + number
    url = f"https://www.zhihu.com/question/{question}"
    made = topic(post, number, platform="zhihu", list="total", key=f"question/{question}", url=url, told=False)
    return replace(made, title=f"{number}号问题", engagement=Engagement(comments=post.engagement.comments))


carried = each(_carried)
