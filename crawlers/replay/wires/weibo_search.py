"""Weibo's mobile search: cards of JSON, ten a page, newest first.

`GET /api/container/getIndex?containerid=100103type=1&q=…&page_type=searchall&page=N`, with `q` inside the container id
or beside it. A page holds what the real ones mix in: an advertisement, a card without a post, cards in groups. A long
text is cut there; `GET /statuses/extend?id=…` gives the whole. A search without words, or for `*`, finds everything,
which the real one does not do.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from crawlers.formats import weibo_id
from crawlers.post import Post
from crawlers.replay.errors import SourceError
from crawlers.replay.markup import weibo_html
from crawlers.replay.mblog import mblog
from crawlers.replay.wires import Response, json_response, page_number

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["PAGE", "moved_id", "wire"]

PAGE = 10
_LIST, _WHOLE = "/api/container/getIndex", "/statuses/extend"
_SEARCH = re.compile(r"100103type=\d+&q=(?P<words>.*?)(&t=.*)?", re.DOTALL)
_EMPTY = {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}
_LOGIN = {"ok": -100, "url": "https://passport.weibo.com/sso/signin?entry=wapsso", "msg": "请先登录"}
_DAY = 86_400


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        for post in posts:
            if not (post.native_id.isascii() and post.native_id.isdecimal()):
                raise SourceError(f"post {post.id}: native_id: must be a number, as Weibo's are: mend or leave it out")
        self._posts = sorted(posts, key=lambda post: (post.published_at, int(post.native_id)), reverse=True)
        self._by_id = {post.id: post for post in posts}
        self._by_native_id = {post.native_id: post for post in posts}
        self._found = lru_cache(maxsize=16)(self._find)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path == _LIST:
            return self._list(query)
        return self._whole(query.get("id", "")) if path == _WHOLE else None

    def login_wanted(self) -> Response:
        return json_response(_LOGIN)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="weibo_search", query="*", base_url=url)] if self._posts else []

    def _list(self, query: Mapping[str, str]) -> Response:
        container = query.get("containerid", "")
        search = _SEARCH.fullmatch(f"{container}&q={query['q']}" if "q" in query else container)
        found = self._found(search["words"]) if search else []
        page = page_number(query)
        shown = [self._posts[place] for place in found[(page - 1) * PAGE : page * PAGE]]
        if not shown:
            return json_response(_EMPTY)
        roots = [self._by_id[post.root_id] for post in shown if post.root_id in self._by_id]
        return json_response(self._page(page, len(found), shown), [*shown, *roots])

    def _whole(self, native_id: str) -> Response:
        post = self._by_native_id.get(native_id)
        if post is None:
            return json_response({"ok": 0, "msg": "微博不存在或暂无查看权限!"})
        return json_response({"ok": 1, "data": {"ok": 1, "longTextContent": weibo_html(post.text)}}, [post])

    def _find(self, words: str) -> list[int]:
        """Return the places of the posts that hold all words, in themselves or in what they repost."""
        wanted = words.lower().replace("*", " ").split()
        return [place for place, post in enumerate(self._posts) if self._holds(post, wanted)]

    def _holds(self, post: Post, wanted: Sequence[str]) -> bool:
        if not wanted:
            return True
        root = self._by_id.get(post.root_id or "")
        text = f"{post.text}\n{root.text if root else ''}".lower()
        return all(word in text for word in wanted)

    def _page(self, page: int, total: int, shown: Sequence[Post]) -> dict[str, Any]:
        cards: list[dict[str, Any]] = [
            {
                "card_type": 9,
                "itemid": f"seqid:{post.native_id}",
                "scheme": f"https://m.weibo.cn/status/{post.native_id}",
                "mblog": mblog(post, self._by_id.get(post.root_id or "")),
            }
            for post in shown
        ]
        if page % 3 == 2:
            half = (len(cards) + 1) // 2
            cards = [{"card_type": 11, "card_group": part} for part in (cards[:half], cards[half:]) if part]
        if page == 1:
            cards.insert(0, {"card_type": 11, "card_group": [{"card_type": 4, "desc": "相关搜索"}]})
        if page % 5 == 0:
            cards.append({"card_type": 89, "itemid": "", "title": "广告"})
        return {"ok": 1, "data": {"cardlistInfo": {"page": page + 1, "total": total}, "cards": cards}}


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these posts of Weibo's."""
    return _Wire(posts)


def moved_id(native_id: str, published_at: datetime | None, seconds: int) -> str:
    """Return the id with its time moved; where it did not carry the post's time (before 2011), it does now."""
    if not native_id.isdecimal():
        return native_id
    mid = int(native_id)
    if published_at is not None and abs(published_at.timestamp() - weibo_id.seconds_of(mid)) > _DAY:
        return str(weibo_id.mid_at(published_at + timedelta(seconds=seconds), mid))
    return str(weibo_id.moved(mid, seconds))
