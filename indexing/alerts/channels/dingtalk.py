"""Channel kind `dingtalk`: a group's custom bot (钉钉自定义机器人), signed; it takes 20 messages a minute.

The bot answers HTTP 200 and reports failure in the body's `errcode`.
"""

import base64
import hashlib
import hmac
import time
from types import MappingProxyType
from urllib.parse import quote_plus

from config.channel import Channel
from indexing.alerts.bot import Codes, Request, send_parts
from indexing.alerts.formatting import to_markdown
from indexing.alerts.message import Message

__all__ = ["PER_MINUTE", "send"]

PER_MINUTE = 20
_LIMIT = 15_000
"""Bytes of text; the bot takes 20,000 of body."""
_MUTED = 600.0  # a bot that was too fast is silent for ten minutes
_CODES = Codes(
    fields=("errcode",),
    told_in="errmsg",
    too_fast=MappingProxyType({130101: _MUTED, 410100: _MUTED, 660026: _MUTED, 90030: _MUTED}),
    busy=frozenset({-1}),
    remedies=MappingProxyType(
        {
            310000: "set the bot's signing secret, its keywords (预警 is in every message) and its addresses right",
            300001: "the address holds no valid access_token",
            300005: "the address holds no valid access_token",
            400013: "the group is gone: make a bot in another one",
        }
    ),
)


def send(message: Message, channel: Channel) -> None:
    """Return when the bot has confirmed every part."""
    lines = [to_markdown(line) for line in message.lines]
    if message.links:
        lines.append(" | ".join(f"[{link.label}]({link.url})" for link in message.links))

    def request(title: str, text: str) -> Request:
        shown = f"#### {to_markdown(title)}\n\n" + text.replace("\n", "\n\n")
        return {"msgtype": "markdown", "markdown": {"title": title, "text": shown}}, _signature(channel.secret)

    send_parts(message, channel, lines=lines, limit=_LIMIT, per_minute=PER_MINUTE, codes=_CODES, request=request)


def _signature(secret: str | None) -> str:
    """Return what is added to the address: the time in milliseconds, and the HMAC of it and the secret."""
    if not secret:
        return ""
    timestamp = str(round(time.time() * 1000))
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return f"timestamp={timestamp}&sign={quote_plus(base64.b64encode(digest))}"
