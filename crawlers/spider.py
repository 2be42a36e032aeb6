"""What a platform's file defines: one PlatformSpider, which says where to look and reads pages. It fetches nothing.

    class ExampleForum(PlatformSpider):
        platform = "forum"

        def first(self) -> Request: ...
        def parse_page(self, response: Response) -> Page: ...

The file's name is the feed's name; nothing has to be registered.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from ipaddress import ip_address
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote, urlsplit

import msgspec
from lxml import etree

from config import settings
from config.both import Both
from config.errors import UserError
from config.import_map import import_map, import_maps
from crawlers.browser_page import BrowserPage
from crawlers.errors import Blocked, CrawlError, LoginRequired, MalformedPost, RateLimited, SchemaChanged
from crawlers.feeds import feeds
from crawlers.page import Dead, Page, Request, Response
from crawlers.post import Post, check
from crawlers.reading.html_page import inner
from crawlers.signer import Signer
from crawlers.slicing import Slice, Slicing
from crawlers.synthetic import HEADER, declared

__all__ = ["CannotCrawl", "Job", "PlatformSpider", "called", "is_loopback", "platforms", "route_of", "spider_of"]

_SYNTHETIC = HEADER.lower()
Item = TypeVar("Item")
Read = TypeVar("Read")


class CannotCrawl(UserError):
    """The feed or the query that a person wrote cannot be crawled; the message says what can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One crawl to do, with everything that config/ says already resolved; seconds throughout."""

    feed: str
    query: str
    run_id: str
    base_url: str | None = None
    max_pages: int = 1
    delay: float = 0
    overlap: float = 0
    minimum: int = 0
    timeout: float = 3600
    robots: bool = False
    user_agent: str = "tingfeng"
    cookie_env: str | None = None
    token_env: str | None = None
    signer: str | None = None
    """`module:name` of what signs the requests, where config/ names one."""
    since: datetime | None = None
    """The watermark: everything up to here was crawled before; None when nothing was."""
    seen: frozenset[str] = frozenset()
    """`Post.id`s of recent crawls."""
    validators: Mapping[str, str] = field(default_factory=dict)
    slice: Slice | None = None
    """The part that is asked for, of a feed that can search by date; None is the newest, whatever their time."""
    only_first: bool = False
    """Whether one request is made, and neither tried again nor followed by what belongs to its page."""

    def secrets(self) -> list[str]:
        """Return the credentials that it asks with, which no log and no kept page may show, in each way to write them.

        An address in a page holds them percent-encoded, and PHP's JSON writes a slash as `\\/`.
        """
        names = (self.cookie_env, self.token_env)
        found = [secret for name in names if name and (secret := settings.secret(name))]
        written = [*found, *(quote(secret, safe="") for secret in found), *(one.replace("/", r"\/") for one in found)]
        return list(dict.fromkeys(written))

    def without_secrets(self, said: bytes) -> bytes:
        """Return what a platform said without the credentials that it was asked with: some write them into pages."""
        for secret in self.secrets():
            said = said.replace(secret.encode(), b"")
        return said


class PlatformSpider(ABC):
    """Where one feed is found and how its pages read. The class attributes are its defaults; config/ overrides them."""

    platform: ClassVar[str]
    """`Post.platform`: the site family."""
    platform_name: ClassVar[Both | None] = None
    """What people call the site family; None where it speaks for itself."""
    feed_name: ClassVar[Both | None] = None
    """What people call this feed."""
    in_browser: ClassVar[BrowserPage | None] = None
    """How its pages are known in what a person's own browser received (har.py); None where they are not."""
    home: ClassVar[str] = ""
    """The platform's own address, without a slash at the end; empty where the query is an address."""
    delay: ClassVar[float] = 1
    max_pages: ClassVar[int] = 100
    overlap: ClassVar[float] = 3600
    """Seconds before the watermark that are read again: counts change, and late posts slip in."""
    robots: ClassVar[bool] = True
    headers: ClassVar[Mapping[str, str]] = {}
    max_stale_pages: ClassVar[int] = 1
    """How many pages in a row may bring nothing fresh before the listing counts as ended."""
    goes_back: ClassVar[bool] = True
    """Whether the listing's further pages reach older posts; False for a document that holds only the newest."""
    route: ClassVar[str] = ""
    """By which way it comes upon posts, such as `search`; the last word of the feed's name unless it is given."""
    may_be_gone: ClassVar[bool] = False
    """Whether its query names one thing, such as a video, that may be deleted; a search that is gone has changed."""
    by_date: ClassVar[Slicing | None] = None
    """How its search can be narrowed to a time (`self.job.slice`); None where it cannot."""
    full_texts: ClassVar[int] = 0
    """How many cut texts a crawl may fetch in full."""
    refusals: ClassVar[Mapping[int, type[CrawlError]]] = {
        401: LoginRequired,
        403: Blocked,
        404: SchemaChanged,
        405: Blocked,  # guards' word for it, where a page is asked for in the plainest way
        410: SchemaChanged,
        414: Blocked,
        418: Blocked,
        429: RateLimited,
        432: Blocked,
        451: Blocked,
    }
    """What an HTTP status means here."""
    token_parameter: ClassVar[str | None] = None
    """The parameter of the address that carries the token, where the platform takes it in no header."""
    needs: ClassVar[str] = "cookie_env"
    """The setting that names the feed's credential, where it wants one: `cookie_env` or `token_env`; else empty."""
    signature: ClassVar[str] = ""
    """What the platform wants every request signed with, such as `x-zse-96`; a signer is looked for by this name."""
    own_signer: ClassVar[type[Signer] | None] = None
    """What makes the signature, where the platform or others have published how."""
    login_walls: ClassVar[tuple[str, ...]] = ("/login", "/signin", "/passport", "passport.", "/visitor")
    """Parts of an address that a redirect leads to when the platform wants a credential."""

    def __init__(self, job: Job) -> None:
        self.job = job

    @property
    def base(self) -> str:
        """The address to fetch from, without a slash at the end: a mirror's, or the platform's own."""
        return (self.job.base_url or self.home).rstrip("/")

    @property
    def until(self) -> datetime | None:
        """How far back to read: the watermark less the overlap; None is to the beginning."""
        return self.job.since - timedelta(seconds=self.job.overlap) if self.job.since else None

    @property
    def splits(self) -> bool:
        """Whether what is asked for can be asked for in smaller parts."""
        return bool(self.job.slice and self.by_date and self.job.slice.parts(self.by_date))

    @abstractmethod
    def first(self) -> Request:
        """Return the request for the listing's first page; CannotCrawl when the query is none for this feed."""

    @abstractmethod
    def parse_page(self, response: Response) -> Page:
        """Read a page. A CrawlError when it is a refusal, or of a shape that this code does not know."""

    def refusal(self, response: Response) -> CrawlError:
        """Return what an answer means that is no page, by its status; a feed may look into the body."""
        meaning = self.refusals.get(response.status, SchemaChanged)
        return meaning(f"HTTP {response.status}")

    def after(self, request: Request) -> Request | None:
        """Return the listing page after `request`, where it is known unread, so that it can be prefetched."""
        return None

    def full_text(self, response: Response, draft: Post) -> Post:
        """Return the draft with the whole text that `response` holds."""
        return draft

    def post(self, response: Response, **fields: Any) -> Post:
        """Return a checked Post with what every post of this crawl has in common; MalformedPost names what is wrong."""
        job = self.job
        if fields.get("pictures"):
            fields["pictures"] = tuple(one for said in fields["pictures"] if (one := _fetched(said)))
        post = Post(
            platform=self.platform,
            feed=job.feed,
            query=job.query,
            run_id=job.run_id,
            fetched_at=response.fetched_at,
            synthetic=declared(response.headers.get(_SYNTHETIC, ""), fields["native_id"]),
            **fields,
        )
        check(post)
        return post

    @staticmethod
    def read_each(items: Iterable[Item], read: Callable[[Item], Read]) -> tuple[list[Read], list[Dead]]:
        """Read each item; one that cannot be read is set aside with the reason, and never stops the others."""
        done, dead = [], []
        for item in items:
            try:
                done.append(read(item))
            except (MalformedPost, msgspec.ValidationError, ValueError, OverflowError) as error:
                dead.append(Dead(reason=str(error), content=_content(item)))
        return done, dead


def _fetched(address: str) -> str | None:
    """Return the address of a picture as it is fetched; None for what lies within its page, and cannot be."""
    whole = f"https:{address}" if address.startswith("//") else address
    return whole if whole.startswith(("https://", "http://")) else None


def _content(item: Any) -> str:
    """Return an item as it came."""
    if isinstance(item, tuple):
        item = item[-1]
    if isinstance(item, msgspec.Raw):
        return bytes(item).decode("utf-8", "replace")
    return inner(item) if isinstance(item, etree._Element) else repr(item)


def spider_of(feed: str) -> type[PlatformSpider]:
    """Return the one PlatformSpider that crawlers/platforms/<feed>.py defines; CannotCrawl when there is none."""
    if feed not in feeds():
        raise CannotCrawl(f"feed {feed!r}: no such feed: use one of {', '.join(feeds())}")
    module = import_module(f"crawlers.platforms.{feed}")
    found = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, PlatformSpider) and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise TypeError(f"{module.__file__}: defines {len(found)} PlatformSpiders: keep exactly one")
    return found[0]


def route_of(feed: str) -> str:
    """Return by which way a feed comes upon posts: two feeds of one way do not find independently of each other."""
    given = spider_of(feed).route if feed in feeds() else ""
    return given or feed.rpartition("_")[2]


def called() -> "tuple[dict[str, Both], dict[str, Both]]":
    """Return what people call the platforms and the feeds, by their names; some speak for themselves."""
    spiders = {feed: spider_of(feed) for feed in feeds()}
    platforms = {spider.platform: spider.platform_name for spider in spiders.values() if spider.platform_name}
    return platforms, {feed: spider.feed_name for feed, spider in spiders.items() if spider.feed_name}


def platforms() -> list[str]:
    """Return the platforms that posts come from, sorted: those of the feeds, and those of the tables' maps."""
    imported = {import_map(path.stem).platform for path in import_maps()}
    return sorted({spider_of(feed).platform for feed in feeds()} | imported)


def is_loopback(url: str) -> bool:
    """Tell whether `url` leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
