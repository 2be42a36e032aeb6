"""X's recent search: `GET /2/tweets/search/recent?query=…&max_results=…&next_token=…`, newest first.

A word finds the posts that hold it, `*` every post, which the real one does not do. Accounts stand beside the posts;
the second page tells in `errors` of a post that is not there, as the real one does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any

from crawlers.post import Kind, Post
from crawlers.replay.carrying import number_of, showing, talks, unix
from crawlers.replay.found import Search, moments
from crawlers.replay.wires import Response, json_response

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "moved_id", "wire"]

_PATH = "/2/tweets/search/recent"
_PAGE = 100
_ALL = "*"
_EPOCH = 1_288_834_974_657
_LONG = 280
_LOGIN = {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
_GONE = {"resource_type": "tweet", "title": "Not Found Error", "detail": "Could not find tweet with id: [1]."}


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._search = Search(posts, by=lambda post: int(post.native_id))

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        if path != _PATH or not self._search.posts:
            return None
        found = self._search.within(query.get("query", ""), *moments(query, "start_time", "end_time"))
        start = int(query.get("next_token", "t0").removeprefix("t"))
        end = start + min(_PAGE, max(10, int(query.get("max_results", "10"))))
        page = found[start:end]
        if not page:
            return json_response({"meta": {"result_count": 0}})
        meta = {"newest_id": page[0].native_id, "oldest_id": page[-1].native_id, "result_count": len(page)}
        answer = {
            "data": [_tweet(post) for post in page],
            "includes": {"users": [_user(post) for post in page if post.author]},
            "meta": meta | ({"next_token": f"t{end}"} if end < len(found) else {}),
        }
        return json_response(answer | ({"errors": [_GONE]} if start else {}), page)

    def login_wanted(self) -> Response:
        return json_response(_LOGIN, status=401)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="x_search", query=_ALL, base_url=url)] if self._search.posts else []


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these posts of X's."""
    return _Wire(posts)


def moved_id(native_id: str, published_at: datetime | None, seconds: int) -> str:
    """Return the id with its time moved."""
    return str(int(native_id) + (seconds * 1000 << 22)) if native_id.isdecimal() else native_id


def carried(posts: Sequence[Post]) -> list[Post]:
    """Return the posts as X shows them; a comment answers its conversation's first post."""
    return talks(posts, _carried)


def _carried(post: Post) -> Post:
    id = (unix(post.published_at) * 1000 - _EPOCH << 22) + number_of(post.id, 9)
    shown = showing(
        replace(post, platform="x", feed="x_search", native_id=str(id)),
        counts=("reposts", "comments", "likes", "views", "favourites"),
        fields=("tags", "language"),
        author=("followers",),
    )
    who = post.author
    number = str(number_of(f"{who.id} {who.name} {who.followers}", 12)) if who else ""
    name = f"user{number}" if number else "i"
    return replace(
        shown,
        kind=Kind.COMMENT if post.kind is Kind.COMMENT else Kind.POST,
        url=f"https://x.com/{name}/status/{id}",
        author=shown.author and replace(shown.author, id=number, url=f"https://x.com/{name}", verified=False),
        query=_ALL,
    )


def _tweet(post: Post) -> dict[str, Any]:
    counts = post.engagement
    text = escape(post.text, quote=False)
    tweet: dict[str, Any] = {
        "id": post.native_id,
        "edit_history_tweet_ids": [post.native_id],
        "text": text,
        "created_at": post.published_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "lang": post.language or "und",
        "conversation_id": post.root_id.rpartition(":")[2] if post.root_id else post.native_id,
        "public_metrics": {
            "retweet_count": counts.reposts,
            "reply_count": counts.comments,
            "like_count": counts.likes,
            "bookmark_count": counts.favourites,
            "impression_count": counts.views,
        },
        "entities": {"hashtags": [{"start": 0, "end": 1, "tag": tag} for tag in post.tags]},
    }
    if len(post.text) > _LONG:
        tweet |= {"text": f"{text[:_LONG]}…", "note_tweet": {"text": text}}
    if post.author:
        tweet["author_id"] = post.author.id
    if post.parent_id:
        tweet["referenced_tweets"] = [{"type": "replied_to", "id": post.parent_id}]
    return tweet


def _user(post: Post) -> dict[str, Any]:
    author = post.author
    assert author  # noqa: S101  # those without are not asked for
    return {
        "id": author.id,
        "name": author.name,
        "username": (author.url or "").rpartition("/")[2],
        "verified": author.verified,
        "public_metrics": {"followers_count": author.followers},
    }
