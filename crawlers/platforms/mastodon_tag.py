"""Mastodon's timeline of a tag, as one instance shows it, newest first.

    GET {instance}/api/v1/timelines/tag/{tag}?limit=40&max_id=…        the Link header names the next page

The query is a tag, a tag at an instance (`星河手机@mastodon.example`), or the address of the tag's page. Ids are those
of the instance that is read, whoever wrote the post, and carry the time at which it came there, which is the order.
An instance that shows its timeline to members only wants a token (`token_env`).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import msgspec

from config.both import Both
from crawlers.browser_page import BrowserPage
from crawlers.errors import LoginRequired, SchemaChanged
from crawlers.formats.native_id import published
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Author, Engagement, Kind, Post, Precision
from crawlers.reading.avatar import avatar
from crawlers.reading.counts import count
from crawlers.reading.dates import ReadTime, read_date
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
from crawlers.reading.times import optional_time
from crawlers.reading.wire import decode_item, decode_json, decode_optional, decode_page
from crawlers.spider import CannotCrawl, Job, PlatformSpider

__all__ = ["MastodonTag"]

_QUERY = re.compile(
    r"(?:https?://(?P<site>[^/\s]+)/(?:tags|api/v1/timelines/tag)/)?[#＃]?(?P<tag>[^\s#＃@/?]+)(?:@(?P<host>[\w.:-]+))?/?"
)
_NEXT = re.compile(r'<([^<>]*)>\s*;[^,<]*\brel="?next\b')
_QUOTED = re.compile(r"<p\b[^<>]*\bclass=[\"'][^\"'<>]*\bquote-inline\b[^<>]*>.*?</p>", re.IGNORECASE | re.DOTALL)
"""The address of a quoted post, for readers that know no quotes."""
_NAMED = re.compile(r"<a\b[^<>]*\bclass=[\"'][^\"'<>]*\b(?:mention|hashtag)\b[^<>]*>", re.IGNORECASE)
_LIMIT = 40
_TIMELINE = "/timelines/"
_ABSENT = msgspec.Raw(b"null")
_CLOCKS_DIFFER = timedelta(minutes=10)
_LOGIN = re.compile("token|authenticated|authorized|log ?in", re.IGNORECASE)


class _Field(msgspec.Struct):
    value: str
    verified_at: str | None = None


class _Account(msgspec.Struct):
    acct: str
    display_name: str | None = None
    url: str | None = None
    followers_count: Any = None
    note: str | None = None
    fields: list[_Field] | None = None
    avatar: Any = None


class _Tag(msgspec.Struct):
    name: str


class _Attachment(msgspec.Struct):
    type: str | None = None
    url: str | None = None
    remote_url: str | None = None


class _Status(msgspec.Struct):
    id: int | str
    content: str | None
    created_at: str | None = None
    uri: str | None = None
    url: str | None = None
    spoiler_text: str | None = None
    language: str | None = None
    in_reply_to_id: int | str | None = None
    edited_at: str | None = None
    replies_count: Any = None
    reblogs_count: Any = None
    favourites_count: Any = None
    account: _Account | None = None
    tags: list[_Tag] | None = None
    media: list[_Attachment] | None = msgspec.field(name="media_attachments", default=None)
    quotes_count: Any = None
    reblog: msgspec.Raw = _ABSENT
    quote: msgspec.Raw = _ABSENT


class _Quote(msgspec.Struct):
    """What is quoted; a post that is gone, or was not to be quoted, leaves its state alone."""

    status: msgspec.Raw = msgspec.field(name="quoted_status", default=_ABSENT)
    id: int | str | None = msgspec.field(name="quoted_status_id", default=None)


class _Root(msgspec.Struct):
    id: int | str


class _Answer(msgspec.Struct):
    """What stands in place of a timeline: the answer of a search, or a refusal."""

    error: str | None = None
    statuses: list[msgspec.Raw] | None = None


class MastodonTag(PlatformSpider):
    """Public posts with a tag."""

    platform = "mastodon"
    platform_name = Both("Mastodon", "Mastodon")
    feed_name = Both("Mastodon 标签", "Mastodon tag")
    home = "https://mastodon.social"
    max_stale_pages = 2
    robots = False
    needs = "token_env"
    refusals = {**PlatformSpider.refusals, 422: LoginRequired}
    in_browser = BrowserPage(r"(?P<query>https://[\w.:-]+/api/v1/timelines/tag/[^/?\n]+)")
    headers = {"Accept": "application/json"}

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        match = _QUERY.fullmatch(job.query.strip())
        if match is None:
            raise CannotCrawl(f"mastodon_tag {job.query!r}: give a tag, such as 星河手机 or 星河手机@mastodon.example")
        self._tag = unquote(match["tag"])
        self._host = match["site"] or match["host"] or urlsplit(self.home).netloc

    @property
    def base(self) -> str:
        """The mirror's address, or the instance's own."""
        return self.job.base_url.rstrip("/") if self.job.base_url else f"https://{self._host}"

    def first(self) -> Request:
        """Return the request for the newest posts."""
        return self._page(None)

    def parse_page(self, response: Response) -> Page:
        """Read one page of the timeline."""
        items = _listed(response)
        found, dead = self.read_each(items, partial(self._parse_status, response))
        boosted = [root for _, root in found if root]
        roots, dead_roots = self.read_each(boosted, partial(self._parse_status, response))
        posts = [post for post, _ in found]
        return Page(
            posts=(*posts, *(post for post, _ in roots)),
            dead=(*dead, *dead_roots),
            listed=tuple(Listed(id=post.id, at=self._came_at(post, response)) for post in posts),
            next=self._following(response, posts) if _TIMELINE in response.url else None,
            nothing=None if items else "an empty timeline",
        )

    def _following(self, response: Response, posts: list[Post]) -> Request | None:
        """Return the next page: by the Link header, or, from servers that send none, by the oldest id."""
        link = _NEXT.search(response.headers.get("link", ""))
        before = parse_qs(urlsplit(link[1]).query).get("max_id", [""])[0] if link else ""
        if not before and posts:
            before = min((post.native_id.rpartition("/")[2] for post in posts), key=lambda id: (len(id), id))
        return self._page(before) if before else None

    def _parse_status(self, response: Response, raw: msgspec.Raw) -> tuple[Post, msgspec.Raw | None]:
        status = decode_item(raw, _Status)
        boosted, answered = decode_optional(status.reblog, _Root), status.in_reply_to_id
        quote = decode_optional(status.quote, _Quote) or _Quote()
        quoted = decode_optional(quote.status, _Root)
        quoted_id = None if boosted or answered else quoted.id if quoted else quote.id
        passed_on = boosted.id if boosted else quoted_id
        written = status.content or ""  # null below a picture alone, as Pixelfed has it
        content = _QUOTED.sub("", written) if quoted or quote.id else written
        native_id = self._id(status.id)
        published_at, precision = _parse_time(status, native_id, response)
        edited = optional_time(status.edited_at, response.moment)
        post = self.post(
            response,
            kind=Kind.COMMENT if answered and not boosted else Kind.REPOST if passed_on else Kind.POST,
            native_id=native_id,
            url=status.url or status.uri or f"https://{self._host}/statuses/{status.id}",
            site=urlsplit(status.url or status.uri or "").hostname or self._host,
            title=(status.spoiler_text or "").strip() or None,
            text=text_of(content),
            links=links_of(_NAMED.sub("<a>", content), status.url or self.base),
            pictures=tuple(_pictures(status.media or ())),
            author=self._parse_author(status.account),
            published_at=published_at,
            time_precision=precision,
            edited_at=edited if edited and edited <= response.fetched_at else None,
            engagement=Engagement(
                reposts=count(status.reblogs_count),
                comments=count(status.replies_count),
                likes=count(status.favourites_count),
                shares=count(status.quotes_count),
            ),
            parent_id=self._id(passed_on) if passed_on else self._id(answered) if answered else None,
            root_id=f"{self.platform}:{Kind.POST}:{self._id(passed_on)}" if passed_on else None,
            tags=tuple(dict.fromkeys(tag.name for tag in status.tags or ())),
            language=status.language or None,
        )
        return post, status.reblog if boosted else quote.status if quoted else None

    def _parse_author(self, account: _Account | None) -> Author | None:
        """Return the account by its address of the whole fediverse; what it proves to own stands as verification."""
        if account is None or not account.acct:
            return None
        owned = [text_of(one.value) for one in account.fields or () if one.verified_at]
        return Author(
            id=account.acct if "@" in account.acct else f"{account.acct}@{self._host}",
            name=account.display_name or account.acct.partition("@")[0],
            url=account.url or None,
            followers=count(account.followers_count),
            verification=" ".join(owned) or None,
            bio=text_of(account.note or "") or None,
            avatar=avatar(account.avatar),
        )

    def _came_at(self, post: Post, response: Response) -> datetime:
        """Return when the post came to the instance: the timeline's order."""
        came = published(self.platform, post.native_id)
        return came if came and post.published_at <= came <= response.fetched_at else post.published_at

    def _id(self, number: int | str) -> str:
        return f"{self._host}/{number}"

    def _page(self, before: str | None) -> Request:
        fields = {"limit": str(_LIMIT)} | ({"max_id": before} if before else {})
        tag = quote(self._tag, safe="")
        return Request(url=f"{self.base}/api/v1/timelines/tag/{tag}?{urlencode(fields)}", headers=self.headers)


def _listed(response: Response) -> list[msgspec.Raw]:
    """Return the statuses of a timeline, or of a search; raise what is said instead."""
    if response.body.lstrip()[:1] != b"{":
        return decode_json(response.body, list[msgspec.Raw])
    answer = decode_page(response.body, _Answer)
    if answer.statuses is not None:
        return answer.statuses
    if answer.error is None:
        raise SchemaChanged("neither statuses nor why there are none")
    raise (LoginRequired if _LOGIN.search(answer.error) else SchemaChanged)(f"the instance says: {answer.error}")


def _pictures(media: Iterable[_Attachment]) -> Iterator[str]:
    for one in media:
        if one.type == "image" and (address := one.url or one.remote_url):
            yield address


def _parse_time(status: _Status, native_id: str, response: Response) -> ReadTime:
    """Return what the author's server says, or where that cannot be, when the post came to the one that is read."""
    came = published(MastodonTag.platform, native_id)
    try:
        said = read_date(status.created_at or "", chinese=False)
        zoned = said[1] is not Precision.DAY or came is None
        if zoned and datetime(1995, 1, 1, tzinfo=UTC) <= said[0] <= response.fetched_at + _CLOCKS_DIFFER:
            return said
    except ValueError:
        if came is None or came > response.fetched_at:
            raise
    return (came, Precision.MINUTE) if came and came <= response.fetched_at else said
