"""Chat bots that answer HTTP 200 whatever happened: each part of a message is sent, and the body's code is judged."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from config.channel import Channel
from indexing.alerts.delivery import NotDelivered
from indexing.alerts.formatting import split_message
from indexing.alerts.message import Message
from indexing.alerts.posting import Response, check_status, pace, post, redacted

__all__ = ["Codes", "send_parts"]

Request = tuple[Mapping[str, Any], str]
"""A body, and what is added to the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """How a kind of bot reports what became of a message: `fields` of the body of which any may hold the code."""

    fields: tuple[str, ...]
    told_in: str
    """The field with the reason."""
    too_fast: Mapping[int, float]
    """Codes of messages that came too fast, and the seconds until the bot takes more."""
    busy: Collection[int]
    """Codes that pass by themselves."""
    remedies: Mapping[int, str]
    """What to mend, by the code."""


def send_parts(
    message: Message,
    channel: Channel,
    *,
    lines: list[str],
    limit: int,
    per_minute: int,
    per_second: int | None = None,
    codes: Codes,
    request: Callable[[str, str], Request],
) -> None:
    """Send the lines in parts of at most `limit` bytes; NotDelivered says how many of them are confirmed."""
    texts = split_message(lines, limit)
    for number, text in enumerate(texts):
        if number < message.parts:
            continue
        title = f"{message.title} ({number + 1}/{len(texts)})" if len(texts) > 1 else message.title
        try:
            pace(channel, per_minute, per_second)
            body, query = request(title, text)
            headers = {"Content-Type": "application/json"}
            _judge(post(channel, msgspec.json.encode(body), headers, query=query), codes, channel)
        except NotDelivered as error:
            error.parts = number
            raise


def _judge(answer: Response, codes: Codes, channel: Channel) -> None:
    check_status(answer)
    try:
        said = json.loads(answer.body)
        code = next(int(said[field]) for field in codes.fields if field in said)
    except (ValueError, TypeError, StopIteration):
        raise NotDelivered(
            "the bot's answer holds no code: is the address a bot's?", unsure=True, retry=False
        ) from None
    if code == 0:
        return
    reason = f"the bot answered code {code} ({redacted(str(said.get(codes.told_in, '')), channel)})"
    if remedy := codes.remedies.get(code):
        reason += f": {remedy}"
    after = codes.too_fast.get(code)
    raise NotDelivered(reason, unsure=False, retry=code in codes.busy, after=after)
