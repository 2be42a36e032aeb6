"""What passes between the network and a platform's parser: a request, its response, and the page read from it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from crawlers.post import Post

__all__ = ["Response", "Request", "Download", "Dead", "Listed", "Page"]

_CACHED_AT_MOST = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One address to fetch. An `optional` one may be gone or closed (403, 404, 410) without harm to the crawl.

    With a `body` it is posted, and the body's type stands in `headers`.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back: all that a parser needs, so that a page can be parsed again without a network."""

    url: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes
    fetched_at: datetime

    @property
    def moment(self) -> datetime:
        """When the page was made: its Date header if that is sane, else the fetch; "5分钟前" counts from here."""
        said = _sent(self.headers.get("date", ""))
        if said is None or not timedelta(0) <= self.fetched_at - said <= _CACHED_AT_MOST:
            return self.fetched_at
        return said


@lru_cache(maxsize=64)
def _sent(date: str) -> datetime | None:
    """Return what a Date header says, None where it says nothing: each post of a page asks for it anew."""
    try:
        said = parsedate_to_datetime(date)
    except ValueError:
        return None
    return said if said.tzinfo else None


Download = Callable[[Request], Awaitable[Response]]
"""Fetches once, without following redirects; Unreachable when no whole answer came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An entry of a listing: the `Post.id` it stands for and the time by which the listing is ordered."""

    id: str
    at: datetime | None = None
    pinned: bool = False
    """Stands on top whatever its time, and so says nothing of how far back the page reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """A post that could not be read: why, and the thing itself as it came."""

    reason: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one answer holds.

    `drafts` are posts whose text is cut, each with where the whole is. `follow` are pages that belong to this one, such
    as a forum's topics; `next` is the listing's next page.
    """

    posts: tuple[Post, ...] = ()
    drafts: tuple[tuple[Request, Post], ...] = ()
    dead: tuple[Dead, ...] = ()
    listed: tuple[Listed, ...] = ()
    follow: tuple[Request, ...] = ()
    next: Request | None = None
    nothing: str | None = None
    """The platform's own words that there is nothing."""
    unchanged: bool = False
    """The platform says that nothing changed since the last crawl."""
    validators: Mapping[str, str] = field(default_factory=dict)
    """Headers to send next time, so that an unchanged document is not sent again."""
    left_out: str | None = None
    """What of this page's matter was not asked for, because of a bound."""
    capped: str | None = None
    """The platform's bound, in words, where the listing holds more than its pages can show."""
