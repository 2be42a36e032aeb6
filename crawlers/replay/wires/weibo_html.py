"""Weibo's search for the desktop, as HTML: ten posts a page, fifty pages at the most.

`GET /weibo?q=…&page=N`, with `timescope=custom:2026-11-01-0:2026-11-02-0` (whole hours) and `region=custom:44:1000` (of
the author) for a part. Posts are marked as hot now and then, and accounts stand among the results. A search without
words, or for `*`, finds everything, which the real one does not do.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from config.settings import DAY_ZONE
from crawlers.formats.weibo_regions import code_of
from crawlers.post import Engagement, Post
from crawlers.replay.found import Search, each
from crawlers.replay.people import shown_count
from crawlers.replay.weibo_page import page
from crawlers.replay.weibo_posts import adopted_message, check_ids
from crawlers.replay.wires import Response, page_number
from crawlers.replay.wires.weibo_search import moved_id

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["PAGE", "carried", "moved_id", "wire"]

PAGE, _MOST_PAGES = 10, 50
_TIMESCOPE = re.compile(r"custom:(\d{4}-\d\d-\d\d)-(\d{1,2}):(\d{4}-\d\d-\d\d)-(\d{1,2})")
_REGION = re.compile(r"custom:(\d+):1000")
_HTML = "text/html; charset=utf-8"
_LOGIN = '<!DOCTYPE html><html><body><a href="https://passport.weibo.com/">请先登录</a></body></html>'


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        check_ids(posts)
        self._by_id = {post.id: post for post in posts}
        self._search = Search(posts)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path != "/weibo":
            return None
        number = page_number(query)
        found = _of_region(self._search.within(query.get("q", ""), *_times(query)), query)[: _MOST_PAGES * PAGE]
        shown = [(post, self._by_id.get(post.root_id or "")) for post in found[(number - 1) * PAGE : number * PAGE]]
        posts = [post for pair in shown for post in pair if post]
        body = page(shown, number=number, pages=-(-len(found) // PAGE))
        return Response(body=body, content_type=_HTML, posts=posts)

    def login_wanted(self) -> Response:
        return Response(body=_LOGIN.encode(), content_type=_HTML)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="weibo_html", query="*", base_url=url)] if self._by_id else []


def _times(query: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    match = _TIMESCOPE.fullmatch(query.get("timescope", ""))
    if not match:
        return None, None
    start, end = (
        datetime.fromisoformat(day).replace(tzinfo=DAY_ZONE) + timedelta(hours=int(hour))
        for day, hour in (match.group(1, 2), match.group(3, 4))
    )
    return start, end


def _of_region(posts: Sequence[Post], query: Mapping[str, str]) -> Sequence[Post]:
    match = _REGION.fullmatch(query.get("region", ""))
    return [post for post in posts if code_of(post.region) == match[1]] if match else posts


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these posts as pages of s.weibo.com."""
    return _Wire(posts)


def _carried(post: Post, number: int) -> Post:
    """Return a post of any source as a message that such a page can show: counts in 万, and none of followers."""
    message = adopted_message(post, number, "weibo_html")
    author = replace(message.author, followers=None) if message.author else None
    counts = {name: shown_count(getattr(message.engagement, name) or 0) for name in ("reposts", "comments", "likes")}
    return replace(message, author=author, region=post.region, engagement=Engagement(**counts))


carried = each(_carried)
