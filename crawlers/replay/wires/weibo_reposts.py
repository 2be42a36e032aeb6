"""The reposts of messages on Weibo: ten a page, numbered, with the number of pages.

`GET /api/statuses/repostTimeline?id={mid}&page=N`. The second of several pages is empty; every second repost comes
without the message that it reposts.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crawlers.post import Post
from crawlers.replay.found import Search, each, root_of
from crawlers.replay.markup import weibo_html
from crawlers.replay.mblog import mblog
from crawlers.replay.weibo_posts import LOGIN, adopted_message, check_ids
from crawlers.replay.wires import Response, json_response, page_number
from crawlers.replay.wires.weibo_search import moved_id

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["PAGE", "carried", "moved_id", "wire"]

PAGE = 10
_LIST, _WHOLE = "/api/statuses/repostTimeline", "/statuses/extend"
_NOBODY = {"ok": 0, "msg": "还没有人转发过，快来抢沙发！"}
_EMPTY_PAGE = 2
_ROOTS = 5_000_000_000_000_000


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        check_ids(posts)
        by_root: dict[str, list[Post]] = defaultdict(list)
        for post in posts:
            by_root[root_of(post)].append(post)
        self._reposts = {root: Search(found).posts for root, found in by_root.items()}
        self._by_id = {post.native_id: post for post in posts}

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path == _WHOLE and (post := self._by_id.get(query.get("id", ""))):
            return json_response({"ok": 1, "data": {"ok": 1, "longTextContent": weibo_html(post.text)}}, [post])
        if path != _LIST:
            return None
        posts = self._reposts.get(query.get("id", ""))
        return _list(posts, page_number(query)) if posts else json_response(_NOBODY)

    def login_wanted(self) -> Response:
        return json_response(LOGIN)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="weibo_reposts", query=root, base_url=url) for root in sorted(self._reposts)]


def _list(posts: Sequence[Post], page: int) -> Response:
    several = len(posts) > PAGE
    pages = -(-len(posts) // PAGE) + several
    place = page - 1 if several and page > _EMPTY_PAGE else page
    shown = [] if several and page == _EMPTY_PAGE else posts[(place - 1) * PAGE : place * PAGE]
    entries = [_entry(post) for post in shown]
    return json_response(
        {"ok": 1, "data": {"data": entries, "total_number": len(posts), "hot_data": [], "max": pages}}, shown
    )


def _entry(post: Post) -> dict[str, Any]:
    message = mblog(post)
    if int(post.native_id) % 2:
        del message["retweeted_status"]
    return message


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these reposts."""
    return _Wire(posts)


def _carried(post: Post, number: int) -> Post:
    """Return a post of any source as a repost; every twenty-three are of one message."""
    return adopted_message(post, number, "weibo_reposts", root=str(_ROOTS + number // 23))


carried = each(_carried)
