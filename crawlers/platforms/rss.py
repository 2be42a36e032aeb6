"""News feeds and blogs: RSS 0.9 to 2.0, Atom and JSON Feed 1.0 and 1.1; the query is the feed's address.

Such a document holds only the newest entries and has no further pages: when nothing in it was seen before, there may be
a gap. ETag and Last-Modified are kept, so that an unchanged document is not sent again.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from urllib.parse import urljoin, urlsplit

from w3lib.url import safe_url_string

from config.both import Both
from crawlers.errors import CrawlError, MalformedPost, SchemaChanged, Unreachable
from crawlers.formats.feed_entry import Entry, distinct, edited_at, native_id, published_at, url_of
from crawlers.formats.json_feed import looks_like_json, read_json_feed
from crawlers.formats.xml_feed import read_xml_feed
from crawlers.page import Dead, Listed, Page, Request, Response
from crawlers.post import Author, Engagement, Kind, Post, Precision
from crawlers.reading.charset import decode_text
from crawlers.reading.links import links_of
from crawlers.reading.picture_links import pictures_of
from crawlers.reading.stand_in import stand_in
from crawlers.reading.wire import looks_like_html
from crawlers.reading.written_address import unescaped
from crawlers.spider import CannotCrawl, PlatformSpider

__all__ = ["Rss"]

_VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
_ROOT_END = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_ENTRY_TAG = re.compile(r"<(/?)(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_ALTERNATE = re.compile(r"<link\b[^<>]*application/(?:rss|atom)\+xml[^<>]*>", re.IGNORECASE)
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_ENDS_EARLY = "the document is cut off: what would follow is missing"


class Rss(PlatformSpider):
    """A feed's entries, as articles."""

    platform = "rss"
    platform_name = Both("网站订阅", "Web feeds")
    feed_name = Both("网站订阅", "Web feed")
    max_pages = 1
    goes_back = False
    headers = {"Accept": "application/atom+xml, application/rss+xml, application/feed+json, application/xml, */*;q=0.1"}

    def first(self) -> Request:
        """Return the request for the document, on condition that it changed."""
        return Request(url=self._address(), headers={**self.headers, **self.job.validators})

    def _address(self) -> str:
        query, base = self.job.query, self.job.base_url
        if re.match("https?://.", query):
            address = query if base is None else base.rstrip("/") + query.removeprefix(_origin(query))
        elif base is None:
            raise CannotCrawl(f"rss {query!r}: give the address of a feed, such as https://example.org/feed.xml")
        else:
            address = f"{self.base}/{query.lstrip('/')}"
        return safe_url_string(address)

    def parse_page(self, response: Response) -> Page:
        """Read the document."""
        if response.status == 304:
            return Page(unchanged=True, validators=self.job.validators)
        left_out: str | None = None
        if looks_like_json(response.body):
            entries, dead, cut = read_json_feed(response)
            left_out = _ENDS_EARLY if cut else None
        else:
            entries, dead, left_out = _xml(response)
        posts, unread = self._posts(response, entries)
        undated = Precision.UNKNOWN
        return Page(
            # an entry without a time counts as published when it is first seen: it must not look new each time
            posts=tuple(p for p in posts if p.time_precision is not undated or p.id not in self.job.seen),
            dead=(*dead, *unread),
            listed=tuple(Listed(id=p.id, at=None if p.time_precision is undated else p.published_at) for p in posts),
            nothing=None if entries or dead else "a feed without entries",
            left_out=left_out,
            validators={sent: response.headers[got] for got, sent in _VALIDATORS.items() if response.headers.get(got)},
        )

    def _posts(self, response: Response, entries: Sequence[Entry]) -> tuple[list[Post], list[Dead]]:
        """Return each entry as a post, or as a dead letter with why; none goes without a word."""
        named, dead = self.read_each(entries, lambda entry: (entry, native_id(entry, self._feed_name())))
        posts: dict[str, Post] = {}

        def read(place: tuple[Entry, str]) -> Post:
            entry, id = place
            post = self._parse_entry(response, entry, id)
            if id in posts:
                raise MalformedPost(f"guid: {id!r} stands at an entry before, with the same link: it is listed once")
            posts[id] = post
            return post

        found, unread = self.read_each(self._told_apart(named), read)
        return found, [*dead, *unread]

    def _told_apart(self, named: Sequence[tuple[Entry, str]]) -> Iterator[tuple[Entry, str]]:
        """Yield the entries with ids that their links tell apart where one guid has stood at several."""
        alike: defaultdict[str, set[str]] = defaultdict(set)
        for entry, id in named:
            alike[id].add(distinct(id, entry))
        earlier = {seen.rpartition("~")[0] for seen in self.job.seen if "~" in seen}
        for entry, id in named:
            several = len(alike[id]) > 1 or f"{self.platform}:{Kind.ARTICLE}:{id}" in earlier
            yield entry, distinct(id, entry) if several else id

    def _feed_name(self) -> str:
        """Return the feed's address without what may change, such as its scheme: ids within it begin so."""
        parts = urlsplit(self.job.query if "://" in self.job.query else self._address())
        return re.sub(r"\s", "%20", f"{parts.netloc}{parts.path}{f'?{parts.query}' if parts.query else ''}")

    def _parse_entry(self, response: Response, entry: Entry, id: str) -> Post:
        host = urlsplit(self.job.query).netloc or urlsplit(response.url).netloc
        appeared, precision = published_at(entry, response)
        edited = edited_at(entry, response)
        url = url_of(entry, response)
        return self.post(
            response,
            kind=Kind.ARTICLE,
            native_id=id,
            url=url,
            site=urlsplit(url).hostname,
            title=entry.title,
            text=entry.text,
            links=links_of(entry.markup, url),
            pictures=tuple(dict.fromkeys([*pictures_of(entry.markup, url), *_whole(entry.pictures, url)])),
            author=Author(id=f"{host}/{entry.author}", name=entry.author) if entry.author else None,
            published_at=appeared,
            time_precision=precision,
            edited_at=edited if edited and edited > appeared else None,
            engagement=Engagement(comments=entry.comments),
            tags=tuple(dict.fromkeys(tag.strip() for tag in entry.tags if tag and tag.strip())),
            language=entry.language,
        )


def _whole(addresses: Sequence[str], page: str) -> Iterator[str]:
    """Yield what can be fetched of these, whole."""
    for written in addresses:
        try:
            address = urljoin(page, written.strip())
        except ValueError:
            continue
        if address.startswith(("https://", "http://")):
            yield address


def _xml(response: Response) -> tuple[list[Entry], list[Dead], str | None]:
    """Return the entries, the one in whose middle the document ends, and what is missing of it."""
    text = decode_text(response.body, response.headers.get("content-type", ""))
    feed = read_xml_feed(text, response.url)
    if not feed.version:
        raise _no_feed(response, text)
    entries = feed.entries()
    written = sum(not match[1] for match in _ENTRY_TAG.finditer(text))
    if _ROOT_END.search(text) and len(entries) < written:
        return entries, [], f"{written - len(entries)} entries stand within another's text: it has no end"
    if _ROOT_END.search(text):
        return entries, [], None
    last = next(iter(reversed(list(_ENTRY_TAG.finditer(text)))), None)
    if last is None:
        raise Unreachable(f"the answer ended early, after {len(response.body):,} bytes")
    if last[1] or not entries:
        return entries, [], _ENDS_EARLY
    cut = Dead(reason="the document ends in the middle of this entry", content=text[last.start() :][:100_000])
    return entries[:-1], [cut], _ENDS_EARLY


def _no_feed(response: Response, text: str) -> CrawlError:
    if not text.strip():
        return Unreachable("an empty answer")
    if not looks_like_html(response.body):
        return SchemaChanged("neither RSS nor Atom nor JSON Feed")
    if instead := stand_in(text):
        return instead("a page of somebody else's, instead of a feed")
    link = _ALTERNATE.search(text)
    href = _HREF.search(link[0]) if link else None
    better = f"; it names its feed: {urljoin(response.url, unescaped(href[1]))}" if href else ""
    return SchemaChanged(f"a web page, not a feed{better}")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
