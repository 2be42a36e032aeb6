"""Channel kind `webhook`: a signed POST of JSON to an address of the user's own.

Idempotency-Key: <alert id>:<channel>     the same alert, however often it arrives
X-Tingfeng-Timestamp: <seconds since 1970>
X-Tingfeng-Signature: v1=<hex HMAC-SHA256 of "<timestamp>.<body>" with the channel's secret>
"""

import asyncio
import hashlib
import hmac
import time

import httpx
import msgspec

from config.channel import Channel
from crawlers.spider import is_loopback
from indexing.alerts.channels import NotDelivered, address
from indexing.alerts.message import Message

__all__ = ["send"]

_WORTH_A_RETRY = {408, 425, 429}


def send(message: Message, channel: Channel) -> None:
    """Return when the receiver answers 2xx; its answer's body is not looked at."""
    body = msgspec.json.encode(message.body)
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": message.key.encode("unicode_escape").decode("ascii"),
        "User-Agent": "tingfeng",
        **_signature(body, channel.secret),
    }
    try:
        status = asyncio.run(_post(address(channel), body, headers, channel.timeout))
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise NotDelivered(f"no connection ({type(error).__name__})", unsure=False, retry=True) from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError):
        reason = f"{channel.url_variable} holds no http(s) address: mend it"
        raise NotDelivered(reason, unsure=False, retry=False) from None
    except (httpx.HTTPError, TimeoutError) as error:
        raise NotDelivered(f"no answer ({type(error).__name__})", unsure=True, retry=True) from None
    if not 200 <= status < 300:
        retry = status >= 500 or status in _WORTH_A_RETRY
        raise NotDelivered(f"the receiver answered HTTP {status}", unsure=False, retry=retry)


async def _post(url: str, body: bytes, headers: dict[str, str], patience: float) -> int:
    """Return the status; TimeoutError when connecting and answering together take twice as long."""
    async with (
        asyncio.timeout(2 * patience),
        # a proxy from the environment could not reach this machine's own receivers
        httpx.AsyncClient(timeout=patience, follow_redirects=False, trust_env=not is_loopback(url)) as client,
        client.stream("POST", url, content=body, headers=headers) as answer,
    ):
        return answer.status_code


def _signature(body: bytes, secret: str | None) -> dict[str, str]:
    if not secret:
        return {}
    timestamp = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Tingfeng-Timestamp": timestamp, "X-Tingfeng-Signature": f"v1={digest}"}
