"""News feeds and blogs: RSS 0.9 to 2.0, Atom and JSON Feed 1.0 and 1.1; the query is the feed's address.

Such a document holds only the newest entries and has no further pages: when nothing in it was seen before, there may be
a gap. ETag and Last-Modified are kept, so that an unchanged document is not sent again.
"""

import hashlib
import html
import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser
import msgspec

from crawlers.counts import count
from crawlers.errors import MalformedPost, SchemaChanged, Unreachable
from crawlers.markup import text_of
from crawlers.page import Dead, Listed, Page, Request, Response
from crawlers.post import Author, Engagement, Kind, Post, Precision
from crawlers.spider import CannotCrawl, PlatformSpider
from crawlers.times import ReadTime, read_time
from crawlers.wire import decode_json, decode_text, looks_like_html

__all__ = ["Rss"]

_VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
_GLOBAL_ID = re.compile(r"(https?://|urn:|tag:)", re.IGNORECASE)
_LONGEST_ID = 400
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_NUMBERED = re.compile(r"&#(?:x(?P<hex>[0-9a-f]+)|(?P<decimal>\d+));?", re.IGNORECASE)
_ROOT_END = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_ALTERNATE = re.compile(r"<link\b[^>]*application/(?:rss|atom)\+xml[^>]*>", re.IGNORECASE)
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_TAGS = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)
_STUMBLES = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What feedparser lets out when a document is broken in a way that it did not foresee."""
_ZONE_MISTAKEN = timedelta(hours=8)
"""Feeds that stamp China's clock as UTC."""
_SKEW = timedelta(minutes=10)
_OLDEST = datetime(1995, 1, 1, tzinfo=UTC)


class _JsonAuthor(msgspec.Struct):
    name: str | None = None


class _JsonItem(msgspec.Struct):
    id: Any = None
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None
    date_published: str | None = None
    date_modified: str | None = None
    author: _JsonAuthor | None = None
    authors: list[_JsonAuthor] | None = None
    tags: list[str] | None = None
    language: str | None = None


class _JsonFeed(msgspec.Struct):
    version: str
    items: list[msgspec.Raw]
    language: str | None = None


class _Entry(msgspec.Struct, kw_only=True):
    """One entry, whatever the format: texts are clean, times and addresses as they were written."""

    id: str | None
    link: str | None
    title: str | None
    text: str
    published: str | None
    updated: str | None
    author: str | None
    tags: Iterable[str]
    language: str | None
    comments: int | None = None


class Rss(PlatformSpider):
    """A feed's entries, as articles."""

    platform = "rss"
    max_pages = 1
    goes_back = False
    headers = {"Accept": "application/atom+xml, application/rss+xml, application/feed+json, application/xml, */*;q=0.1"}

    def first(self) -> Request:
        """Return the request for the document, on condition that it changed."""
        return Request(url=self._address(), headers={**self.headers, **self.job.validators})

    def _address(self) -> str:
        query, base = self.job.query, self.job.base_url
        if re.match("https?://.", query):
            return query if base is None else base.rstrip("/") + query.removeprefix(_origin(query))
        if base is None:
            raise CannotCrawl(f"rss {query!r}: give the address of a feed, such as https://example.org/feed.xml")
        return f"{self.base}/{query.lstrip('/')}"

    def parse_page(self, response: Response) -> Page:
        """Read the document."""
        if response.status == 304:
            return Page(unchanged=True, validators=self.job.validators)
        entries, dead = (
            self._json(response)
            if response.body.lstrip(b" \t\r\n\xef\xbb\xbf").startswith(b"{")
            else (_xml(response), [])
        )
        posts, unread = self.read_each(entries, partial(self._parse_entry, response))
        undated = Precision.UNKNOWN
        return Page(
            # an entry without a time counts as published when it is first seen: it must not look new each time
            posts=tuple(p for p in posts if p.time_precision is not undated or p.id not in self.job.seen),
            dead=(*dead, *unread),
            listed=tuple(Listed(id=p.id, at=None if p.time_precision is undated else p.published_at) for p in posts),
            nothing=None if entries else "a feed without entries",
            validators={
                request: response.headers[name] for name, request in _VALIDATORS.items() if response.headers.get(name)
            },
        )

    def _json(self, response: Response) -> tuple[list[_Entry], list[Dead]]:
        feed = decode_json(response.body, _JsonFeed)
        if "jsonfeed.org/version/" not in feed.version:
            raise SchemaChanged(f"version {feed.version[:80]!r} is no JSON Feed")
        return self.read_each(feed.items, partial(_json_entry, feed.language))

    def _parse_entry(self, response: Response, entry: _Entry) -> Post:
        host = urlsplit(self.job.query).netloc or urlsplit(response.url).netloc
        published_at, precision = _parse_time(entry, response)
        edited_at = _read(entry.updated, entry, response)
        url = _parse_url(entry, response)
        return self.post(
            response,
            kind=Kind.ARTICLE,
            native_id=_parse_id(entry, host),
            url=url,
            site=urlsplit(url).hostname,
            title=entry.title,
            text=entry.text,
            author=Author(id=f"{host}/{entry.author}", name=entry.author) if entry.author else None,
            published_at=published_at,
            time_precision=precision,
            edited_at=edited_at[0] if edited_at and edited_at[0] > published_at else None,
            engagement=Engagement(comments=entry.comments),
            tags=tuple(dict.fromkeys(tag.strip() for tag in entry.tags if tag and tag.strip())),
            language=entry.language,
        )


def _xml(response: Response) -> list[_Entry]:
    text = decode_text(response.body, response.headers.get("content-type", ""))
    source = _NUMBERED.sub(_character, _XML_DECLARATION.sub("", text)).encode("utf-8", "replace")
    try:
        feed = feedparser.parse(
            io.BytesIO(source),
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": response.url},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _STUMBLES as error:
        raise SchemaChanged(f"feedparser cannot read it: {error!r}") from error
    if not dict.get(feed, "version"):
        raise _no_feed(response, text)
    if not _ROOT_END.search(text):
        raise Unreachable(f"the answer ended early, after {len(response.body):,} bytes")
    language = dict.get(feed.feed, "language")
    return [_xml_entry(entry, language) for entry in feed.entries]


def _character(reference: re.Match[str]) -> str:
    """Return a numbered reference as it is, or as U+FFFD where it names no character: feedparser would fail."""
    digits = reference["hex"] or reference["decimal"]
    number = int(digits, 16 if reference["hex"] else 10) if len(digits) <= 7 else 0
    return reference[0] if 0 < number < 0xD800 or 0xE000 <= number <= 0x10FFFF else "\ufffd"


def _no_feed(response: Response, text: str) -> SchemaChanged | Unreachable:
    if not text.strip():
        return Unreachable("an empty answer")
    if not looks_like_html(response.body):
        return SchemaChanged("neither RSS nor Atom nor JSON Feed")
    link = _ALTERNATE.search(text)
    href = _HREF.search(link[0]) if link else None
    better = f"; it names its feed: {urljoin(response.url, html.unescape(href[1]))}" if href else ""
    return SchemaChanged(f"a web page, not a feed{better}")


def _xml_entry(entry: Any, language: str | None) -> _Entry:
    """Take what we use out of feedparser's entry; by dict.get, for its own lookup makes up what is missing."""
    content = [part for part in dict.get(entry, "content") or () if part.get("value")]
    author = dict.get(dict.get(entry, "author_detail") or {}, "name") or dict.get(entry, "author")
    return _Entry(
        id=dict.get(entry, "id"),
        link=dict.get(entry, "feedburner_origlink") or dict.get(entry, "link"),
        title=_clean(dict.get(entry, "title_detail")) or None,
        text=_clean(max(content, key=lambda part: len(part["value"]), default=dict.get(entry, "summary_detail"))),
        published=dict.get(entry, "published"),
        updated=dict.get(entry, "updated"),
        author=_parse_name(author),
        tags=[tag.get("label") or tag.get("term") for tag in dict.get(entry, "tags") or ()],
        language=language,
        comments=count(dict.get(entry, "slash_comments")),
    )


def _json_entry(language: str | None, raw: msgspec.Raw) -> _Entry:
    item = msgspec.json.decode(raw, type=_JsonItem)
    author = next(iter(item.authors or ()), item.author)
    text = text_of(item.content_html) if item.content_html else item.content_text or item.summary or ""
    return _Entry(
        id=str(item.id) if item.id is not None else None,
        link=item.url or item.external_url,
        title=item.title,
        text=text.strip(),
        published=item.date_published,
        updated=item.date_modified,
        author=_parse_name(author.name if author else None),
        tags=item.tags or (),
        language=item.language or language,
    )


def _clean(detail: Any) -> str:
    """Return the text of a title, summary or content, escaped once, twice or not at all."""
    value = str((detail or {}).get("value") or "")
    if "<" in value and detail.get("type") == "text/plain":
        return value.strip()
    text = text_of(value)
    return text_of(text) if "<" not in value and _TAGS.search(text) else text


def _parse_id(entry: _Entry, host: str) -> str:
    said = (entry.id or entry.link or "").strip()
    if not said and not (entry.title or entry.text):
        raise MalformedPost("guid: missing, and so are link, title and text")
    digest = hashlib.sha256((said or f"{entry.title}\n{entry.text}").encode()).hexdigest()[:32]
    found = re.sub(r"\s", "%20", said if _GLOBAL_ID.match(said) else f"{host}/{said}")
    return found if said and len(found) <= _LONGEST_ID else f"{host}/sha256:{digest}"


def _parse_url(entry: _Entry, response: Response) -> str:
    for candidate in (entry.link, entry.id):
        url = urljoin(response.url, (candidate or "").strip())
        if candidate and url.startswith(("https://", "http://")):
            return url
    return response.url


def _parse_name(written: str | None) -> str | None:
    """Return the name alone: `a@example.org (Name)` and `Name <a@example.org>` give Name, a bare address nothing."""
    name = re.sub(r"\S+@\S+", "", written or "").strip(" ()<>")
    return name or None


def _parse_time(entry: _Entry, response: Response) -> ReadTime:
    published = _read(entry.published, entry, response) or _read(entry.updated, entry, response)
    unknown = response.fetched_at, Precision.UNKNOWN
    if published is None or published[0] < _OLDEST:
        return unknown
    latest = response.fetched_at + _SKEW
    if published[0] <= latest:
        return published
    mistaken = published[0] - _ZONE_MISTAKEN
    return (mistaken, Precision.HOUR) if mistaken <= latest else unknown


def _read(written: str | None, entry: _Entry, response: Response) -> ReadTime | None:
    if not written:
        return None
    if (entry.language or "").lower().startswith("en"):
        written = re.sub(r"\bCST$", "-0600", written.strip())
    try:
        return read_time(written, response.moment)
    except (ValueError, OverflowError):
        return None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
