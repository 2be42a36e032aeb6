"""Channel kind `webhook`: a signed POST of JSON to an address of the user's own.

Idempotency-Key: <alert id>:<channel>     the same message, however often it arrives
X-Tingfeng-Timestamp: <seconds since 1970>
X-Tingfeng-Signature: v1=<hex HMAC-SHA256 of "<timestamp>.<body>" with the channel's secret>
"""

import hashlib
import hmac
import time

import msgspec

from config.channel import Channel
from indexing.alerts.message import Message
from indexing.alerts.posting import check_status, pace, post

__all__ = ["send"]


def send(message: Message, channel: Channel) -> None:
    """Return when the receiver answers 2xx; its answer's body is not looked at."""
    body = msgspec.json.encode(message.body)
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": message.key.encode("unicode_escape").decode("ascii"),
        **_signature(body, channel.secret),
    }
    pace(channel)
    check_status(post(channel, body, headers, read=False))


def _signature(body: bytes, secret: str | None) -> dict[str, str]:
    if not secret:
        return {}
    timestamp = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Tingfeng-Timestamp": timestamp, "X-Tingfeng-Signature": f"v1={digest}"}
