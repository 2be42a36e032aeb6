"""Accounts' posts on Weibo: ten a page, the page after this one named by `since_id`.

`GET /api/container/getIndex?containerid=107603{uid}&since_id=…`. On top of the first page stands the oldest post,
pinned; the second page is empty and names a third, as the real one does when a page's posts are not for everybody.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crawlers.post import Post
from crawlers.replay.found import Search, each, number
from crawlers.replay.markup import weibo_html
from crawlers.replay.mblog import mblog
from crawlers.replay.people import nobodys_id
from crawlers.replay.weibo_posts import LOGIN, adopted_message, check_ids
from crawlers.replay.wires import Response, json_response
from crawlers.replay.wires.weibo_search import moved_id

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["PAGE", "carried", "moved_id", "wire"]

PAGE = 10
_LIST, _WHOLE = "/api/container/getIndex", "/statuses/extend"
_CONTAINER = "107603"
_END = {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}
_EMPTY_PAGE = 2
_POSTS_EACH = 23


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        check_ids(posts)
        by_account: dict[str, list[Post]] = defaultdict(list)
        for post in posts:
            by_account[post.author.id if post.author else ""].append(post)
        self._accounts = {id: Search(found).posts for id, found in by_account.items()}
        self._by_id = {post.native_id: post for post in posts}

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        container = query.get("containerid", "")
        if path == _WHOLE and (post := self._by_id.get(query.get("id", ""))):
            return json_response({"ok": 1, "data": {"ok": 1, "longTextContent": weibo_html(post.text)}}, [post])
        if path != _LIST or not container.startswith(_CONTAINER):
            return None
        posts = self._accounts.get(container.removeprefix(_CONTAINER))
        return self._list(posts, number(query, "since_id")) if posts else json_response(_END)

    def login_wanted(self) -> Response:
        return json_response(LOGIN)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="weibo_profile", query=id, base_url=url) for id in sorted(self._accounts)]

    def _list(self, posts: Sequence[Post], page: int) -> Response:
        page = max(1, page)
        place = page if page < _EMPTY_PAGE else page - 1
        shown = [] if page == _EMPTY_PAGE else posts[(place - 1) * PAGE : place * PAGE]
        more = page == 1 or place * PAGE < len(posts)
        if not shown and page != _EMPTY_PAGE:
            return json_response(_END)
        cards = [_card(mblog(post)) for post in shown]
        if page == 1:
            cards.insert(0, _card({**mblog(posts[-1]), "isTop": True, "title": {"text": "置顶"}}))
            cards.insert(1, {"card_type": 58, "title": "全部微博"})
        about: dict[str, Any] = {"total": len(posts)} | ({"since_id": page + 1} if more else {})
        return json_response({"ok": 1, "data": {"cardlistInfo": about, "cards": cards}}, [*shown, posts[-1]])


def _card(message: dict[str, Any]) -> dict[str, Any]:
    return {"card_type": 9, "scheme": f"https://m.weibo.cn/status/{message['id']}", "mblog": message}


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these posts of accounts."""
    return _Wire(posts)


def _carried(post: Post, number: int) -> Post:
    """Return a post of any source as a message in an account's list; every twenty-three are one account's."""
    message, account = adopted_message(post, number, "weibo_profile"), nobodys_id(number // _POSTS_EACH)
    page = f"https://m.weibo.cn/u/{account}"
    return replace(message, author=message.author and replace(message.author, id=account, url=page))


carried = each(_carried)
