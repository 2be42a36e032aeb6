"""The process that crawls: it alone imports Scrapy, whose reactor runs once in a process's life.

Started by run.py as `python -m crawlers.worker`. It reads one Job as a line of JSON from stdin and writes lines to
stdout: a word, a space, and JSON.

    post {…}    a Post
    dead {…}    what could not be read
    reading "…" the page at this address is parsed next, by code that nothing in this process interrupts
    parsed {}   it was parsed
    page {}     one page was read to its end
    end {…}     the Ending, once, last

It leaves when stdin closes, that is, when whoever started it is gone.
"""

import os
import select
import sys
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import msgspec
import scrapy
from scrapy import exceptions as scrapy_errors
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.crawler import AsyncCrawlerProcess
from twisted.internet import error as twisted_errors
from w3lib.url import add_or_replace_parameter

from config import settings
from crawlers.drive import Drive
from crawlers.ending import Ending
from crawlers.errors import SchemaChanged, Unreachable
from crawlers.fetch import Download, Fetcher, Forbidden
from crawlers.page import Dead, Request, Response
from crawlers.post import Post, encode_post
from crawlers.signer import signer_of, signing
from crawlers.spider import Job, PlatformSpider, is_loopback, spider_of
from crawlers.stage import query_folder

__all__ = ["main"]

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


class Pipe:
    """The sink that writes to whoever started this process."""

    def __init__(self, out: BinaryIO, job: Job) -> None:
        self._out, self._job = out, job

    def post(self, post: Post) -> None:
        """Send a post."""
        self._out.write(b"post " + encode_post(post) + b"\n")

    def dead(self, dead: Dead) -> None:
        """Send what could not be read."""
        self._send("dead", dead)

    def page(self) -> None:
        """Say that a page was read to its end."""
        self._send("page", {})
        self._out.flush()

    def reading(self, url: str) -> None:
        """Say which page is parsed next."""
        self._send("reading", url)
        self._out.flush()

    def parsed(self) -> None:
        """Say that its parsing is over."""
        self._send("parsed", {})
        self._out.flush()

    def end(self, end: Ending) -> None:
        """Say how it ended."""
        self._send("end", end)
        self._out.flush()

    def keep(self, response: Response) -> str:
        """Keep the page beside the logs; of each query, the last odd one is kept."""
        path = settings.data_dir() / "logs" / f"{self._job.feed}-{query_folder(self._job.query)}.page"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_without_secrets(response.body, self._job))
        return str(path)

    def _send(self, word: str, value: Any) -> None:
        self._out.write(word.encode() + b" " + msgspec.json.encode(value) + b"\n")


class _Downloader(scrapy.Spider):
    """Lends Scrapy's downloader, with its delays, robots.txt and checks, to one Drive."""

    name = "tingfeng"

    def __init__(self, spider: PlatformSpider, pipe: Pipe) -> None:
        super().__init__()
        self._spider, self._pipe, job = spider, pipe, spider.job
        self._cookie = settings.secret(job.cookie_env) if job.cookie_env else None
        self._token = settings.secret(job.token_env) if job.token_env else None
        self._own = urlsplit(spider.first().url)

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

    async def _download(self, request: Request) -> Response:
        headers = dict(request.headers)
        if self._cookie and self._is_own(request.url):
            headers["Cookie"] = self._cookie
        address = request.url
        if self._token and self._is_own(request.url):
            if parameter := self._spider.token_parameter:
                address = add_or_replace_parameter(address, parameter, self._token)
            else:
                headers["Authorization"] = f"Bearer {self._token}"
        method, body = ("GET", b"") if request.body is None else ("POST", request.body)
        try:
            response = await self.crawler.engine.download_async(
                scrapy.Request(address, method=method, body=body, headers=headers, meta={"dont_redirect": True})
            )
        except scrapy_errors.IgnoreRequest as error:
            if "robots.txt" in str(error):
                raise Forbidden("robots.txt forbids it") from error
            raise SchemaChanged(f"the answer unpacks to more than {_MOST_BYTES:,} bytes") from error
        except scrapy_errors.DownloadCancelledError as error:
            raise SchemaChanged(f"the answer has more than {_MOST_BYTES:,} bytes") from error
        except tuple(_FAILURES) as error:
            words = next(words for kind, words in _FAILURES.items() if isinstance(error, kind))
            raise Unreachable(words) from error
        except (ValueError, scrapy_errors.NotSupported, scrapy_errors.UnsupportedURLSchemeError) as error:
            raise SchemaChanged(f"cannot be fetched: {error}") from error
        return Response(
            url=response.url if address == request.url else request.url,
            status=response.status,
            headers={
                name.decode("latin-1").lower(): b", ".join(v).decode("latin-1") for name, v in response.headers.items()
            },
            body=response.body,
            fetched_at=datetime.now(UTC),
        )


def _without_secrets(body: bytes, job: Job) -> bytes:
    """Return a page without the credentials that it was asked for with: some platforms write them into it."""
    for name in (job.cookie_env, job.token_env):
        if name and (secret := settings.secret(name)):
            body = body.replace(secret.encode(), b"")
    return body


def _scrapy_settings(job: Job, loopback: bool) -> dict[str, Any]:
    return {
        "BOT_NAME": "tingfeng",
        "USER_AGENT": job.user_agent,
        "DEFAULT_REQUEST_HEADERS": {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"},
        "ROBOTSTXT_OBEY": job.robots,
        "DOWNLOAD_DELAY": job.delay,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1 if job.delay else _AT_ONCE,
        "DOWNLOAD_TIMEOUT": _TIMEOUT,
        "DOWNLOAD_MAXSIZE": _MOST_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_HANDLERS": dict.fromkeys(("data", "file", "ftp", "s3")),
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


def _leave_when_alone() -> None:
    parent = os.getppid()
    while os.getppid() == parent:
        if select.select([0], [], [], _WATCH)[0] and not os.read(0, 1):
            break
    os._exit(1)


def main() -> None:
    """Do the job that stands on stdin."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints, the pipe carries our lines alone
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    threading.Thread(target=_leave_when_alone, daemon=True).start()
    spider = spider_of(job.feed)(job)
    process = AsyncCrawlerProcess(_scrapy_settings(job, is_loopback(spider.first().url)))
    process.crawl(_Downloader, spider, Pipe(out, job))
    process.start(install_signal_handlers=False)


if __name__ == "__main__":
    main()
