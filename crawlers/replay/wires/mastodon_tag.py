"""A Mastodon instance's timelines of tags: `GET /api/v1/timelines/tag/{tag}?limit=…&max_id=…`, newest first.

A tag finds the posts that have it, `all` every post, which the real one does not do. The Link header names the next
page, as long as a page has posts: the last one is empty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crawlers.post import Kind, Post
from crawlers.replay.carrying import number_of, showing, unix
from crawlers.replay.markup import html_of
from crawlers.replay.wires import Response, json_response

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_HOST = "mastodon.replay.example"
_PATH = "/api/v1/timelines/tag/"
_PAGE = 40
_ALL = "all"


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._posts = sorted(posts, key=_number, reverse=True)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if not path.startswith(_PATH) or not self._posts:
            return None
        tag, before = path.removeprefix(_PATH), query.get("max_id", "")
        limit = min(_PAGE, int(query.get("limit", "20")))
        found = [post for post in self._posts if tag in (_ALL, *post.tags)]
        if before.isdecimal():
            found = [post for post in found if _number(post) < int(before)]
        page = found[:limit]
        response = json_response([_status(post) for post in page], page)
        if not page:
            return response
        host = page[0].native_id.partition("/")[0]
        link = f"https://{host}{_PATH}{tag}?limit={limit}&{{}}={{}}"
        older, newer = link.format("max_id", _number(page[-1])), link.format("min_id", _number(page[0]))
        return replace(response, headers={"Link": f'<{older}>; rel="next", <{newer}>; rel="prev"'})

    def login_wanted(self) -> Response:
        return json_response({"error": "This method requires an authenticated user"}, status=401)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        host = self._posts[0].native_id.partition("/")[0] if self._posts else ""
        return [Target(feed="mastodon_tag", query=f"{_ALL}@{host}", base_url=url)] if self._posts else []


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these posts of one instance."""
    return _Wire(posts)


def carried(posts: Sequence[Post]) -> list[Post]:
    """Return the posts as an instance shows them; reposts and comments are posts of their own."""
    return [_carried(post) for post in posts]


def _carried(post: Post) -> Post:
    number = (unix(post.published_at) * 1000 << 16) + number_of(post.id, 7)
    name = f"user{number_of(post.author.id, 6)}" if post.author else ""
    shown = showing(
        replace(post, platform="mastodon", feed="mastodon_tag", kind=Kind.POST, native_id=f"{_HOST}/{number}"),
        counts=("reposts", "comments", "likes"),
        fields=("tags", "language", "title"),
        author=("followers",),
    )
    author = shown.author and replace(shown.author, id=f"{name}@{_HOST}", url=f"https://{_HOST}/@{name}")
    return replace(shown, site=_HOST, url=f"https://{_HOST}/@{name}/{number}", author=author, query=f"{_ALL}@{_HOST}")


def _number(post: Post) -> int:
    return int(post.native_id.rpartition("/")[2])


def _status(post: Post) -> dict[str, Any]:
    counts, author = post.engagement, post.author
    host = post.native_id.partition("/")[0]
    acct = author.id.removesuffix(f"@{host}") if author else ""
    return {
        "id": post.native_id.rpartition("/")[2],
        "created_at": _iso(post.published_at),
        "in_reply_to_id": None,
        "sensitive": bool(post.title),
        "spoiler_text": post.title or "",
        "visibility": "public",
        "language": post.language,
        "uri": f"https://{host}/users/{acct}/statuses/{_number(post)}",
        "url": post.url,
        "replies_count": counts.comments,
        "reblogs_count": counts.reposts,
        "favourites_count": counts.likes,
        "edited_at": _iso(post.edited_at) if post.edited_at else None,
        "content": f"<p>{html_of(post.text)}</p>",
        "reblog": None,
        "media_attachments": [],
        "tags": [{"name": tag, "url": f"https://{host}/tags/{tag}"} for tag in post.tags],
        "account": author
        and {
            "id": str(number_of(author.id, 17)),
            "username": acct.partition("@")[0],
            "acct": acct,
            "display_name": author.name or "",
            "url": author.url,
            "note": "",
            "followers_count": author.followers,
            "fields": [],
        },
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
