"""Posts → the cards of s.weibo.com's HTML, with its words for counts, its icons and its folded texts."""

from datetime import datetime
from html import escape

from config.settings import DAY_ZONE
from crawlers.formats.weibo_id import to_base62
from crawlers.post import Post
from crawlers.replay.markup import weibo_html
from crawlers.replay.mblog import shown

__all__ = ["page"]

_LONG, _SHOWN = 140, 120
_ICONS = {True: "woo_svg_vblue", False: "woo_svg_vyellow"}
"""By whether the account is an organisation's."""
_FOLD = '<a href="javascript:void(0);" action-type="fl_{}">{}<i class="wbicon">{}</i></a>'


def page(posts: list[tuple[Post, Post | None]], *, number: int, pages: int) -> bytes:
    """Return page `number` of `pages`: messages, each with the one that it quotes."""
    cards = "".join(_card(post, root) for post, root in posts)
    people = '<div class="card-wrap"><div class="card card-user-b">相关用户</div></div>'
    nothing = '<div class="card-wrap"><div class="card card-no-result"><p>抱歉，未找到相关结果。</p></div></div>'
    listed = "".join(f'<li><a href="/weibo?page={one}">第{one}页</a></li>' for one in range(1, pages + 1))
    following = f'<a href="/weibo?page={number + 1}" class="next">下一页</a>' if number < pages else ""
    following += f'<ul class="s-scroll">{listed}</ul>' if pages > 1 else ""
    return (
        '<!doctype html>\n<html>\n<head><meta charset="utf-8"><title>微博搜索</title></head>\n<body class="wbs-feed">'
        f'<div id="pl_feedlist_index">{people if posts else nothing}{cards}<div class="m-page">{following}</div></div>'
        "</body>\n</html>\n"
    ).encode("utf-8", "replace")


def _card(post: Post, root: Post | None) -> str:
    counts = post.engagement
    top = '<div class="card-top"><h4 class="title">热门</h4></div>' if int(post.native_id) % 7 == 0 else ""
    actions = "".join(
        f'<li><a action-type="feed_list_{name}" href="javascript:void(0);">{_counted(count, word)}</a></li>'
        for name, count, word in (("forward", counts.reposts, "转发"), ("comment", counts.comments, "评论"))
    )
    likes = f'<span class="woo-like-count">{_counted(counts.likes, "赞")}</span>'
    like = f'<li><a action-type="feed_list_like">{likes}</a></li>'
    quoted = f'<div class="card-comment"><div class="con">{_message(root, quoted=True)}</div></div>' if root else ""
    return (
        f'<div class="card-wrap" action-type="feed_list_item" mid="{post.native_id}"><div class="card">{top}'
        f'<div class="card-feed"><div class="content">{_message(post)}{quoted}</div></div>'
        f'<div class="card-act"><ul>{actions}{like}</ul></div></div></div>\n'
    )


def _message(post: Post, *, quoted: bool = False) -> str:
    author = post.author
    where = f"//weibo.com/{author.id if author else 0}"
    name = escape(author.name or "") if author else ""
    sign = f'<svg id="{_ICONS[bool(author.organisation)]}"></svg>' if author and author.verified else ""
    who = f'<a href="{where}?refer_flag=1" class="name" nick-name="{name}">{"@" if quoted else ""}{name}</a>{sign}'
    counts = post.engagement
    acts = (
        f'<ul class="act s-fr"><li><a>{_counted(counts.reposts, "转发")}</a></li><li><a>'
        f'{_counted(counts.comments, "评论")}</a></li><li><a action-type="feed_list_like" '
        f'action-data="mid={post.native_id}"><em>{_counted(counts.likes, "赞")}</em></a></li></ul>'
    )
    region = f" 发布于 {escape(post.region)}" if post.region else ""
    told = (
        f'<div class="from"><a href="{where}/{to_base62(int(post.native_id))}?refer_flag=1">{_when(post.published_at)}'
        f"</a> 来自 <a>微博网页版</a>{region}</div>"
    )
    return f'<div class="info">{who if author else ""}</div>{told}{_text(post)}{acts if quoted else ""}'


def _text(post: Post) -> str:
    whole = weibo_html(post.text)
    if len(post.text) <= _LONG:
        return f'<p class="txt" node-type="feed_list_content">\n {whole}</p>'
    start = weibo_html(post.text[:_SHOWN])
    return (
        f'<p class="txt" node-type="feed_list_content">{start}...{_FOLD.format("unfold", "展开", "c")}</p>'
        f'<p class="txt" node-type="feed_list_content_full" style="display: none">{whole}'
        f"{_FOLD.format('fold', '收起', 'd')}</p>"
    )


def _when(moment: datetime) -> str:
    here = moment.astimezone(DAY_ZONE)
    return f"{here.year}年{here.month:02}月{here.day:02}日 {here:%H:%M}"


def _counted(count: int | None, word: str) -> str:
    return f"{word} {shown(count)}" if count else word
