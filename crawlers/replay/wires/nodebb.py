"""A NodeBB forum's JSON: `/forum/api/recent?page=N` lists topics, `/forum/api/topic/{tid}/{slug}?page=N` their posts.

Twenty a page, the topic that was last spoken in first. Each forum of the source stands at `/forum/{host}/api/…`, the
first one at `/forum/api/…` too. A reply whose topic the source lacks stands below a deleted opener.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from crawlers.post import Kind, Post
from crawlers.replay.errors import SourceError
from crawlers.replay.nodebb_json import Topic, listed, paging, shown
from crawlers.replay.wires import Response, json_response, page_number

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["PAGE", "wire"]

PAGE = 20
_ROOT = "/forum"
_ID = re.compile(r"(?P<forum>[^/].*)/(?:topic|post)/(?P<number>\d{1,15})", re.ASCII)


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._forums = _topics(posts)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if not path.startswith(f"{_ROOT}/") or not self._forums:
            return None
        forum, _, call = path.removeprefix(_ROOT).removeprefix("/").rpartition("api/")
        topics = self._forums.get(forum.rstrip("/")) if forum else next(iter(self._forums.values()))
        if topics is None:
            return None
        match call.split("/"):
            case ["recent"]:
                return _recent(topics, page_number(query))
            case ["topic", tid, *_] if tid.isdecimal():
                return _topic(topics.get(int(tid)), page_number(query))
        return None

    def login_wanted(self) -> Response:
        return json_response({"status": {"code": "not-authorised", "message": "请先登录"}, "response": {}}, status=401)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [
            Target(feed="nodebb", query=f"https://{forum}", base_url=f"{url}{_ROOT}/{forum}") for forum in self._forums
        ]


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these posts of forums."""
    return _Wire(posts)


def _topics(posts: Sequence[Post]) -> dict[str, dict[int, Topic]]:
    """Return the topics of each forum by their ids, the topic that was last spoken in first."""
    openers: dict[tuple[str, int], Post] = {}
    replies: dict[tuple[str, int], list[Post]] = defaultdict(list)
    for post in posts:
        if post.kind is Kind.COMMENT:
            replies[_place(post, (post.root_id or "").removeprefix(f"{post.platform}:post:"))].append(post)
        else:
            openers[_place(post, post.native_id)] = post
    found = [
        (forum, Topic(tid=tid, opener=openers.get((forum, tid)), replies=_in_order(replies[forum, tid])))
        for forum, tid in openers.keys() | replies.keys()
    ]
    forums: dict[str, dict[int, Topic]] = {forum: {} for forum, _ in sorted(found, key=lambda one: one[0])}
    for forum, topic in sorted(found, key=lambda one: (one[1].last.published_at, one[1].tid), reverse=True):
        forums[forum][topic.tid] = topic
    return forums


def _place(post: Post, native_id: str) -> tuple[str, int]:
    if (match := _ID.fullmatch(native_id)) is None:
        raise SourceError(
            f"post {post.id}: {native_id!r} is no forum's, such as forum.example/topic/12: mend it or leave it out"
        )
    return match["forum"], int(match["number"])


def _in_order(replies: Sequence[Post]) -> list[Post]:
    return sorted(replies, key=lambda post: (post.published_at, int(post.native_id.rpartition("/")[2])))


def _recent(topics: Mapping[int, Topic], page: int) -> Response:
    count = -(-len(topics) // PAGE)
    part = list(topics.values())[(page - 1) * PAGE : page * PAGE]
    return json_response(
        {
            "topicCount": len(topics),
            "nextStart": page * PAGE,
            "topics": [listed(topic) for topic in part],
            "pagination": paging(page, max(1, count)),
        },
        [topic.began for topic in part],
    )


def _topic(topic: Topic | None, page: int) -> Response:
    if topic is None:
        return json_response({"path": "/404", "error": "[[error:no-topic]]"}, status=404)
    entries, posts = shown(topic, page, PAGE)
    count = -(-(1 + len(topic.replies)) // PAGE)
    return json_response({**listed(topic), "posts": entries, "pagination": paging(page, count)}, posts)
