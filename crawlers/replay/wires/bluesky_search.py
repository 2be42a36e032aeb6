"""Bluesky's search: `GET /xrpc/app.bsky.feed.searchPosts?q=…&limit=…&cursor=…`, newest first.

A word finds the posts that hold it, `*` every post, which the real one does not do. Every second page is shorter than
what was asked for, as the real one's are where posts were taken out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crawlers.post import Kind, Post
from crawlers.replay.carrying import showing, slug_of, talks
from crawlers.replay.found import Search, moments
from crawlers.replay.wires import Response, json_response

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_PATH = "/xrpc/app.bsky.feed.searchPosts"
_PAGE = 100
_ALL = "*"


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._search = Search(posts)

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path != _PATH or not self._search.posts:
            return None
        found = self._search.within(query.get("q", ""), *moments(query, "since", "until"))
        start = int(query.get("cursor") or 0)
        limit = min(_PAGE, int(query.get("limit", "25")))
        end = start + (limit if start == 0 else max(1, limit - 3))
        page = found[start:end]
        cursor = {"cursor": str(end)} if end < len(found) else {}
        return json_response({"posts": [_view(post) for post in page], "hitsTotal": len(found), **cursor}, page)

    def login_wanted(self) -> Response:
        return json_response({"error": "AuthMissing", "message": "Authentication Required"}, status=401)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="bluesky_search", query=_ALL, base_url=url)] if self._search.posts else []


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these posts of Bluesky's."""
    return _Wire(posts)


def carried(posts: Sequence[Post]) -> list[Post]:
    """Return the posts as Bluesky shows them; a comment answers its conversation's first post."""
    return talks(posts, _carried)


def _carried(post: Post) -> Post:
    did = f"did:plc:{slug_of(post.author.id if post.author else post.id, 24)}"
    rkey = slug_of(post.id, 13)
    shown = showing(
        replace(post, platform="bluesky", feed="bluesky_search", native_id=f"at://{did}/app.bsky.feed.post/{rkey}"),
        counts=("reposts", "comments", "likes", "shares", "favourites"),
        fields=("tags", "language"),
    )
    author = shown.author and replace(shown.author, id=did, url=f"https://bsky.app/profile/{did[8:]}.bsky.social")
    kind = Kind.COMMENT if post.kind is Kind.COMMENT else Kind.POST
    return replace(shown, kind=kind, url=f"https://bsky.app/profile/{did}/post/{rkey}", author=author, query=_ALL)


def _view(post: Post) -> dict[str, Any]:
    counts, author = post.engagement, post.author
    record: dict[str, Any] = {
        "$type": "app.bsky.feed.post",
        "createdAt": _iso(post.published_at),
        "text": post.text,
        "langs": [post.language] if post.language else [],
        "facets": [
            {
                "index": {"byteStart": 0, "byteEnd": 1},
                "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": tag}],
            }
            for tag in post.tags
        ],
    }
    if post.root_id and post.parent_id:
        root = post.root_id.partition(":")[2].partition(":")[2]
        record["reply"] = {"root": {"uri": root, "cid": "b"}, "parent": {"uri": post.parent_id, "cid": "b"}}
    did = post.native_id.removeprefix("at://").partition("/")[0]
    handle = author.url.rpartition("/")[2] if author and author.url else "handle.invalid"
    return {
        "uri": post.native_id,
        "cid": "bafy",
        "author": {"did": did, "handle": handle, "displayName": author.name if author else "", "labels": []},
        "record": record,
        "replyCount": counts.comments,
        "repostCount": counts.reposts,
        "likeCount": counts.likes,
        "quoteCount": counts.shares,
        "bookmarkCount": counts.favourites,
        "indexedAt": _iso(post.published_at),
        "labels": [],
    }


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
