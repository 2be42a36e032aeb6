"""Posts → pages: one module a feed, named as the feed's crawler; nothing has to be registered.

A wire module has

    wire(posts) -> Wire                                      what serves the posts of this feed
    moved_id(native_id, published_at, seconds) -> str        only where native ids carry their time
    carried(posts) -> list[Post]                             any posts, as far as this format can hold them
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from crawlers.post import Post
from crawlers.replay.errors import SourceError

if TYPE_CHECKING:
    from config.brand import Target

__all__ = [
    "Response",
    "Wire",
    "carried",
    "carriers",
    "json_response",
    "moved_id",
    "names",
    "page_number",
    "posted",
    "wires",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One page: its body, and the posts that stand on it."""

    body: bytes
    content_type: str = "application/json; charset=utf-8"
    posts: Sequence[Post] = ()
    modified: datetime | None = None
    """When given, the page carries an ETag and Last-Modified, and who has it already gets a 304."""
    status: int = 200
    location: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Further headers, such as Link."""


class Wire(Protocol):
    """Serves the posts of one feed as its platform would."""

    def response(self, path: str, query: Mapping[str, str]) -> Response | None:
        """Return the page at `path`, or None when the path is not this platform's.

        `query` holds the fields of the address, and those that were posted as JSON.
        """

    def login_wanted(self) -> Response | None:
        """Return what the platform tells those who should log in, or None when it never does."""

    def targets(self, url: str) -> "list[Target]":
        """Return what to crawl to get every post, with the server at `url`."""


def json_response(value: Any, posts: Sequence[Post] = (), *, status: int = 200) -> Response:
    """Return `value` as a page of JSON."""
    return Response(body=msgspec.json.encode(value), posts=posts, status=status)


@cache
def names() -> tuple[str, ...]:
    """Return the feeds that can be replayed, sorted."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py")))


def wires(posts: Iterable[Post]) -> list[Wire]:
    """Return one wire a feed, each with its posts; SourceError when a feed has no wire."""
    by_feed: dict[str, list[Post]] = {name: [] for name in names()}
    for post in posts:
        if post.feed not in by_feed:
            raise SourceError(
                f"post {post.id}: feed: {post.feed!r} cannot be replayed: "
                f"leave it out, or add crawlers/replay/wires/{post.feed}.py (there are {', '.join(by_feed)})"
            )
        by_feed[post.feed].append(post)
    return [_module(name).wire(of_feed) for name, of_feed in by_feed.items()]


def moved_id(feed: str, native_id: str, published_at: datetime | None, seconds: int) -> str:
    """Return the native id after a move in time; `published_at` is the time before it, None where it is not known."""
    if feed not in names():
        return native_id
    move = getattr(_module(feed), "moved_id", None)
    return str(move(native_id, published_at, seconds)) if move else native_id


def carried(feed: str, posts: Sequence[Post]) -> list[Post] | None:
    """Return any posts as the wire of `feed` can hold them, ids in its form; None where it takes only its own."""
    carry = getattr(_module(feed), "carried", None)
    return list(carry(posts)) if carry else None


@cache
def _module(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name}")


def posted(body: bytes) -> dict[str, str]:
    """Return the plain fields of a posted JSON object as text, lists joined; none of what is no such object."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    fields = value.items() if isinstance(value, dict) else ()
    plain = {name: str(field) for name, field in fields if isinstance(field, str | int | float)}
    lists = {name: ",".join(map(str, field)) for name, field in fields if isinstance(field, list)}
    return plain | lists


def page_number(query: Mapping[str, str]) -> int:
    """Return the page that a request asks for, from 1; 1 where it does not say so well."""
    text = query.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 10 else 1
