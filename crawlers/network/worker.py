"""The process that crawls: it alone imports Scrapy, whose reactor runs once in a process's life.

Started by engine/process.py as `python -m crawlers.network.worker`. It reads jobs from stdin, does them side by side,
and answers on stdout, both as pipe.py describes. It leaves when stdin closes, that is, when whoever started it has no
more work or is gone.
"""

import logging
import os
import select
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

import msgspec
import scrapy
from scrapy import exceptions as scrapy_errors
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, TunnelError
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from twisted.internet import error as twisted_errors
from w3lib.url import add_or_replace_parameter

from config import settings
from crawlers.errors import SchemaChanged, Unreachable
from crawlers.network.drive import Drive
from crawlers.network.fetch import Fetcher
from crawlers.network.pipe import Numbered, Pipe
from crawlers.network.robots import obey
from crawlers.network.signing import signer_of, signing
from crawlers.network.turn import turn
from crawlers.page import Download, Request, Response
from crawlers.spider import Job, PlatformSpider, is_loopback, spider_of

__all__ = ["main"]

LOG = logging.getLogger(__name__)
_MOST_BYTES = 16 * 1024 * 1024
_TIMEOUT = 30
_AT_ONCE = 8
_PAUSE, _PAUSE_AT_HOME = 1.0, 0.1
_WATCH = 1.0
_FAILURES: dict[type[Exception], str] = {
    scrapy_errors.CannotResolveHostError: "no such host",
    scrapy_errors.DownloadConnectionRefusedError: "nothing answers there",
    scrapy_errors.DownloadTimeoutError: f"no answer within {_TIMEOUT} s",
    scrapy_errors.ResponseDataLossError: "the answer ended early",
    scrapy_errors.DownloadFailedError: "the connection broke",
    twisted_errors.ConnectError: "no connection",
    twisted_errors.ConnectionClosed: "the connection was closed",
    TunnelError: "the proxy lets nothing through",
    OSError: "the answer could not be read",
}


class InTurn(HTTP11DownloadHandler):
    """Scrapy's handler, which waits for the host's turn; whatever is asked for comes through here, robots.txt too."""

    _robots: ClassVar[dict[str, scrapy.http.Response]] = {}

    async def download_request(self, request: scrapy.Request) -> scrapy.http.Response:
        """Download, in turn where the job has a delay; a site's robots.txt once for all crawls of this process."""
        if kept := self._robots.get(request.url):
            return kept.replace()
        if delay := self._crawler.settings.getfloat("TURN_DELAY"):
            async with turn(urlsplit(request.url).hostname or "", delay):
                response = await super().download_request(request)
        else:
            response = await super().download_request(request)
        if urlsplit(request.url).path == "/robots.txt" and response.status in (200, 404):
            self._robots[request.url] = response
        return response


class _Downloader(scrapy.Spider):
    """Lends Scrapy's downloader, with its delays and checks, to one Drive."""

    name = "tingfeng"

    def __init__(self, spider: PlatformSpider, pipe: Pipe) -> None:
        super().__init__()
        self._spider, self._pipe, job = spider, pipe, spider.job
        self._cookie = settings.secret(job.cookie_env) if job.cookie_env else None
        self._token = settings.secret(job.token_env) if job.token_env else None
        self._own = urlsplit(spider.first().url)
        self._robots: dict[str, tuple[int, str]] = {}

    async def start(self) -> AsyncIterator[Any]:
        """Do the whole crawl; nothing is left for Scrapy to schedule."""
        pause = _PAUSE_AT_HOME if is_loopback(self._spider.first().url) else _PAUSE
        download: Download = self._download
        if signer := signer_of(self._spider):
            download = signing(download, signer, self._cookie or "", self._is_own)
        drive = Drive(self._spider, Fetcher(self._spider, download, pause), self._pipe)
        self._pipe.end(await drive.run())
        return
        yield  # Scrapy wants a generator

    def _is_own(self, url: str) -> bool:
        target = urlsplit(url)
        return target.netloc == self._own.netloc and target.scheme in (self._own.scheme, "https")

    def _asked(self, request: Request) -> scrapy.Request:
        """Return the request with the credentials, which go to the feed's own host alone."""
        headers, address = dict(request.headers), request.url
        if self._cookie and self._is_own(request.url):
            headers["Cookie"] = self._cookie
        if self._token and self._is_own(request.url):
            if parameter := self._spider.token_parameter:
                address = add_or_replace_parameter(address, parameter, self._token)
            else:
                headers["Authorization"] = f"Bearer {self._token}"
        method, body = ("GET", b"") if request.body is None else ("POST", request.body)
        return scrapy.Request(address, method=method, body=body, headers=headers, meta={"dont_redirect": True})

    async def _download(self, request: Request) -> Response:
        if self._spider.job.robots:
            await self._obey(request.url)
        with _told():
            asked = self._asked(request)
            response = await self.crawler.engine.download_async(asked)
        return Response(
            url=response.url if asked.url == request.url else request.url,
            status=response.status,
            headers={
                name.decode("latin-1").lower(): b", ".join(v).decode("latin-1") for name, v in response.headers.items()
            },
            body=self._spider.job.without_secrets(response.body),
            fetched_at=datetime.now(UTC),
        )

    async def _obey(self, url: str) -> None:
        """Return where the site's robots.txt lets us there; it is asked for until it could be read."""
        with _told("robots.txt: "):
            target = urlsplit(url)
            address = f"{target.scheme}://{target.netloc}/robots.txt"
            if not (said := self._robots.get(address)):
                response = await self.crawler.engine.download_async(scrapy.Request(address))
                said = response.status, response.body.decode("utf-8", "ignore")
        obey(url, self._spider.job.user_agent, *said)
        self._robots[address] = said


@contextmanager
def _told(what: str = "") -> Iterator[None]:
    """Say what goes wrong with a download in the crawl's own words, after `what`."""
    try:
        yield
    except scrapy_errors.IgnoreRequest as error:
        raise SchemaChanged(f"{what}the answer unpacks to more than {_MOST_BYTES:,} bytes") from error
    except scrapy_errors.DownloadCancelledError as error:
        raise SchemaChanged(f"{what}the answer has more than {_MOST_BYTES:,} bytes") from error
    except tuple(_FAILURES) as error:
        words = next(words for kind, words in _FAILURES.items() if isinstance(error, kind))
        raise Unreachable(f"{what}{words}") from error
    except (ValueError, scrapy_errors.NotSupported, scrapy_errors.UnsupportedURLSchemeError) as error:
        raise SchemaChanged(f"{what}cannot be fetched: {error}") from error


def _scrapy_settings(job: Job, loopback: bool) -> dict[str, Any]:
    return {
        "BOT_NAME": "tingfeng",
        "USER_AGENT": job.user_agent,
        "DEFAULT_REQUEST_HEADERS": {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"},
        "ROBOTSTXT_OBEY": False,  # Scrapy goes on where a site cannot say; robots.py does not
        "TURN_DELAY": job.delay,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1 if job.delay else _AT_ONCE,
        "DOWNLOAD_TIMEOUT": _TIMEOUT,
        "DOWNLOAD_MAXSIZE": _MOST_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_HANDLERS": {**dict.fromkeys(("data", "file", "ftp", "s3")), "http": InTurn, "https": InTurn},
        "HTTPPROXY_ENABLED": not loopback,
        "COOKIES_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "RETRY_ENABLED": False,  # fetch.py retries, with back-off
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "MEMUSAGE_ENABLED": False,
        "LOGSTATS_INTERVAL": 0,
        "LOG_LEVEL": "INFO",
    }


class _Worker:
    """Does the jobs that stand on stdin, as they come."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)  # whatever prints, the pipe carries our lines alone
        self._process = AsyncCrawlerProcess({"LOG_LEVEL": "INFO"})

    def run(self) -> None:
        """Do not return: the process ends when stdin does."""
        from twisted.internet import reactor

        self._start = getattr(reactor, "callFromThread")  # noqa: B009  # twisted's stubs do not know it
        threading.Thread(target=self._listen, daemon=True).start()
        self._process.start(stop_after_crawl=False, install_signal_handlers=False)

    def _listen(self) -> None:
        parent, received = os.getppid(), b""
        while os.getppid() == parent:
            if select.select([0], [], [], _WATCH)[0]:
                data = os.read(0, 1 << 20)
                if not data:
                    break
                *lines, received = (received + data).split(b"\n")
                for line in lines:
                    self._start(self._crawl, msgspec.json.decode(line, type=Numbered))
        os._exit(0)

    def _crawl(self, work: Numbered) -> None:
        pipe = Pipe(self._out, work)
        try:
            spider = spider_of(work.job.feed)(work.job)
            crawler = Crawler(_Downloader, _scrapy_settings(work.job, is_loopback(spider.first().url)))
            crawl = self._process.crawl(crawler, spider, pipe)
        except Exception:
            LOG.exception("a crawl did not begin")  # first, for whoever is told reads why in the log
            pipe.close()  # or who gave the job waits for its whole time
            return
        crawl.add_done_callback(lambda _: pipe.close())


def main() -> None:
    """Do all jobs that come."""
    _Worker().run()


if __name__ == "__main__":
    main()
