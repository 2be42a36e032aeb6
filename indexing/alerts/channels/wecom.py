"""Channel kind `wecom`: a group's bot (企业微信群机器人); it takes 20 messages a minute, of 4,096 bytes each.

The bot answers HTTP 200 and reports failure in the body's `errcode`. It knows no signature: its address is its secret.
"""

from types import MappingProxyType

from config.channel import Channel
from indexing.alerts.bot import Codes, Request, send_parts
from indexing.alerts.formatting import split_message, to_markdown
from indexing.alerts.message import Message

__all__ = ["PER_MINUTE", "send"]

PER_MINUTE = 20
_LIMIT = 4_096
"""Bytes of one message's content, its title included."""
_NUMBERING = len(" (99/99)")
_LONGEST_TITLE = 600
_CODES = Codes(
    fields=("errcode",),
    told_in="errmsg",
    too_fast=MappingProxyType({45009: 60.0, 45033: 60.0}),
    busy=frozenset({-1}),
    remedies=MappingProxyType({93000: "the address holds no valid key", 93008: "the bot is no longer in the group"}),
)


def send(message: Message, channel: Channel) -> None:
    """Return when the bot has confirmed every part."""
    head = split_message([f"### {to_markdown(message.title)}"], _LONGEST_TITLE)[0]
    lines = [to_markdown(line) for line in message.lines]
    lines += [f"[{link.label}]({link.url})" for link in message.links]

    def request(title: str, text: str) -> Request:
        number = title.removeprefix(message.title)
        return {"msgtype": "markdown", "markdown": {"content": f"{head}{number}\n{text}"}}, ""

    limit = _LIMIT - len(head.encode()) - _NUMBERING - 1
    send_parts(message, channel, lines=lines, limit=limit, per_minute=PER_MINUTE, codes=_CODES, request=request)
