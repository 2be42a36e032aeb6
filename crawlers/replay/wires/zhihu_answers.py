"""The answers to questions of 知乎: `GET /api/v4/questions/{id}/answers?offset=N`, the newest first, twenty a page."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from crawlers.post import Post
from crawlers.replay.found import each, number
from crawlers.replay.wires import Response, json_response
from crawlers.replay.zhihu_json import LOGIN, adopted_as, content

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_PAGE = 20
_PATH = re.compile(r"/api/v4/questions/(?P<id>\d+)/answers")
_ANSWERED = 40
"""How many answers of any source stand below one question."""


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._answers: dict[str, list[Post]] = defaultdict(list)
        for post in sorted(posts, key=lambda post: (post.published_at, post.native_id), reverse=True):
            self._answers[post.url.split("/")[4]].append(post)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        match = _PATH.fullmatch(path)
        if match is None:
            return None
        answers, offset = self._answers.get(match["id"], []), number(query, "offset")
        shown = answers[offset : offset + _PAGE]
        ended = offset + _PAGE >= len(answers)
        paging = {
            "is_end": ended,
            "next": f"https://www.zhihu.com{path}?offset={offset + _PAGE}",
            "totals": len(answers),
        }
        return json_response({"data": [content(post) for post in shown], "paging": paging}, shown)

    def login_wanted(self) -> Response:
        return json_response(LOGIN)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="zhihu_answers", query=question, base_url=url) for question in self._answers]


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these answers."""
    return _Wire(posts)


def _carried(post: Post, number: int) -> Post:
    """Return a post of any source as an answer."""
    id, question = 710_000_000 + number, 610_000_000 + number // _ANSWERED
    url = f"https://www.zhihu.com/question/{question}/answer/{id}"
    return adopted_as(post, number, "zhihu_answers", f"answer/{id}", url, title=f"{question}号问题")


carried = each(_carried)
