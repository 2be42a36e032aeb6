"""Asking until there is an answer: retries with back-off, redirects, and what each refusal means."""

import asyncio
import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote, unquote, urljoin, urlsplit

from crawlers.errors import Blocked, CrawlError, Gone, LoginRequired, SchemaChanged, Unreachable
from crawlers.page import Download, Request, Response
from crawlers.spider import PlatformSpider, is_loopback

__all__ = ["Fetcher", "Forbidden"]

Read = TypeVar("Read")

_TRIES = 4
_LONGEST_WAIT = 60.0
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_SAME_METHOD = frozenset((307, 308))
_MOST_REDIRECTS = 5
_FAILING = frozenset((408, 425, 500, 502, 503, 504, 520, 521, 522, 524))
_GONE = frozenset((403, 404, 410))
_LONGEST_NAME = 200
_IN_ADDRESSES = ";/?:@&=+$,-_.!~*'()#%[]|^"


class Forbidden(Blocked):
    """The site's robots.txt does not want us there: stay away, or ask its owner."""


class _Wait(CrawlError):
    """The platform asks to wait; when there are no tries left, `otherwise` is what it meant."""

    def __init__(self, seconds: float, otherwise: CrawlError) -> None:
        super().__init__(str(otherwise))
        self.seconds, self.otherwise = seconds, otherwise


class Fetcher:
    """Fetches and reads pages for one spider; `pause` is the first back-off in seconds, doubled with each try."""

    def __init__(self, spider: PlatformSpider, download: Download, pause: float) -> None:
        self._spider, self._download, self._pause = spider, download, pause

    async def read(self, request: Request, parse: Callable[[Response], Read]) -> Read:
        """Return what `parse` makes of the answer; every CrawlError names the page.

        What fails in passing is tried again, a cut body included.
        """
        tries = 1 if self._spider.job.only_first else _TRIES
        for attempt in range(tries):
            wait = self._pause * 2**attempt
            try:
                return parse(await self._follow(request))
            except _Wait as error:
                failure, wait = error.otherwise, error.seconds
            except Unreachable as error:
                failure = error
            except CrawlError as error:
                raise _named(error, request) from error
            if wait > _LONGEST_WAIT:
                break
            if attempt < tries - 1:
                await asyncio.sleep(wait)
        raise _named(failure, request)

    async def _follow(self, request: Request) -> Response:
        for _ in range(_MOST_REDIRECTS):
            response = await self._download(request)
            if response.status not in _REDIRECTS:
                self._refuse(request, response)
                return response
            request = self._redirected(request, response)
        raise SchemaChanged(f"redirected more than {_MOST_REDIRECTS} times")

    def _redirected(self, request: Request, response: Response) -> Request:
        # bytes beyond ASCII go on as they came, UTF-8 or GBK, as browsers send them
        said = re.sub(r"[\t\r\n]", "", response.headers.get("location", "").strip()).replace("\\", "/")
        try:
            target = urljoin(request.url, quote(said.encode("latin-1"), safe=_IN_ADDRESSES))
            host = urlsplit(target).hostname
        except ValueError as error:
            raise SchemaChanged(f"redirected to {said[:200]!r}, which is no address") from error
        if not said or not host:
            raise SchemaChanged(f"redirected to {said[:200]!r}, which is no address")
        if any(wall in target for wall in self._spider.login_walls):
            raise LoginRequired(f"redirected to {urlsplit(target).netloc} to log in")
        if urlsplit(target).scheme not in ("http", "https") or (is_loopback(target) and not is_loopback(request.url)):
            raise SchemaChanged(f"redirected to {target[:200]}, which is not followed")
        body = request.body if response.status in _SAME_METHOD else None
        return Request(url=target, headers=request.headers, optional=request.optional, body=body)

    def _refuse(self, request: Request, response: Response) -> None:
        """Raise what the status means, unless it means a page."""
        status = response.status
        if status == 200 or (status == 304 and self._spider.job.validators):
            return
        if request.optional and status in _GONE:
            raise Gone(f"HTTP {status}")
        if status in _FAILING:
            raise self._after_waiting(response, Unreachable(f"HTTP {status}"))
        raise self._after_waiting(response, self._spider.refusal(response))

    def _after_waiting(self, response: Response, meant: CrawlError) -> CrawlError:
        said = response.headers.get("retry-after", "").strip()
        if response.status not in (429, 503) or not said.isdecimal():
            return meant
        return _Wait(float(said), type(meant)(f"{meant}, asks to wait {said} s"))


def _named(error: CrawlError, request: Request) -> CrawlError:
    return type(error)(f"{unquote(request.url)[:_LONGEST_NAME]}: {error}")
