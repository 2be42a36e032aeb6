"""One POST to a receiver: its answer, or why there is none, without a word of the address, which is a secret."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache

import httpx

from config.channel import Channel
from crawlers.spider import is_loopback
from indexing.alerts.delivery import NotDelivered, address
from indexing.alerts.rate import pause

__all__ = ["Response", "check_status", "pace", "post", "redacted"]

_LONGEST_ANSWER = 65_536
_LONGEST_REASON = 160
_WORTH_A_RETRY = {408, 425, 429}
_PATIENCE = 5.0
"""Seconds for which a full minute is waited out; a longer wait is left to the next call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What came back; the body is cut."""

    status: int
    body: bytes


def post(channel: Channel, body: bytes, headers: dict[str, str], *, query: str = "", read: bool = True) -> Response:
    """Send `body` to the channel's address, with `query` added to it; NotDelivered where no whole answer comes.

    With `read` off, the status is the whole answer.
    """
    url = address(channel)
    url += (("&" if "?" in url else "?") + query) if query else ""
    try:
        return asyncio.run(_post(url, body, {"User-Agent": "tingfeng", **headers}, channel.timeout, read))
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise NotDelivered(f"no connection ({type(error).__name__})", unsure=False, retry=True) from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError):
        reason = f"{channel.url_variable} holds no http(s) address: mend it"
        raise NotDelivered(reason, unsure=False, retry=False) from None
    except (httpx.HTTPError, TimeoutError) as error:
        raise NotDelivered(f"no answer ({type(error).__name__})", unsure=True, retry=True) from None


def check_status(response: Response) -> None:
    """Raise NotDelivered unless the status is 2xx."""
    if not 200 <= response.status < 300:
        retry = response.status >= 500 or response.status in _WORTH_A_RETRY
        raise NotDelivered(f"the receiver answered HTTP {response.status}", unsure=False, retry=retry)


def pace(channel: Channel, usual: int | None = None, per_second: int | None = None) -> None:
    """Wait until the receiver takes another message; NotDelivered where that is not soon."""
    if not (per_minute := channel.per_minute or usual):
        return
    while (seconds := pause(channel.id, per_minute, per_second)) > 0:
        if seconds > _PATIENCE:
            reason = f"its {per_minute} messages of this minute are used up"
            raise NotDelivered(reason, unsure=False, retry=False, after=seconds)
        time.sleep(seconds)


def redacted(text: str, channel: Channel) -> str:
    """Return what a receiver says, on one line, cut, and without the channel's secrets."""
    for secret in sorted(channel.secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return " ".join(text.split())[:_LONGEST_REASON]


@cache
def _trusted() -> ssl.SSLContext:
    """Return whom to trust, read once: a context of its own would cost each message more than all the rest of it."""
    return httpx.create_ssl_context()


async def _post(url: str, body: bytes, headers: dict[str, str], seconds: float, read: bool) -> Response:
    """Return the answer; TimeoutError when connecting and answering together take twice as long."""
    got = b""
    async with (
        asyncio.timeout(2 * seconds),
        # a proxy from the environment could not reach this machine's own receivers
        httpx.AsyncClient(
            timeout=seconds, follow_redirects=False, trust_env=not is_loopback(url), verify=_trusted()
        ) as client,
        client.stream("POST", url, content=body, headers=headers) as response,
    ):
        async for chunk in response.aiter_bytes() if read else _nothing():
            got += chunk
            if len(got) > _LONGEST_ANSWER:
                break
    return Response(status=response.status_code, body=got)


async def _nothing() -> AsyncIterator[bytes]:
    for chunk in tuple[bytes, ...]():
        yield chunk
