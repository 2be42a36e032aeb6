"""Bluesky's search of posts, by the public AppView of the AT Protocol, newest first.

    GET /xrpc/app.bsky.feed.searchPosts?q=…&sort=latest&limit=100&cursor=…[&since=…&until=…]

Lexicon: https://docs.bsky.app/docs/api/app-bsky-feed-search-posts. Some AppViews want a token (`token_env`). What a
post says of its own time is its author's word: where it lies after the indexing, or 30 days and more before it, the
indexing counts.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import Blocked, CrawlError, LoginRequired, MalformedPost, RateLimited, SchemaChanged, Unreachable
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Author, Engagement, Kind, Post, Precision
from crawlers.reading.avatar import avatar
from crawlers.reading.counts import count
from crawlers.reading.dates import ReadTime, read_date
from crawlers.reading.links import links_of
from crawlers.reading.page_state import within
from crawlers.reading.wire import decode_item, decode_json, decode_optional, decode_page
from crawlers.slicing import Slicing
from crawlers.spider import PlatformSpider

__all__ = ["BlueskySearch"]

_LIMIT = 100
_POST = "app.bsky.feed.post"
_ABSENT = msgspec.Raw(b"null")
_BELIEVED = timedelta(days=30)
"""How long before its indexing a post may say that it was written; bridges and moved accounts take their time."""
_CLOCKS_DIFFER = timedelta(minutes=2)
_ERRORS: dict[str, type[CrawlError]] = {
    "AuthMissing": LoginRequired,
    "AuthenticationRequired": LoginRequired,
    "ExpiredToken": LoginRequired,
    "InvalidToken": LoginRequired,
    "Forbidden": Blocked,
    "RateLimitExceeded": RateLimited,
    "InternalServerError": Unreachable,
    "UpstreamFailure": Unreachable,
    "UpstreamTimeout": Unreachable,
}


class _Ref(msgspec.Struct):
    uri: str


class _Reply(msgspec.Struct):
    root: _Ref
    parent: _Ref


class _Author(msgspec.Struct):
    did: str
    handle: str | None = None
    display_name: str | None = msgspec.field(name="displayName", default=None)
    verification: Any = None
    avatar: Any = None


class _Record(msgspec.Struct):
    text: str
    created_at: str | None = msgspec.field(name="createdAt", default=None)
    langs: list[str] | None = None
    tags: list[str] | None = None
    facets: msgspec.Raw = _ABSENT
    reply: msgspec.Raw = _ABSENT
    embed: Any = None


class _View(msgspec.Struct):
    uri: str
    record: _Record
    author: _Author | None = None
    indexed_at: str | None = msgspec.field(name="indexedAt", default=None)
    embed: Any = None
    reply_count: Any = msgspec.field(name="replyCount", default=None)
    repost_count: Any = msgspec.field(name="repostCount", default=None)
    like_count: Any = msgspec.field(name="likeCount", default=None)
    quote_count: Any = msgspec.field(name="quoteCount", default=None)
    bookmark_count: Any = msgspec.field(name="bookmarkCount", default=None)


class _Found(msgspec.Struct):
    posts: list[msgspec.Raw]
    cursor: str | None = None


class _Refusal(msgspec.Struct):
    error: str
    message: str | None = None


class BlueskySearch(PlatformSpider):
    """Public posts that hold the query's words."""

    platform = "bluesky"
    platform_name = Both("Bluesky", "Bluesky")
    feed_name = Both("Bluesky 搜索", "Bluesky search")
    home = "https://public.api.bsky.app"
    max_stale_pages = 2
    robots = False
    needs = "token_env"
    in_browser = BrowserPage(r"https://[\w.-]+/xrpc/app\.bsky\.feed\.searchPosts\?([^\n]*&)?q=(?P<query>[^&\n]+)")
    headers = {"Accept": "application/json"}
    by_date = Slicing(caps=False)

    def first(self) -> Request:
        """Return the request for the newest posts."""
        return self._page(None)

    def parse_page(self, response: Response) -> Page:
        """Read one page of the search."""
        if refusal := decode_optional(decode_json(response.body, msgspec.Raw), _Refusal):
            raise _meant(refusal)
        found = decode_page(response.body, _Found)
        read, dead = self.read_each(found.posts, partial(self._parse_view, response))
        quoted = [view for raw in found.posts if (view := _quoted_view(raw))]
        roots, dead_roots = self.read_each(quoted, partial(self._parse_found, response))
        told = {post.id: post for post, _ in (*roots, *read)}
        return Page(
            posts=tuple(told.values()),
            dead=(*dead, *dead_roots),
            listed=tuple(Listed(id=post.id, at=at) for post, at in read),
            next=self._page(found.cursor) if found.cursor and found.posts else None,
            nothing=None if found.posts else "a search without posts",
        )

    def refusal(self, response: Response) -> CrawlError:
        """Return what the error in the body means, or else the status."""
        try:
            return _meant(decode_page(response.body, _Refusal))
        except CrawlError:
            return super().refusal(response)

    def _parse_view(self, response: Response, raw: msgspec.Raw) -> tuple[Post, datetime]:
        """Return the post, and the time by which the search orders."""
        return self._parse_found(response, decode_item(raw, _View))

    def _parse_found(self, response: Response, view: _View) -> tuple[Post, datetime]:
        record = view.record
        place = view.uri.removeprefix("at://").split("/")
        if len(place) != 3 or not view.uri.startswith("at://did:"):
            raise MalformedPost(f"uri: {view.uri[:80]!r} is no post's")
        said, indexed = _times(record.created_at), _times(view.indexed_at)
        published_at, precision = _parse_time(said, indexed, response)
        reply = decode_optional(record.reply, _Reply)
        quoted = None if reply else _quoted(view.embed) or _quoted(record.embed)
        tags, links = _parse_facets(record)
        post = self.post(
            response,
            kind=Kind.COMMENT if reply else Kind.REPOST if quoted else Kind.POST,
            native_id=view.uri,
            url=f"https://bsky.app/profile/{place[0]}/post/{place[2]}",
            text=record.text.strip(),
            tags=tags,
            links=links_of(" ".join((*links, *_cards(view.embed), *_cards(record.embed))), "https://bsky.app"),
            pictures=tuple(dict.fromkeys(_pictures(view.embed))),
            author=_parse_author(view.author),
            published_at=published_at,
            time_precision=precision,
            engagement=Engagement(
                reposts=count(view.repost_count),
                comments=count(view.reply_count),
                likes=count(view.like_count),
                shares=count(view.quote_count),
                favourites=count(view.bookmark_count),
            ),
            parent_id=reply.parent.uri if reply else quoted,
            root_id=self._id(reply.root.uri) if reply else self._id(quoted) if quoted else None,
            language=next((lang for lang in record.langs or () if lang), None),
        )
        return post, published_at

    def _id(self, uri: str) -> str:
        return f"{self.platform}:{Kind.POST}:{uri}"

    def _page(self, cursor: str | None) -> Request:
        fields = {"q": self.job.query, "sort": "latest", "limit": str(_LIMIT)} | ({"cursor": cursor} if cursor else {})
        if part := self.job.slice:
            fields |= part.between("since", "until")
        return Request(url=f"{self.base}/xrpc/app.bsky.feed.searchPosts?{urlencode(fields)}", headers=self.headers)


def _meant(refusal: _Refusal) -> CrawlError:
    meaning = _ERRORS.get(refusal.error, SchemaChanged)
    return meaning(f"the platform says: {refusal.error} {refusal.message or ''}".rstrip())


def _times(written: str | None) -> ReadTime | None:
    try:
        return read_date(written, chinese=False) if written else None
    except (ValueError, OverflowError):
        return None


def _parse_time(said: ReadTime | None, indexed: ReadTime | None, response: Response) -> ReadTime:
    """Return when the post was published: its own word, as far as the indexing leaves it standing."""
    if indexed and indexed[0] > response.fetched_at:
        indexed = None
    if indexed:
        latest = min(indexed[0] + _CLOCKS_DIFFER, response.fetched_at)
        exact = said and said[1] is Precision.SECOND  # without a zone it tells no more than the day
        return said if said and exact and indexed[0] - _BELIEVED <= said[0] <= latest else indexed
    if said is None:
        raise MalformedPost("record.createdAt: no time that we can read, and none in indexedAt")
    if said[0] > response.fetched_at:
        return response.fetched_at, Precision.UNKNOWN
    return said


def _parse_author(author: _Author | None) -> Author | None:
    """Return the account; its handle may be invalid for a time, its id never is."""
    if author is None:
        return None
    handle = author.handle if author.handle and author.handle != "handle.invalid" else None
    checked = author.verification if isinstance(author.verification, dict) else {}
    status = {checked.get("verifiedStatus"), checked.get("trustedVerifierStatus")}
    return Author(
        id=author.did,
        name=author.display_name or handle,
        url=f"https://bsky.app/profile/{handle or author.did}",
        verified=None if author.verification is None else "valid" in status,
        avatar=avatar(author.avatar),
    )


def _parse_facets(record: _Record) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the tags and the addresses that are marked in the text."""
    tags, links = list(record.tags or ()), []
    for facet in decode_optional(record.facets, list[Any]) or ():
        features = facet.get("features") if isinstance(facet, dict) else None
        for feature in features if isinstance(features, list) else ():
            named = feature if isinstance(feature, dict) else {}
            if isinstance(tag := named.get("tag"), str):
                tags.append(tag)
            if isinstance(uri := named.get("uri"), str):
                links.append(uri)
    return tuple(dict.fromkeys(tag.lstrip("#＃").strip() for tag in tags if tag.strip("#＃ "))), tuple(links)


def _inside(embed: Any) -> Iterator[dict[str, Any]]:
    """Yield the embed and what it holds beside a quoted post."""
    if isinstance(embed, dict):
        yield embed
        yield from _inside(embed.get("media"))


def _quoted(embed: Any) -> str | None:
    """Return the address of the post that is quoted, deleted ones too; a quoted list or feed is none."""
    uri = str(_record(embed).get("uri"))
    return uri if f"/{_POST}/" in uri else None


def _record(embed: Any) -> dict[str, Any]:
    """Return what is embedded of another's: a post, a list, a feed; empty for none."""
    record = within(embed, "record")
    within_it = within(record, "record")
    record = within_it if isinstance(within_it, dict) and "uri" not in record else record
    return record if isinstance(record, dict) else {}


def _quoted_view(raw: msgspec.Raw) -> _View | None:
    """Return the quoted post as it stands in the one that quotes; None where it is gone, or not for everybody."""
    record = _record(within(decode_optional(raw, dict[str, Any]), "embed"))
    if not isinstance(record.get("value"), dict) or f"/{_POST}/" not in str(record.get("uri")):
        return None
    first = record.get("embeds")
    embed = first[0] if isinstance(first, list) and first else None
    shown = {**record, "record": record["value"], "embed": embed}
    return decode_optional(msgspec.Raw(msgspec.json.encode(shown)), _View)


def _cards(embed: Any) -> Iterator[str]:
    for part in _inside(embed):
        card = part.get("external")
        if isinstance(card, dict) and isinstance(uri := card.get("uri"), str):
            yield uri


def _pictures(embed: Any) -> Iterator[str]:
    for part in _inside(embed):
        images = part.get("images")
        for image in images if isinstance(images, list) else ():
            if isinstance(image, dict) and isinstance(address := image.get("fullsize"), str):
                yield address
        if isinstance(shown := part.get("thumbnail"), str):  # a film's
            yield shown
