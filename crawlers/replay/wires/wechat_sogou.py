"""Sogou's search of articles: `GET /weixin?type=2&query=…&page=N`, ten a page, ten pages at the most.

A word finds the articles that hold it, `*` every one, which the real one does not do. Words that were looked for are
marked; half of the entries are in the older layout; addresses are temporary ones.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from crawlers.formats.wechat_article import article_id
from crawlers.post import Author, Kind, Post
from crawlers.replay.carrying import distinct, on_one_line, showing, unix
from crawlers.replay.found import Search
from crawlers.replay.wires import Response, page_number

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_PATH = "/weixin"
_PAGE, _MOST_PAGES = 10, 10
_ALL = "*"
_HOST = "https://weixin.sogou.com"
_LOGIN = "<html><body><div>您的访问过于频繁，请登录或输入验证码</div></body></html>"


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._search = Search(posts)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path != _PATH or query.get("type") != "2" or not self._search.posts:
            return None
        said = query.get("query", "")
        found, words = self._search.find(said), said.replace(_ALL, " ").split()
        page = min(_MOST_PAGES, page_number(query))
        shown = found[(page - 1) * _PAGE : page * _PAGE]
        items = "".join(_item(post, number, words) for number, post in enumerate(shown))
        onward = '<a id="sogou_next" href="#">下一页</a>' if page * _PAGE < len(found) else ""
        none = (
            ""
            if shown
            else f'<div class="no-results">没有找到相关的微信公众号文章 {escape(query.get("query", ""))}</div>'
        )
        body = f'<div class="news-box"><ul class="news-list">{items}</ul></div><div class="p-fy">{onward}</div>{none}'
        return _page(
            f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{body}</body></html><!--zly-->", shown
        )

    def login_wanted(self) -> Response:
        return _page(_LOGIN)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="wechat_sogou", query=_ALL, base_url=url)] if self._search.posts else []


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these articles."""
    return _Wire(posts)


def carried(posts: Sequence[Post]) -> list[Post]:
    """Return the newest posts as articles, as many as a search can show; one account says a thing once a second."""
    ordered = sorted(map(_carried, posts), key=lambda post: post.published_at, reverse=True)
    return distinct(ordered)[: _PAGE * _MOST_PAGES]


def _carried(post: Post) -> Post:
    name = post.author.name if post.author and post.author.name else "某公众号"
    title = on_one_line(post.title or post.text[:30])
    id = article_id("", name, title, post.published_at)
    shown = showing(
        replace(post, platform="wechat", feed="wechat_sogou", kind=Kind.ARTICLE, native_id=id, query=_ALL),
    )
    author = Author(id=name, name=name, verified=True)
    return replace(shown, url=f"{_HOST}/link?url={id}&type=2", site=name, title=title, author=author)


def _item(post: Post, number: int, words: Sequence[str]) -> str:
    name = escape(post.site or "")
    address = escape(post.url.removeprefix(_HOST))
    time = f"<script>document.write(timeConvert('{unix(post.published_at)}'))</script>"
    account = f'<a class="account" href="#" data-isv="1" data-headimage="">{name}</a>'
    return (
        f'<li id="sogou_vr_11002601_box_{number}" d="x"><div class="txt-box"><h3><a target="_blank" href="{address}">'
        f'{_marked(post.title or "", words)}</a></h3><p class="txt-info">{_marked(post.text, words)}</p>'
        f'<div class="s-p" t="{unix(post.published_at)}">{account}<span class="s2">{time}</span></div></div></li>'
    )


def _marked(text: str, words: Sequence[str]) -> str:
    text = escape(text)
    for word in words:
        shown = re.escape(escape(word))
        text = re.sub(f"({shown})", r"<em><!--red_beg-->\1<!--red_end--></em>", text, flags=re.IGNORECASE)
    return text


def _page(body: str, posts: Sequence[Post] = ()) -> Response:
    return Response(body=body.encode("utf-8", "replace"), content_type="text/html; charset=utf-8", posts=posts)
