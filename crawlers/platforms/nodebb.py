"""NodeBB forums, by their JSON: topics by the time of their last post, then the posts of each topic.

    GET {forum}/api/recent?page=N                 or {forum}/api/category/5?sort=recently_replied&page=N
    GET {forum}/api/topic/{slug or tid}?page=N

The query is the forum's address with the path it is installed under, such as https://example.org/forum; a category's
address narrows it. A mirror (`base_url`) changes where pages are fetched, never the ids.
"""

import html
import re
from dataclasses import replace
from datetime import datetime
from functools import partial
from urllib.parse import quote, urlencode

import msgspec

from config.both import Both
from crawlers.errors import LoginRequired, SchemaChanged
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
from crawlers.reading.picture_links import pictures_of
from crawlers.reading.stand_in import stand_in
from crawlers.reading.times import optional_time, read_time, unix_time
from crawlers.reading.wire import decode_item, decode_page, looks_like_html
from crawlers.spider import CannotCrawl, Job, PlatformSpider, is_loopback

__all__ = ["NodeBB"]

_ADDRESS = re.compile(r"(?P<root>https?://[^?#\s]+?)(?:/category/(?P<category>\d+)[^?#\s]*)?/?(?:[?#].*)?")
_TOPIC = "/api/topic/"
_DELETED = "[[topic:post_is_deleted]]"
_TOPIC_PAGES = 20
"""Pages of one topic that a crawl reads at the most, the newest and the first."""


class _User(msgspec.Struct):
    uid: int | str | None = None
    username: str | None = None
    displayname: str | None = None
    userslug: str | None = None


class _Tag(msgspec.Struct):
    value: str


class _Next(msgspec.Struct):
    page: int = 0
    active: bool = False


class _Paging(msgspec.Struct):
    page_count: int = msgspec.field(name="pageCount", default=1)
    page: int = msgspec.field(name="currentPage", default=1)
    next: _Next | None = None


class _Topic(msgspec.Struct):
    tid: int | str
    slug: str | None = None
    title: str | None = None
    title_raw: str | None = msgspec.field(name="titleRaw", default=None)
    main_pid: int | str | None = msgspec.field(name="mainPid", default=None)
    last_at: int | float | None = msgspec.field(name="lastposttime", default=None)
    postcount: int | None = None
    viewcount: int | None = None
    deleted: bool | int | None = None
    scheduled: bool | int | None = None
    pinned: bool | int | None = None
    tags: list[_Tag] | None = None


class _TopicPage(_Topic):
    posts: list[msgspec.Raw] = msgspec.field(default_factory=list)
    pagination: _Paging | None = None


class _Listing(msgspec.Struct):
    topics: list[msgspec.Raw]
    pagination: _Paging | None = None


class _Flags(msgspec.Struct):
    deleted: bool | int | None = None
    content: str | None = None


class _Post(msgspec.Struct):
    pid: int | str
    content: str
    timestamp: int | float | None = None
    timestamp_iso: str | None = msgspec.field(name="timestampISO", default=None)
    edited: int | float | None = None
    to_pid: int | str | None = msgspec.field(name="toPid", default=None)
    upvotes: int | None = None
    index: int | None = None
    user: _User | None = None


class NodeBB(PlatformSpider):
    """A forum's topics as posts, the replies as their comments."""

    platform = "forum"
    platform_name = Both("论坛", "Forums")
    feed_name = Both("论坛", "Forum")
    max_pages = 50
    max_stale_pages = 2
    refusals = {**PlatformSpider.refusals, 403: LoginRequired}
    headers = {"Accept": "application/json"}

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        match = _ADDRESS.fullmatch(job.query)
        if match is None and job.base_url is None:
            raise CannotCrawl(f"nodebb {job.query!r}: give a forum's address, such as https://example.org/forum")
        self._root = match["root"] if match else self.base
        self._category = match["category"] if match else None
        self._site = self._root.partition("://")[2]

    @property
    def base(self) -> str:
        """The mirror's address, or the forum's own."""
        return super().base or self._root

    def first(self) -> Request:
        """Return the request for the first page of topics."""
        return self._listing(1)

    def parse_page(self, response: Response) -> Page:
        """Read a page of the listing, or of one topic."""
        if looks_like_html(response.body) or response.body.lstrip().startswith(b'"'):
            instead = stand_in(response.body.decode("utf-8", "replace")) or SchemaChanged
            refusal = LoginRequired if b"login" in response.body[:200] else instead
            raise refusal("not NodeBB's JSON; the query is a forum's address with its path")
        return self._parse_topic(response) if _TOPIC in response.url else self._parse_listing(response)

    def _parse_listing(self, response: Response) -> Page:
        listing = decode_page(response.body, _Listing)
        entries, dead = self.read_each(listing.topics, partial(self._parse_entry, response))
        paging = listing.pagination or _Paging()
        return Page(
            dead=tuple(dead),
            listed=tuple(listed for listed, _ in entries),
            follow=tuple(request for _, request in entries if request),
            next=self._listing(paging.page + 1) if paging.page < paging.page_count else None,
            nothing=None if listing.topics else "a list without topics",
        )

    def _parse_entry(self, response: Response, raw: msgspec.Raw) -> tuple[Listed, Request | None]:
        """Return what a topic is in the listing, and where its posts are, when it is public and may hold new ones."""
        topic = decode_item(raw, _Topic)
        last = optional_time(topic.last_at, response.moment)
        listed = Listed(
            id=self._topic_id(topic),
            at=last if last and last <= response.fetched_at else None,
            pinned=bool(topic.pinned or topic.scheduled),
        )
        old = self.until and last and last < self.until
        wanted = not (old or topic.deleted or topic.scheduled)
        return listed, self._topic(topic.slug or str(topic.tid)) if wanted else None

    def _parse_topic(self, response: Response) -> Page:
        topic = decode_page(response.body, _TopicPage)
        if topic.deleted or topic.scheduled:
            return Page()
        shown, dead = self.read_each(topic.posts, partial(self._parse_post, response, topic))
        posts = [post for post in shown if post]
        older, left_out = self._older_page(topic, posts)
        return Page(posts=tuple(posts), dead=tuple(dead), follow=older, left_out=left_out)

    def _older_page(self, topic: _TopicPage, posts: list[Post]) -> tuple[tuple[Request, ...], str | None]:
        """Return the next of a topic's pages: after the first come the last, the last but one, … while they are new."""
        paging = topic.pagination or _Paging()
        older = paging.page_count if paging.page == 1 else paging.page - 1
        until = self.until
        reached = paging.page > 1 and until and posts and all(post.published_at < until for post in posts)
        if older <= 1 or reached:
            return (), None
        if older <= paging.page_count - _TOPIC_PAGES and not is_loopback(self.base):
            return (), f"topic {topic.tid} has more than {_TOPIC_PAGES} pages"
        return (self._topic(topic.slug or str(topic.tid), older),), None

    def _parse_post(self, response: Response, topic: _TopicPage, raw: msgspec.Raw) -> Post | None:
        flags = decode_item(raw, _Flags)
        if flags.deleted or flags.content == _DELETED:
            return None
        post = decode_item(raw, _Post)
        main = _same(post.pid, topic.main_pid) or (topic.main_pid is None and post.index == 0)
        opener = self._topic_id(topic)
        native_id = opener.removeprefix(f"{self.platform}:{Kind.POST}:")
        answered = None if _same(post.to_pid, topic.main_pid) else post.to_pid
        own_id = native_id if main else f"{self._site}/post/{post.pid}"
        return self.post(
            response,
            kind=Kind.POST if main else Kind.COMMENT,
            native_id=own_id,
            url=f"{self._root}{own_id.removeprefix(self._site)}",
            site=self._site,
            title=_parse_title(topic) if main else None,
            text=text_of(post.content),
            links=links_of(post.content, self._root),
            pictures=pictures_of(post.content, f"{self._root}/"),
            author=self._parse_author(post.user),
            published_at=_parse_time(post, response),
            edited_at=optional_time(post.edited, response.moment),
            engagement=_parse_engagement(post, topic if main else None),
            parent_id=None if main else f"{self._site}/post/{answered}" if answered else native_id,
            root_id=None if main else opener,
            tags=tuple(tag.value for tag in topic.tags or ()) if main else (),
        )

    def _parse_author(self, user: _User | None) -> Author | None:
        """Return the member; members of other servers have an address in place of a number, guests have 0."""
        uid = str(user.uid or "").strip() if user else ""
        if user is None or not uid.strip("0") or uid.startswith("-"):
            return None
        return Author(
            id=f"{self._site}/user/{uid}" if uid.isdecimal() else uid,
            name=user.displayname or user.username or None,
            url=f"{self._root}/user/{quote(user.userslug)}" if user.userslug else None,
        )

    def _topic_id(self, topic: _Topic) -> str:
        return f"{self.platform}:{Kind.POST}:{self._site}/topic/{topic.tid}"

    def _listing(self, page: int) -> Request:
        if self._category is None:
            return self._request("recent", page=page)
        return self._request(f"category/{self._category}", sort="recently_replied", page=page)

    def _topic(self, slug: str, page: int = 1) -> Request:
        return replace(self._request(f"topic/{quote(slug, safe='/%')}", page=page), optional=True)

    def _request(self, path: str, **fields: str | int) -> Request:
        return Request(url=f"{self.base}/api/{path}?{urlencode(fields)}", headers=self.headers)


def _same(pid: int | str | None, other: int | str | None) -> bool:
    return str(pid) == str(other)


def _parse_time(post: _Post, response: Response) -> datetime:
    if post.timestamp:
        return unix_time(post.timestamp)[0]
    return read_time(post.timestamp_iso or "", response.moment)[0]


def _parse_title(topic: _Topic) -> str | None:
    return topic.title_raw or html.unescape(topic.title or "") or None


def _parse_engagement(post: _Post, topic: _Topic | None) -> Engagement:
    """Return the post's counts; `topic` is given for its first post, which has the topic's views and replies."""
    if topic is None:
        return Engagement(likes=post.upvotes)
    replies = max(0, topic.postcount - 1) if topic.postcount is not None else None
    return Engagement(likes=post.upvotes, views=topic.viewcount, comments=replies)
