"""The comments on messages of Weibo: ten a page until `max_id` is 0, the replies to one on pages of their own.

`GET /comments/hotflow?id={mid}&max_id=…` and `/comments/hotFlowChild?cid={id}&max_id=…`. Two replies stand with their
comment; a comment without any has `false` there.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crawlers.post import Post
from crawlers.replay.found import Threads, each, number, stated
from crawlers.replay.markup import weibo_html
from crawlers.replay.mblog import told, user
from crawlers.replay.weibo_posts import LOGIN, adopted_comment, check_ids
from crawlers.replay.wires import Response, json_response
from crawlers.replay.wires.weibo_search import moved_id

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["PAGE", "carried", "moved_id", "wire"]

PAGE = 10
_FLOW, _REPLIES = "/comments/hotflow", "/comments/hotFlowChild"
_INLINE = 2
_NOBODY = {"ok": 0, "msg": "快来发表你的评论吧"}
_ROOTS = 5_000_000_000_000_000


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        check_ids(posts)
        self._threads = Threads(posts)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        at = number(query, "max_id")
        if path == _FLOW:
            return self._flow(query.get("id", ""), at)
        return self._replies(query.get("cid", ""), at) if path == _REPLIES else None

    def login_wanted(self) -> Response:
        return json_response(LOGIN)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="weibo_comments", query=root, base_url=url) for root in self._threads.roots]

    def _flow(self, root: str, at: int) -> Response:
        tops = self._threads.tops(root)
        if not tops:
            return json_response(_NOBODY)
        shown = tops[at : at + PAGE]
        below = {post.native_id: self._threads.replies(root, post.native_id) for post in shown}
        entries = [_with_replies(post, below[post.native_id]) for post in shown]
        following = at + PAGE if at + PAGE < len(tops) else 0
        data = {"data": entries, "total_number": len(tops), "max_id": following, "max_id_type": 0}
        inline = [reply for replies in below.values() for reply in replies[:_INLINE]]
        return json_response({"ok": 1, "data": data}, [*shown, *inline])

    def _replies(self, top: str, at: int) -> Response:
        replies = self._threads.replies(self._threads.root_with(top) or "", top)
        shown = replies[at : at + PAGE]
        following = at + PAGE if at + PAGE < len(replies) else 0
        entries = [_comment(post, top) for post in shown]
        return json_response({"ok": 1, "data": entries, "max_id": str(following), "max_id_type": 1}, shown)


def _with_replies(post: Post, replies: Sequence[Post]) -> dict[str, Any]:
    inline = [_comment(reply, post.native_id) for reply in replies[:_INLINE]]
    return {**_comment(post, post.native_id), "comments": inline or False, "total_number": _total(post, replies)}


def _total(post: Post, replies: Sequence[Post]) -> int:
    """Return how many replies the comment says it has, which is no fewer than there are."""
    return post.engagement.comments if post.engagement.comments is not None else len(replies)


def _comment(post: Post, top: str) -> dict[str, Any]:
    return {
        "created_at": told(post.published_at),
        "id": post.native_id,
        "rootid": top,
        "text": weibo_html(post.text),
        "user": user(post),
        "comments": False,
        "max_id": 0,
        "like_count": post.engagement.likes,
        "source": f"来自{post.region}" if post.region else "",
        **stated(
            total_number=post.engagement.comments,
            reply_id=int(post.parent_id) if post.parent_id and post.parent_id not in _above(post) else None,
        ),
    }


def _above(post: Post) -> tuple[str, ...]:
    return ((post.root_id or "").rpartition(":")[2],)


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these comments."""
    return _Wire(posts)


def _carried(post: Post, number: int) -> Post:
    """Return a post of any source as a comment; every twenty-three are on one message."""
    return adopted_comment(post, number, "weibo_comments", str(_ROOTS + number // 23))


carried = each(_carried)
