"""The first page of a feed × query as it is now: in the host's turn, with the credentials and signature of a crawl."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
from w3lib.url import add_or_replace_parameter

from config import settings
from config.errors import UserError
from crawlers.errors import CrawlError, Unreachable
from crawlers.network.fetch import Fetcher
from crawlers.network.robots import obey
from crawlers.network.signing import signer_of, signing
from crawlers.network.turn import turn
from crawlers.page import Download, Request, Response
from crawlers.spider import PlatformSpider, is_loopback

__all__ = ["NotFetched", "first_page"]

_TIMEOUT = 30


class NotFetched(UserError):
    """The page did not come: the message says why, as a crawl would."""


def first_page(spider: PlatformSpider) -> Response:
    """Fetch it with one request, and follow where that leads; NotFetched for what is no page."""
    try:
        return asyncio.run(_fetch(spider))
    except CrawlError as error:
        raise NotFetched(f"{spider.job.feed} {spider.job.query!r}: {error}") from error


async def _fetch(spider: PlatformSpider) -> Response:
    request, job = spider.first(), spider.job
    at_home = is_loopback(request.url)
    agent = {"User-Agent": job.user_agent, "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}
    async with httpx.AsyncClient(headers=agent, timeout=_TIMEOUT, trust_env=not at_home) as client:
        if job.robots and not at_home:
            await _ask_robots(client, request.url, job.user_agent)
        download = _download(spider, client)
        cookie = settings.secret(job.cookie_env) or "" if job.cookie_env else ""
        if signer := signer_of(spider):
            download = signing(download, signer, cookie, lambda url: _is_own(request.url, url))
        return await Fetcher(spider, download, pause=1.0).read(request, lambda response: response)


def _download(spider: PlatformSpider, client: httpx.AsyncClient) -> Download:
    job, own = spider.job, spider.first().url

    async def download(request: Request) -> Response:
        headers, address = dict(request.headers), request.url
        if _is_own(own, request.url):
            if cookie := job.cookie_env and settings.secret(job.cookie_env):
                headers["Cookie"] = cookie
            if token := job.token_env and settings.secret(job.token_env):
                if spider.token_parameter:
                    address = add_or_replace_parameter(address, spider.token_parameter, token)
                else:
                    headers["Authorization"] = f"Bearer {token}"
        async with turn(urlsplit(address).hostname or "", job.delay):
            try:
                method = "GET" if request.body is None else "POST"
                reply = await client.request(method, address, content=request.body, headers=headers)
            except httpx.HTTPError as error:
                raise Unreachable(type(error).__name__) from None
        return Response(
            url=request.url,
            status=reply.status_code,
            headers={name.lower(): value for name, value in reply.headers.items()},
            body=job.without_secrets(reply.content),
            fetched_at=datetime.now(UTC),
        )

    return download


async def _ask_robots(client: httpx.AsyncClient, url: str, user_agent: str) -> None:
    parts = urlsplit(url)
    try:
        answer = await client.get(f"{parts.scheme}://{parts.netloc}/robots.txt", follow_redirects=True)
    except httpx.HTTPError as error:
        raise Unreachable(f"robots.txt: {type(error).__name__}") from None
    obey(url, user_agent, answer.status_code, answer.text)


def _is_own(own: str, url: str) -> bool:
    home, target = urlsplit(own), urlsplit(url)
    return target.netloc == home.netloc and target.scheme in (home.scheme, "https")
