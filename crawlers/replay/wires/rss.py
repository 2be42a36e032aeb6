"""News feeds: one for each address that the posts were found by (`Post.query`), or else for each site.

A feed stands at `/feeds/{name}.xml` (RSS 2.0), `.atom` (Atom) and `.json` (JSON Feed 1.1), and, for crawls of its own
address through a mirror, at whatever lies below `/feeds/{name}/`, in the format that the path ends with. It holds all
its entries, the newest first; `/feeds/all.…` holds those of every feed. Those who have an unchanged feed get a 304.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from crawlers.post import Post
from crawlers.replay.news import atom, json_feed, rss
from crawlers.replay.wires import Response

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["wire"]

_PATH = re.compile(r"/feeds/(?P<name>[\w.-]+?)(?:/.*?)?(?P<form>\.(?:xml|atom|json))?")
_FORMS: dict[str, tuple[str, Callable[[str, Sequence[Post]], bytes]]] = {
    ".xml": ("application/rss+xml; charset=utf-8", rss),
    ".atom": ("application/atom+xml; charset=utf-8", atom),
    ".json": ("application/feed+json; charset=utf-8", json_feed),
}
_ALL = "all"
_ADDRESS = re.compile(r"https?://.", re.IGNORECASE)


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._posts = sorted(posts, key=lambda post: (post.published_at, post.native_id), reverse=True)
        self._feeds: dict[str, list[Post]] = {}
        for post in self._posts:
            self._feeds.setdefault(_address(post), []).append(post)
        self._named = {_name(address): found for address, found in self._feeds.items()} | {_ALL: self._posts}
        self._page = cache(self._written)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        match = _PATH.fullmatch(path)
        if match is None or match["name"] not in self._named:
            return None
        return self._page(match["name"], match["form"] or ".xml")

    def login_wanted(self) -> None:
        return None

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [
            Target(feed="rss", query=address, base_url=f"{url}/feeds/{quote(_name(address))}")
            for address in sorted(self._feeds)
        ]

    def _written(self, name: str, form: str) -> Response:
        posts = self._named[name]
        content_type, write = _FORMS[form]
        modified = posts[0].published_at if posts else None
        return Response(body=write(name, posts), content_type=content_type, posts=posts, modified=modified)


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these articles."""
    return _Wire(posts)


def _address(post: Post) -> str:
    return post.query if _ADDRESS.match(post.query) else f"https://{post.site or 'news.replay.example'}/feed.xml"


def _name(address: str) -> str:
    """Return the feed's name below /feeds/: its address without scheme, ending and odd characters."""
    readable = re.sub(r"[^\w.]+", "-", re.sub(r"^https?://|\.(?:xml|atom|json|rss)$", "", address, flags=re.IGNORECASE))
    return readable.strip("-.") or "feed"
