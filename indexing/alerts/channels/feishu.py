"""Channel kind `feishu`: a group's custom bot (飞书自定义机器人, Lark's too), signed; it takes 100 messages a
minute and five a second.

The bot answers HTTP 200 and reports failure in the body's `code`. The signature's key is the time and the secret, and
what it signs is empty.
"""

import base64
import hashlib
import hmac
import time
from types import MappingProxyType

from config.channel import Channel
from indexing.alerts.bot import Codes, Request, send_parts
from indexing.alerts.message import Message

__all__ = ["PER_MINUTE", "PER_SECOND", "send"]

PER_MINUTE = 100
PER_SECOND = 4
"""It takes five; one is left for those that were late on their way."""
_LIMIT = 12_000
"""Bytes of text; the bot takes 20,000 of body, and each line weighs some more there."""
_CODES = Codes(
    fields=("code", "StatusCode"),
    told_in="msg",
    too_fast=MappingProxyType({9499: 60.0, 11232: 60.0, 11247: 60.0}),
    busy=frozenset({10003, 18054}),
    remedies=MappingProxyType(
        {
            19001: "the address is no bot's",
            19021: "set the bot's signing secret right, and this machine's clock",
            19022: "this machine's address is not among those that the bot allows",
            19024: "none of the bot's keywords is in the message: 预警 is in every one",
        }
    ),
)


def send(message: Message, channel: Channel) -> None:
    """Return when the bot has confirmed every part."""

    def request(title: str, text: str) -> Request:
        rows: list[list[dict[str, str]]] = [[{"tag": "text", "text": line}] for line in text.split("\n")]
        if message.links:
            rows.append([{"tag": "a", "text": f"{link.label}  ", "href": link.url} for link in message.links])
        content = {"post": {"zh_cn": {"title": title, "content": rows}}}
        return {**_signature(channel.secret), "msg_type": "post", "content": content}, ""

    lines = list(message.lines)
    send_parts(
        message,
        channel,
        lines=lines,
        limit=_LIMIT,
        per_minute=PER_MINUTE,
        per_second=PER_SECOND,
        codes=_CODES,
        request=request,
    )


def _signature(secret: str | None) -> dict[str, str]:
    if not secret:
        return {}
    timestamp = str(int(time.time()))
    digest = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}
