"""Posts out of what a person's own browser received: a HAR file, as every browser's network panel saves it.

The pages of known feeds are read by the same parsers as in a crawl, so that no signature has to be made. Nothing else
of the file is kept: no cookie, no token, no other traffic. entries = pages + foreign; a page that a feed's parser
refuses is told with the reason.
"""

import base64
import binascii
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from config.errors import UserError
from crawlers.errors import CrawlError
from crawlers.feeds import feeds
from crawlers.imports.table import FEED
from crawlers.page import Dead, Response
from crawlers.post import Post, encode_post
from crawlers.spider import CannotCrawl, Job, PlatformSpider, spider_of
from crawlers.storage import objections
from crawlers.storage.stage import Batch, query_folder, window_at

__all__ = ["HarReport", "UnusableHar", "import_har"]

_MOST_BYTES = 1 << 30
_PAGES = (200, 304)
"""A browser shows what it had already, and notes it with what it showed."""


class UnusableHar(UserError):
    """The file as a whole cannot be read; nothing was written. The message names the file and the remedy."""


class _Header(msgspec.Struct):
    name: str
    value: str


class _Posted(msgspec.Struct):
    text: str | None = None


class _Request(msgspec.Struct):
    url: str
    method: str = "GET"
    posted: _Posted | None = msgspec.field(name="postData", default=None)


class _Content(msgspec.Struct):
    mime_type: str = msgspec.field(name="mimeType", default="")
    text: str | None = None
    encoding: str | None = None


class _Response(msgspec.Struct):
    status: int
    headers: list[_Header] = []
    content: _Content = msgspec.field(default_factory=_Content)


class _Entry(msgspec.Struct):
    request: _Request
    response: _Response
    begun: datetime = msgspec.field(name="startedDateTime")


class _Log(msgspec.Struct):
    entries: list[msgspec.Raw]


class _Har(msgspec.Struct):
    log: _Log


@dataclass(slots=True)
class FeedReport:
    """What was read of one feed and query."""

    pages: int = 0
    posts: dict[str, Post] = field(default_factory=dict)
    dead: list[Dead] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    """Why pages could not be read, and how many each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HarReport:
    """The books: entries = pages + foreign, and what came of the pages by feed and query."""

    entries: int
    foreign: int
    read: Mapping[tuple[str, str], FeedReport]
    batches: tuple[Batch, ...] = ()


def import_har(path: Path, *, now: datetime, progress: Callable[[int, int], None] | None = None) -> HarReport:
    """Write the posts of a HAR file into the window of `now`, a batch a feed and query; they wait to be analysed.

    The same file again makes the same posts. `progress` gets entries done and in all. Raises UnusableHar, with nothing
    written, for a file that is none or is cut short.
    """
    entries = _entries(path)
    read: defaultdict[tuple[str, str], FeedReport] = defaultdict(FeedReport)
    foreign = 0
    for number, entry in enumerate(entries, 1):
        if entry and (known := _known(entry)):
            _read(entry, *known, now, read[known])
        else:
            foreign += 1
        if progress:
            progress(number, len(entries))
    whole = {key: found for key, found in read.items() if found.posts or found.dead}
    batches = tuple(_write(feed, query, found, now) for (feed, query), found in whole.items())
    return HarReport(entries=len(entries), foreign=foreign, read=dict(read), batches=batches)


def _entries(path: Path) -> list[_Entry | None]:
    """Return the entries; None for one without the fields that every entry has."""
    if (size := path.stat().st_size) > _MOST_BYTES:
        raise UnusableHar(f"{path}: {size:,} bytes, more than {_MOST_BYTES:,}: save a shorter visit")
    try:
        har = msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), type=_Har)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        remedy = "save it again, by “Save all as HAR with content”"
        raise UnusableHar(f"{path}: no whole HAR file ({error}): {remedy}") from error
    return [_entry(raw) for raw in har.log.entries]


def _entry(raw: msgspec.Raw) -> _Entry | None:
    try:
        return msgspec.json.decode(raw, type=_Entry)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _known(entry: _Entry) -> tuple[str, str] | None:
    """Return the feed and the query of which an entry is a page; None for foreign traffic."""
    if entry.request.method == "OPTIONS":
        return None  # the browser asks whether it may ask
    posted = (entry.request.posted.text if entry.request.posted else None) or ""
    for feed in feeds():
        known = spider_of(feed).in_browser
        if known and (query := known.query_of(entry.request.url, posted)):
            return feed, query
    return None


def _read(entry: _Entry, feed: str, query: str, now: datetime, found: FeedReport) -> None:
    found.pages += 1
    try:
        spider = spider_of(feed)(Job(feed=feed, query=query, run_id=f"har {window_at(now)}"))
        posts, dead = _parsed(spider, _response(entry))
    except (CrawlError, CannotCrawl) as error:
        found.refused[str(error) or type(error).__name__] += 1
        return
    for post in posts:
        known = found.posts.get(post.id)
        if known is None or len(known.text) <= len(post.text):  # a list cuts what its own page shows whole
            found.posts[post.id] = post
    found.dead += dead


def _parsed(spider: PlatformSpider, response: Response) -> tuple[Sequence[Post], Sequence[Dead]]:
    if response.status not in _PAGES:
        raise spider.refusal(response)
    page = spider.parse_page(response)
    return (*page.posts, *(post for _, post in page.drafts)), page.dead


def _response(entry: _Entry) -> Response:
    """Return the answer as a crawl would have it; the browser has decoded its text already."""
    content = entry.response.content
    headers = {header.name.lower(): header.value for header in entry.response.headers}
    body = (content.text or "").encode("utf-8", "replace")
    if content.encoding == "base64":
        try:
            body = base64.b64decode(body, validate=True)
        except binascii.Error:
            body = b""
    else:
        headers["content-type"] = f"{content.mime_type.partition(';')[0] or 'text/html'}; charset=utf-8"
    begun = entry.begun if entry.begun.tzinfo else entry.begun.replace(tzinfo=UTC)
    return Response(url=entry.request.url, status=entry.response.status, headers=headers, body=body, fetched_at=begun)


def _write(feed: str, query: str, found: FeedReport, now: datetime) -> Batch:
    batch = Batch(stage="posts", feed=FEED, query=query_folder(f"{feed} {query}"), window=window_at(now))
    kept_out = objections.load()
    with batch.write() as writer:
        for post in found.posts.values():
            if not kept_out.block(post.platform, post.author):
                writer.add(encode_post(post))
        for dead in found.dead:
            writer.set_aside(dead.reason, dead.content)
        writer.books = {"pages": found.pages, "refused": found.refused.total()}
    return batch
