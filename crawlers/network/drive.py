"""One crawl from its first page to its verdict, whatever does the fetching."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol, TypeVar

from crawlers.errors import Blocked, CrawlError, Gone, LoginRequired, SchemaChanged
from crawlers.network.ending import EXPIRED, Ending, capped, ended_by, ending
from crawlers.network.fetch import Fetcher
from crawlers.network.in_order import InOrder
from crawlers.network.listing import Listing, Stop
from crawlers.network.report import Verdict
from crawlers.page import Dead, Page, Request, Response
from crawlers.post import Post
from crawlers.spider import PlatformSpider, is_loopback

__all__ = ["Drive", "Sink"]

Parsed = TypeVar("Parsed")

_AT_ONCE = 4
_MOST_FAILED_TEXTS = 3
_MOST_DEAD = 10
"""More dead letters than this, and than posts, mean that the platform changed."""


class Sink(Protocol):
    """Where a crawl's findings go."""

    def post(self, post: Post) -> None:
        """Take a post."""

    def dead(self, dead: Dead) -> None:
        """Take what could not be read."""

    def page(self) -> None:
        """Note that a page was read to its end."""

    def reading(self, url: str) -> None:
        """Note that the page at `url` is parsed next."""

    def parsed(self) -> None:
        """Note that its parsing is over, whatever came of it."""

    def received(self, request: Request, response: Response, posts: Sequence[str]) -> None:
        """Take a page that was read, with the `Post.id`s on it."""

    def keep(self, response: Response) -> str:
        """Keep a page for a developer; return where."""


class Drive:
    """Reads a listing page by page, and what belongs to each page, into a sink.

    Where there is no delay between requests, a few are under way at once; results are used in the listing's order all
    the same, so that a crawl's outcome does not depend on which answer came first.
    """

    def __init__(self, spider: PlatformSpider, fetcher: Fetcher, sink: Sink) -> None:
        self._spider, self._fetcher, self._sink, self._job = spider, fetcher, sink, spider.job
        self._width = _AT_ONCE if self._job.delay == 0 else 1
        self._listing = Listing(
            since=self._job.since,
            until=spider.until,
            max_stale_pages=spider.max_stale_pages,
            goes_back=spider.goes_back,
            known=self._job.seen,
            splits=spider.splits,
        )
        self._sent: set[str] = set()
        self._followed: set[tuple[str, bytes | None]] = set()
        self._dead = self._dead_below = 0
        self._full_texts_left = 1_000_000 if is_loopback(spider.base) else spider.full_texts
        self._full_texts_left *= not self._job.only_first
        self._failed_texts = 0
        self._validators: dict[str, str] = {}
        self._left_out: str | None = None
        self._unread: Response | None = None
        """The first page of which something could not be read."""

    async def run(self) -> Ending:
        """Crawl, and return how it ended; what the platform does never raises."""
        try:
            async with asyncio.timeout(self._job.timeout):
                stop = await self._read_listing()
        except TimeoutError:
            end = ending(Verdict.CUT_SHORT, f"stopped after {self._job.timeout:.0f} s")
        except CrawlError as error:
            end = ended_by(error)
        else:
            end = self._judge(stop)
        return self._told(end)

    async def _read_listing(self) -> Stop | None:
        last, asked = self._spider.first(), 1
        async with InOrder[Page](self._width) as reading:
            reading.start(self._read_listed(last))
            while reading:
                page = await reading.take()
                await self._use(page)
                stop = self._listing.take(page)
                self._sink.page()
                if stop:
                    return stop
                while reading.has_room and asked < self._job.max_pages:
                    request = self._spider.after(last) or (None if reading else page.next)
                    if request is None:
                        break
                    reading.start(self._read_listed(request))
                    last, asked = request, asked + 1
        return None

    async def _read(self, request: Request) -> Page:
        return await self._fetcher.read(request, self._announced(partial(self._parse, request)))

    async def _read_listed(self, request: Request) -> Page:
        try:
            return await self._read(request)
        except Gone as error:
            if not self._spider.may_be_gone:
                raise SchemaChanged(str(error)) from error
            return Page(nothing=str(error))

    async def _read_optional(self, request: Request) -> Page | None:
        try:
            return await self._read(request)
        except Gone:
            return None

    def _announced(self, parse: Callable[[Response], Parsed]) -> Callable[[Response], Parsed]:
        """Return `parse` with a word to the sink before and after it: what never ends must be ended from outside."""

        def run(response: Response) -> Parsed:
            self._sink.reading(response.url)
            try:
                return parse(response)
            finally:
                self._sink.parsed()

        return run

    def _parse(self, request: Request, response: Response) -> Page:
        try:
            page = self._spider.parse_page(response)
        except SchemaChanged:
            self._unread = self._unread or response
            raise
        if page.dead or not (page.posts or page.drafts or page.listed or page.nothing):
            self._unread = self._unread or response
        self._sink.received(
            request, response, [post.id for post in (*page.posts, *(draft for _, draft in page.drafts))]
        )
        return page

    def _full_text(self, request: Request, draft: Post, response: Response) -> Post:
        whole = self._spider.full_text(response, draft=draft)
        self._sink.received(request, response, [whole.id])
        return whole

    async def _use(self, page: Page) -> None:
        await self._take_posts(page)
        waiting = deque(self._unfollowed(page))
        async with InOrder[Page | None](self._width) as reading:
            while waiting or reading:
                while waiting and reading.has_room:
                    reading.start(self._read_optional(waiting.popleft()))
                if found := await reading.take():
                    self._sink.page()
                    self._dead_below += len(found.dead)
                    await self._take_posts(found)
                    waiting.extend(self._unfollowed(found))

    def _unfollowed(self, page: Page) -> list[Request]:
        """Return the pages below this one that were not asked for: what names itself, or goes in circles, ends."""
        new = {(request.url, request.body): request for request in page.follow if not self._job.only_first}
        fresh = [request for key, request in new.items() if key not in self._followed]
        self._followed |= new.keys()
        return fresh

    async def _take_posts(self, page: Page) -> None:
        self._validators |= page.validators
        self._left_out = self._left_out or page.left_out
        self._dead += len(page.dead)
        for dead in page.dead:
            self._sink.dead(dead)
        for post in page.posts:
            self._send(post)
        waiting = deque(page.drafts)
        async with InOrder[Post | None](self._width) as reading:
            while waiting or reading:
                while waiting and reading.has_room:
                    reading.start(self._complete(*waiting.popleft()))
                if whole := await reading.take():
                    self._send(whole)

    def _send(self, post: Post) -> None:
        if post.id not in self._sent:
            self._sent.add(post.id)
            self._sink.post(post)

    async def _complete(self, request: Request, draft: Post) -> Post | None:
        """Return the post with its whole text; without it, a known post must not be overwritten with a cut one."""
        known = draft.id in self._job.seen
        cut = None if known else draft
        if self._full_texts_left <= 0 or draft.id in self._sent:
            return cut
        self._full_texts_left -= 1
        try:
            return await self._fetcher.read(request, self._announced(partial(self._full_text, request, draft)))
        except CrawlError as error:
            self._failed_texts += 1
            if self._failed_texts == _MOST_FAILED_TEXTS or isinstance(error, Blocked | LoginRequired):
                self._full_texts_left = 0
        return cut

    def _judge(self, stop: Stop | None) -> Ending:
        found, listing = len(self._sent), self._listing
        if listing.unchanged:
            return ending(Verdict.OK)
        none_read = found == 0 and self._dead and (listing.entries == 0 or self._dead_below)
        if none_read or self._dead > max(found, _MOST_DEAD):
            return ending(Verdict.SCHEMA_CHANGED, f"{self._dead} posts could not be read, {found} could")
        if listing.entries == 0 and not listing.nothing:
            return ending(Verdict.SCHEMA_CHANGED, "no post, and no word that there is none")
        if stop is None and self._job.slice:
            return capped(f"more than {self._job.max_pages} pages", by_date=True, part=True)
        if stop is None and not self._job.only_first:
            return ending(Verdict.CUT_SHORT, f"more than {self._job.max_pages} pages")
        if stop is Stop.CAPPED:
            return capped(listing.capped or "", by_date=bool(self._spider.by_date), part=self._job.slice is not None)
        if stop is Stop.GAP:
            return ending(Verdict.CUT_SHORT, "posts between the last crawl and this document may be missing", lost=True)
        if self._left_out and not self._job.only_first:
            end = ending(Verdict.CUT_SHORT, self._left_out, lost=True)
            return end if self._spider.goes_back else replace(end, remedy="what is whole was read; tell its owner")
        if found < self._job.minimum:
            return ending(Verdict.SHORT, f"{found} posts where at least {self._job.minimum} were expected")
        return ending(Verdict.OK) if listing.entries else ending(Verdict.EMPTY, f"the platform says: {listing.nothing}")

    def _told(self, end: Ending) -> Ending:
        """Return the ending with its remedy, where the odd page is kept, and what the watermark needs."""
        message = end.message
        if end.verdict is Verdict.SCHEMA_CHANGED and self._unread:
            message += f" (the page is kept at {self._sink.keep(self._unread)})"
        needs = self._spider.needs
        variable = getattr(self._job, needs) if end.verdict is Verdict.LOGIN_REQUIRED else None
        if remedy := EXPIRED[needs] if variable else end.remedy:
            message += f": {remedy.format(feed=self._job.feed, variable=variable, needs=needs)}"
        return replace(
            end,
            message=message,
            newest=self._listing.newest,
            reached=self._listing.reached,
            validators=self._validators,
        )
