"""A Discuz! X3.4 board in GBK: `/discuz/forum.php?mod=forumdisplay&fid=2&page=N` and `?mod=viewthread&tid=…&page=N`.

Twenty threads a page, the last answered first, below one that is pinned; ten posts a page. It says gb2312; some times
stand in a title beside vague words. Letters beyond GBK are written as numbers, as browsers send them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from config.settings import DAY_ZONE
from crawlers.post import Engagement, Kind, Post
from crawlers.reading.hashtags import hashtags
from crawlers.replay.carrying import conversations, number_of, showing
from crawlers.replay.wires import Response, page_number

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_PATH = "/discuz/forum.php"
_ROOT = "https://discuz.replay.example/discuz"
_SITE = _ROOT.partition("://")[2]
_THREADS, _POSTS = 20, 10
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_HEAD = (
    '<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312" />'
    '<meta name="generator" content="Discuz! X3.4" /><title>论坛 - 鎔喆</title></head><body>'
)
_PINNED = (
    '<tbody id="stickthread_1"><tr><th class="common"><a href="forum.php?mod=viewthread&amp;tid=1" class="s xst">'
    '版规</a></th><td class="by"><cite>管理员</cite><em><span>2012-1-1</span></em></td><td class="by"><em>'
    "<a>2012-1-1 08:00</a></em></td></tr></tbody>"
)
_CLOSED = '<div id="messagetext" class="alert_error"><p>抱歉，您尚未登录，没有权限访问该版块</p></div>'
_GONE = '<div id="messagetext" class="alert_error"><p>抱歉，指定的主题不存在或已被删除或正在被审核</p></div>'


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        found = [(opener, sorted(below, key=_order)) for opener, below in conversations(posts)]
        self._threads = sorted(found, key=lambda one: _order(max([one[0], *one[1]], key=_order)), reverse=True)
        self._by_tid = {_number(opener): (opener, below) for opener, below in self._threads}

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path != _PATH or not self._threads:
            return None
        page = page_number(query)
        if query.get("mod") == "viewthread":
            return self._thread(query.get("tid", ""), page)
        return self._list(page) if query.get("mod") == "forumdisplay" else None

    def login_wanted(self) -> Response:
        return _page(_CLOSED)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        query = f"{_ROOT}/forum.php?mod=forumdisplay&fid=2"
        return [Target(feed="discuz", query=query, base_url=f"{url}/discuz")] if self._threads else []

    def _list(self, page: int) -> Response:
        part = self._threads[(page - 1) * _THREADS : page * _THREADS]
        rows = "".join(_row(opener, [opener, *below][-1]) for opener, below in part)
        onward = '<a class="nxt" href="#">下一页</a>' if page * _THREADS < len(self._threads) else ""
        table = f'<div id="threadlist"><table summary="forum_2">{_PINNED}{rows}</table></div>'
        return _page(f'{table}<div class="pg"><strong>{page}</strong>{onward}</div>', [opener for opener, _ in part])

    def _thread(self, tid: str, page: int) -> Response:
        if tid not in self._by_tid:
            return _page(_GONE)
        opener, below = self._by_tid[tid]
        entries = [opener, *below]
        part = entries[(page - 1) * _POSTS : page * _POSTS]
        pages = -(-len(entries) // _POSTS)
        counts = opener.engagement
        head = (
            f'<div class="pg"><label><span title="共 {pages} 页"> / {pages} 页</span></label></div>'
            f'<div class="hm ptn"><span class="xg1">查看:</span> <span class="xi1">{counts.views}</span>'
            f'<span class="xg1">回复:</span> <span class="xi1">{counts.comments}</span></div>'
            f'<h1 class="ts"><span id="thread_subject">{escape(opener.title or "")}</span></h1>'
        )
        return _page(f'<div id="postlist">{head}{"".join(map(_post, part))}</div>', part)


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these threads of one forum."""
    return _Wire(posts)


def carried(posts: Sequence[Post]) -> list[Post]:
    """Return the conversations as threads of one forum."""
    held = []
    for opener, comments in conversations(posts):
        tid = number_of(opener.id, 8)
        first = _carried(opener, Kind.POST, f"{_SITE}/thread/{tid}", f"{_ROOT}/forum.php?mod=viewthread&tid={tid}")
        counts = Engagement(views=opener.engagement.views, comments=len(comments))
        first = replace(first, title=opener.title, engagement=counts)
        held.append(first)
        for one in comments:
            pid = number_of(one.id, 9)
            url = f"{_ROOT}/forum.php?mod=redirect&goto=findpost&ptid={tid}&pid={pid}"
            answer = _carried(one, Kind.COMMENT, f"{_SITE}/post/{pid}", url)
            held.append(replace(answer, parent_id=first.native_id, root_id=first.id))
    return held


def _carried(post: Post, kind: Kind, id: str, url: str) -> Post:
    shown = showing(replace(post, platform="forum", feed="discuz", kind=kind, native_id=id, url=url))
    uid = number_of(shown.author.id, 7) if shown.author else 0
    page = f"{_ROOT}/home.php?mod=space&uid={uid}"
    author = shown.author and replace(shown.author, id=f"{_SITE}/user/{uid}", url=page)
    return replace(shown, site=_SITE, author=author, tags=hashtags(post.text))


def _page(body: str, posts: Sequence[Post] = ()) -> Response:
    html = f"{_HEAD}{body}</body></html>"
    return Response(body=html.encode("gbk", "xmlcharrefreplace"), content_type="text/html; charset=gb2312", posts=posts)


def _row(opener: Post, last: Post) -> str:
    tid = _number(opener)
    return (
        f'<tbody id="normalthread_{tid}"><tr><th class="new"><a href="forum.php?mod=viewthread&amp;tid={tid}&amp;'
        f'extra=page%3D1" class="s xst">{escape(opener.title or "")}</a></th><td class="by"><cite>作者</cite>'
        f'<em>{_shown(opener)}</em></td><td class="num"><a class="xi2">1</a><em>2</em></td>'
        f'<td class="by"><cite>某人</cite><em><a href="#">{_shown(last)}</a></em></td></tr></tbody>'
    )


def _post(post: Post) -> str:
    pid = _number(post)
    author = post.author
    address = author.url.removeprefix(f"{_ROOT}/") if author and author.url else ""
    who = f'<a href="{escape(address)}" class="xw1">{escape(author.name or "")}</a>' if author else "匿名"
    text = _LINE_END.sub("<br />\n", escape(post.text))
    return (
        f'<div id="post_{pid}"><table id="pid{pid}"><tr><td class="pls"><div class="pi"><div class="authi">{who}</div>'
        f'</div></td><td class="plc"><div class="authi"><em id="authorposton{pid}">发表于 {_shown(post)}</em></div>'
        f'<table><tr><td class="t_f" id="postmessage_{pid}">{text}</td></tr></table></td></tr></table></div>'
    )


def _shown(post: Post) -> str:
    here = post.published_at.astimezone(DAY_ZONE)
    exact = f"{here.year}-{here.month}-{here.day} {here:%H:%M:%S}"
    return f'<span title="{exact}">{here.month}&nbsp;月前</span>' if here.second % 2 else exact


def _order(post: Post) -> tuple[float, str]:
    return post.published_at.timestamp(), post.native_id


def _number(post: Post) -> str:
    return post.native_id.rpartition("/")[2]
