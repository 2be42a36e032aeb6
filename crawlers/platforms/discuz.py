"""Discuz! forums, X3.x and 7.x, by their pages for people: a forum's threads by their last answer, then their posts.

    GET {forum}/forum.php?mod=forumdisplay&fid=2&page=N    or forum-2-N.html, or forumdisplay.php?fid=2&page=N
    GET {forum}/forum.php?mod=viewthread&tid=12&page=N     or thread-12-N-1.html, or viewthread.php?tid=12&page=N

The query is the address of one of a board's forums, in whichever form the board uses. Its RSS is for the feed `rss`.
What X3.x shows to phones is read too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import parse_qs, urljoin, urlsplit

from config.both import Both
from crawlers.errors import MalformedPost
from crawlers.formats.discuz_page import (
    author_link,
    board_says,
    edited,
    head_time,
    page_count,
    shown_time,
    text_parts,
    touch_time,
    without_notes,
)
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Author, Engagement, Kind, Post
from crawlers.reading.counts import count
from crawlers.reading.hashtags import hashtags
from crawlers.reading.html_page import Element, attribute, classed, each, first, page_of, plain
from crawlers.reading.links import links_of
from crawlers.reading.markup import text_of
from crawlers.reading.times import optional_time
from crawlers.spider import CannotCrawl, Job, PlatformSpider, is_loopback

__all__ = ["Discuz"]

_LISTING = re.compile(
    r"(?P<root>https?://[^?#\s]+?)/(?:(?P<rewritten>forum-(?P<fid>\d+)-\d+\.html)"
    r"|forum\.php\?(?:.*&)?mod=forumdisplay&(?:.*&)?fid=(?P<fid_x>\d+).*|forumdisplay\.php\?(?:.*&)?fid=(?P<fid_7>\d+).*)"
)
_REWRITTEN = re.compile(r"thread-(?P<tid>\d+)-(?P<page>\d+)-(?P<back>\d+)\.html")
_IDS = re.compile(r"(?:normal|stick)thread_(?P<tid>\d+)")
_NUMBERED = re.compile(r"(?:postmessage_|pid=|pid)(?P<pid>\d+)")
_ORNAMENT = re.compile(r"none\.gif|/smil(?:ey|ies)/|/image/common/|/(?:static|template)/image")
_NUMBERED_HEAD = re.compile(r"\d+$")
_PATHS = ("forum.php?mod=viewthread&", "forum.php?mod=redirect&")
_THREAD_PAGES = 20
"""Pages of one thread that a crawl reads at the most, the first and the newest."""
_OPENED = "first-post-"
_ROWS = "//*[starts-with(@id, 'normalthread_') or starts-with(@id, 'stickthread_')]"
_TOUCH_ROWS = f"//{classed('threadlist', 'div')}//li[.//a[contains(@href, 'tid=') or contains(@href, 'thread-')]]"
"""Of the phone's template, which tells when a thread was begun and not when it was last answered."""
_PICTURE_ROWS = "//ul[@id='waterfall']/li[.//a[contains(@href, 'tid=') or contains(@href, 'thread-')]]"
"""Of a forum that shows its threads as pictures, which tells no times at all."""
_BODIES = "//*[starts-with(@id, 'postmessage_')]"
_TOUCH_BODIES = f"//div[starts-with(@id, 'pid')]//{classed('message', 'div')}"
_POST = "ancestor::*[starts-with(@id, 'post_') or starts-with(@id, 'pid')]"
_TOUCH_TITLES = (f"//{classed('view_tit', 'div')}", f"//{classed('postlist', 'div')}/h2")
_COUNTS = f"//{classed('hm', 'div')}/{classed('xi1', 'span')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thread:
    """What a page says of its thread: `opener` is the first post where it stands on the page, `opened` its number."""

    tid: str
    title: str
    shown: Engagement
    opener: Element | None
    opened: str


class Discuz(PlatformSpider):
    """A forum's threads as posts, the answers as their comments."""

    platform = "forum"
    feed_name = Both("Discuz! 论坛", "Discuz! forum")
    delay = 2
    max_pages = 50
    max_stale_pages = 2
    login_walls = (*PlatformSpider.login_walls, "mod=logging", "logging.php")

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        match = _LISTING.fullmatch(job.query.strip())
        if match is None:
            raise CannotCrawl(
                f"discuz {job.query!r}: give the address of a forum's list of threads, such as "
                "https://bbs.example.org/forum.php?mod=forumdisplay&fid=2"
            )
        self._root = match["root"]
        self._site = self._root.partition("://")[2]
        self._rewritten, self._old = bool(match["rewritten"]), bool(match["fid_7"])
        self._fid = match["fid"] or match["fid_x"] or match["fid_7"]

    @property
    def base(self) -> str:
        """The mirror's address, or the board's own."""
        return super().base or self._root

    def first(self) -> Request:
        """Return the request for the forum's first page."""
        return self._listing(1)

    def parse_page(self, response: Response) -> Page:
        """Read a page of the list, or of one thread."""
        root, text = page_of(response)
        if _thread_of(response.url):
            return self._parse_thread(response, root, text)
        rows, read = [*each(root, _ROWS)], self._parse_row
        if not rows:
            rows, read = [*each(root, _TOUCH_ROWS)] or [*each(root, _PICTURE_ROWS)], self._parse_touch_row
        if not rows:
            return Page(nothing=board_says(text, plain(first(root, "//body"))))
        entries, dead = self.read_each(rows, partial(read, response))
        number = _page_of(response.url)
        onward = first(root, f"//{classed('nxt', 'a')}", f"//{classed('pages', 'div')}//{classed('next', 'a')}")
        return Page(
            dead=tuple(dead),
            listed=tuple(listed for listed, _ in entries),
            follow=tuple(request for _, request in entries if request),
            next=self._listing(number + 1) if onward is not None else None,
        )

    def _parse_row(self, response: Response, row: Element) -> tuple[Listed, Request | None]:
        """Return what a thread is in the list, and where its posts are when it may hold new ones."""
        match = _IDS.fullmatch(attribute(row, "id"))
        if match is None:
            raise MalformedPost(f"id: {attribute(row, 'id')[:40]!r} is no thread's")
        cells = [*each(row, f".//{classed('by', 'td')}"), *each(row, f".//{classed('lastpost', 'td')}")]
        when = shown_time(first(cells[-1], ".//em") if cells else None, response)
        at = when[0] if when and when[0] <= response.fetched_at else None
        listed = Listed(id=self._id(match["tid"]), at=at, pinned=attribute(row, "id").startswith("stick"))
        link = first(row, f".//{classed('xst', 'a')}", ".//span[starts-with(@id, 'thread_')]//a")
        old = self.until and at and at < self.until
        return listed, None if old else self._thread(attribute(link, "href"), match["tid"], 1)

    def _parse_touch_row(self, response: Response, row: Element) -> tuple[Listed, Request | None]:
        """Return what a thread of the phone's list is, and where its posts are."""
        link = first(row, ".//a[contains(@href, 'tid=') or contains(@href, 'thread-')]")
        tid = _thread_of(attribute(link, "href"))
        if not tid:
            raise MalformedPost(f"href: {attribute(link, 'href')[:80]!r} is no thread's")
        pinned = "list_top" in attribute(row, "class") or "置顶" in plain(first(row, f".//{classed('micon')}"))
        return Listed(id=self._id(tid), pinned=pinned), self._thread(attribute(link, "href"), tid, 1)

    def _parse_thread(self, response: Response, root: Element, text: str) -> Page:
        bodies = [*each(root, _BODIES)] or [*each(root, _TOUCH_BODIES)]
        if not bodies:
            board_says(text, plain(first(root, "//body")), thread=True)
            return Page()
        tid, number = _thread_of(response.url), _page_of(response.url)
        heading = first(root, "//*[@id='thread_subject']", "//*[@id='threadtitle']//h1", "//h1", *_TOUCH_TITLES)
        counts = [count(plain(one)) for one in each(root, _COUNTS)]
        shown = Engagement(views=counts[0] if counts else None, comments=counts[1] if len(counts) > 1 else None)
        begun = _NUMBERED_HEAD.search(attribute(first(root, "//em[starts-with(@id, 'authorposton')]"), "id"))
        opened = (begun[0] if begun else _pid(bodies[0])) if number == 1 else ""
        opener = bodies[0] if number == 1 and _pid(bodies[0]) == opened else None  # none where it is hidden
        opened = opened or urlsplit(response.url).fragment.removeprefix(_OPENED)
        thread = _Thread(tid=tid, title=plain(heading), shown=shown, opener=opener, opened=opened)
        posts, dead = self.read_each(bodies, partial(self._parse_post, response, thread))
        older, left_out = self._older(response.url, tid, number, page_count(root), posts, opened)
        return Page(posts=tuple(posts), dead=tuple(dead), follow=older, left_out=left_out)

    def _parse_post(self, response: Response, thread: _Thread, body: Element) -> Post:
        around = next(reversed([*each(body, _POST)]), None)
        main, pid, tid = body is thread.opener, _pid(body), thread.tid
        if not pid:
            raise MalformedPost(f"id: {_own_id(body)[:40]!r} is no post's")
        if around is None:
            raise MalformedPost(f"post {pid}: stands in no post")
        posted = first(around, ".//em[starts-with(@id, 'authorposton')]")
        when = shown_time(posted, response) or touch_time(around, response) or head_time(around, response)
        if when is None:
            raise MalformedPost(f"post {pid}: no time that we can read")
        changed, quoted, own = text_parts(body)
        text, noted = without_notes(text_of(own))
        native_id = f"{self._site}/thread/{tid}" if main else f"{self._site}/post/{pid}"
        topic, found = ("viewthread.php?", "redirect.php?") if self._old else _PATHS
        answered = _answered(quoted, thread.opened)
        return self.post(
            response,
            kind=Kind.POST if main else Kind.COMMENT,
            native_id=native_id,
            url=f"{self._root}/{topic}tid={tid}" if main else f"{self._root}/{found}goto=findpost&ptid={tid}&pid={pid}",
            site=self._site,
            title=thread.title or None if main else None,
            text=text,
            tags=hashtags(text),
            links=links_of(own, self._root),
            pictures=tuple(dict.fromkeys(self._pictures(around, body))),
            author=self._parse_author(around),
            published_at=when[0],
            time_precision=when[1],
            edited_at=optional_time(edited(changed or noted), response.moment),
            engagement=thread.shown if main else Engagement(),
            parent_id=None if main else f"{self._site}/post/{answered}" if answered
            else f"{self._site}/thread/{tid}",
            root_id=None if main else self._id(tid),
        )  # fmt: skip

    def _parse_author(self, around: Element) -> Author | None:
        """Return the member; None for guests and for those who hide their name."""
        found = author_link(around)
        if found is None:
            return None
        uid, name, address = found
        return Author(id=f"{self._site}/user/{uid}", name=name or None, url=urljoin(f"{self._root}/", address))

    def _pictures(self, around: Element, body: Element) -> Iterator[str]:
        """Yield the pictures that are attached, and those of other sites that stand among the words."""
        attached = each(around, ".//img[@zoomfile or @file or starts-with(@id, 'aimg_')]")
        linked = each(body, ".//img[not(@smilieid) and starts-with(@src, 'http')]")
        for picture in (*attached, *linked):
            address = attribute(picture, "zoomfile") or attribute(picture, "file") or attribute(picture, "src")
            if address and not _ORNAMENT.search(address):
                yield urljoin(f"{self._root}/", address)

    def _older(
        self, url: str, tid: str, number: int, pages: int, posts: list[Post], opened: str
    ) -> tuple[tuple[Request, ...], str | None]:
        """Return the next of a thread's pages: after the first the last, then those before it, while they are new.

        Its address ends in the number of the thread's first post, which no server is sent and later pages do not tell.
        """
        older = pages if number == 1 else number - 1
        until = self.until
        reached = number > 1 and until and posts and all(post.published_at < until for post in posts)
        if older <= 1 or reached:
            return (), None
        if number > 1 and older <= pages - _THREAD_PAGES and not is_loopback(self.base):
            return (), f"thread {tid} has more than {_THREAD_PAGES} pages"
        asked = self._thread(url, tid, older)
        return (replace(asked, url=f"{asked.url}#{_OPENED}{opened}") if opened else asked,), None

    def _id(self, tid: str) -> str:
        return f"{self.platform}:{Kind.POST}:{self._site}/thread/{tid}"

    def _listing(self, page: int) -> Request:
        if self._rewritten:
            return Request(url=f"{self.base}/forum-{self._fid}-{page}.html")
        path = "forumdisplay.php?" if self._old else "forum.php?mod=forumdisplay&"
        return Request(url=f"{self.base}/{path}fid={self._fid}&page={page}")

    def _thread(self, link: str, tid: str, page: int) -> Request:
        """Return a page of a thread, in the form of address that its link has."""
        if match := _REWRITTEN.search(link):
            return Request(url=f"{self.base}/thread-{tid}-{page}-{match['back']}.html", optional=True)
        path = "viewthread.php?" if "viewthread.php" in link else "forum.php?mod=viewthread&"
        return Request(url=f"{self.base}/{path}tid={tid}&page={page}", optional=True)


def _answered(quoted: str, opened: str) -> str | None:
    """Return the number of the post that is quoted; None for none, and for the first, which is the thread itself."""
    match = _NUMBERED.search(quoted)
    return match["pid"] if match and match["pid"] != opened else None


def _pid(body: Element) -> str:
    match = _NUMBERED.search(_own_id(body))
    return match["pid"] if match else ""


def _own_id(body: Element) -> str:
    """Return what a post's body is called, or else what stands around it."""
    return attribute(body, "id") or attribute(next(reversed([*each(body, _POST)]), None), "id")


def _thread_of(url: str) -> str:
    """Return the number of the thread that an address leads to; empty for a list."""
    if match := _REWRITTEN.search(url):
        return match["tid"]
    tid = parse_qs(urlsplit(url).query).get("tid", [""])[0]
    return tid if tid.isdecimal() else ""


def _page_of(url: str) -> int:
    match = _REWRITTEN.search(url) or re.search(r"forum-\d+-(?P<page>\d+)\.html", url)
    said = match["page"] if match else parse_qs(urlsplit(url).query).get("page", ["1"])[0]
    return max(1, int(said)) if said.isdecimal() and len(said) < 7 else 1
