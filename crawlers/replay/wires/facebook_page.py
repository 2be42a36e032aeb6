"""Facebook's Graph API: `GET /v23.0/{page}/feed?limit=…&after=…` and `/v23.0/{post}/comments?…`, newest first.

Any page's name finds all posts. The address of the next page holds a token, as the real one's does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crawlers.post import Kind, Post
from crawlers.reading.hashtags import hashtags
from crawlers.replay.carrying import conversations, number_of, showing
from crawlers.replay.wires import Response, json_response

if TYPE_CHECKING:
    from config.brand import Target

__all__ = ["carried", "wire"]

_PAGE_ID = "100000000000001"
_AT_ONCE = 25
_LOGIN = {"error": {"message": "Error validating access token", "type": "OAuthException", "code": 190}}


class _Wire:
    def __init__(self, posts: Sequence[Post]) -> None:
        ordered = sorted(posts, key=lambda post: (post.published_at, post.native_id), reverse=True)
        self._threads = {opener.native_id: (opener, comments) for opener, comments in conversations(ordered)}

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        match path.split("/"):
            case ["", version, _, "feed"] if version.startswith("v") and self._threads:
                openers = [opener for opener, _ in self._threads.values()]
                return _listed(openers, path, query, self._post)
            case ["", version, post_id, "comments"] if version.startswith("v") and post_id in self._threads:
                return _listed(self._threads[post_id][1], path, query, _comment)
        return None

    def login_wanted(self) -> Response:
        return json_response(_LOGIN, status=400)

    def targets(self, url: str) -> "list[Target]":
        from config.brand import Target

        return [Target(feed="facebook_page", query=_PAGE_ID, base_url=url)] if self._threads else []

    def _post(self, post: Post) -> dict[str, Any]:
        counts = post.engagement
        return {
            "id": post.native_id,
            "message": post.text,
            "created_time": _told(post.published_at),
            "permalink_url": post.url,
            **_from(post),
            **({"shares": {"count": counts.shares}} if counts.shares is not None else {}),
            "reactions": {"data": [], "summary": {"total_count": counts.likes}},
            "comments": {"data": [], "summary": {"total_count": counts.comments}},
        }


def wire(posts: Sequence[Post]) -> _Wire:
    """Return what serves these posts of one page."""
    return _Wire(posts)


def carried(posts: Sequence[Post]) -> list[Post]:
    """Return the posts as a page shows them, each with the comments below it."""
    held = []
    for opener, comments in conversations(posts):
        id = f"{_PAGE_ID}_{number_of(opener.id, 15)}"
        first = _carried(opener, Kind.POST, id)
        first = replace(first, engagement=replace(first.engagement, comments=len(comments)))
        held.append(first)
        for one in comments:
            comment = _carried(one, Kind.COMMENT, f"{id.partition('_')[2]}_{number_of(one.id, 16)}")
            held.append(replace(comment, parent_id=first.native_id, root_id=first.id))
    return held


def _carried(post: Post, kind: Kind, id: str) -> Post:
    url = f"https://www.facebook.com/{id}"
    counts = ("likes", "comments")
    shown = showing(
        replace(post, platform="facebook", feed="facebook_page", kind=kind, native_id=id, url=url, query=_PAGE_ID),
        counts=counts,
    )
    number = str(number_of(shown.author.id, 15)) if shown.author else ""
    author = shown.author and replace(shown.author, id=number, url=f"https://www.facebook.com/{number}")
    return replace(shown, author=author, tags=hashtags(post.text))


def _listed(posts: Sequence[Post], path: str, query: Mapping[str, str], write: Any) -> Response:
    start = int(query.get("after") or 0)
    end = start + min(_AT_ONCE, int(query.get("limit", "25")))
    page = posts[start:end]
    answer: dict[str, Any] = {"data": [write(post) for post in page]}
    if page:
        answer["paging"] = {"cursors": {"before": str(start), "after": str(end)}}
    if end < len(posts):
        answer["paging"]["next"] = f"https://graph.facebook.com{path}?access_token=a-token&limit=25&after={end}"
    return json_response(answer, page)


def _comment(post: Post) -> dict[str, Any]:
    counts = post.engagement
    shown = {"like_count": counts.likes, "comment_count": counts.comments, "permalink_url": post.url}
    return {
        "id": post.native_id,
        "message": post.text,
        "created_time": _told(post.published_at),
        **_from(post),
        **shown,
    }


def _from(post: Post) -> dict[str, Any]:
    return {"from": {"id": post.author.id, "name": post.author.name}} if post.author else {}


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
