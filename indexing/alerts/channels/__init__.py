"""The kinds of channel: each module here is one, found by its name, with one function `send(message, channel)`."""

import logging
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from config import settings
from config.channel import Channel
from config.load import ConfigError, where
from indexing.alerts.delivery import NotDelivered
from indexing.alerts.message import Message

__all__ = ["check_kinds", "kinds", "per_minute", "per_second", "send"]


class _Kind(Protocol):
    def send(self, message: Message, channel: Channel) -> str | None:
        """Return when the receiver has confirmed, with what of it cannot be known; otherwise raise NotDelivered."""


def kinds() -> list[str]:
    """Return the names of all kinds, sorted, without importing any."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def check_kinds(channels: Sequence[Channel], folder: Path | None = None) -> None:
    """Raise ConfigError with every channel whose kind, or whose `instead`, does not exist."""
    folder = folder or settings.config_dir() / "channels"
    problems = []
    for channel in channels:
        path = next(folder.glob(f"{channel.id}.y*ml"))
        if channel.kind not in kinds():
            remedy = f"write one of {', '.join(kinds())}"
            problems.append(f"{where(path, 'kind')}: there is no kind {channel.kind!r}: {remedy}")
        others = sorted({other.id for other in channels} - {channel.id})
        if channel.instead and channel.instead not in others:
            known = ", ".join(others) or "none yet"
            problems.append(f"{where(path, 'instead')}: {channel.instead!r} is no other channel: there are {known}")
    if problems:
        raise ConfigError("\n".join(problems))


def send(message: Message, channel: Channel) -> str | None:
    """Send the message through the channel's kind; NotDelivered unless the receiver has confirmed it.

    Return what of the confirmation cannot be known, where the kind says so.
    """
    if channel.kind not in kinds():
        raise NotDelivered(f"there is no channel kind {channel.kind!r}", unsure=False, retry=False)
    _keep_addresses_out_of_logs()
    return cast(_Kind, import_module(f"{__name__}.{channel.kind}")).send(message, channel)


def per_minute(channel: Channel) -> int | None:
    """Return how many messages a minute the channel takes; None where nobody says so."""
    return channel.per_minute or _usual(channel, "PER_MINUTE")


def per_second(channel: Channel) -> int | None:
    """Return how many messages a second the channel takes; None where nobody says so."""
    return _usual(channel, "PER_SECOND")


def _usual(channel: Channel, name: str) -> int | None:
    if channel.kind not in kinds():
        return None
    usual: int | None = getattr(import_module(f"{__name__}.{channel.kind}"), name, None)
    return usual


def _nothing(_record: logging.LogRecord) -> bool:
    return False


def _keep_addresses_out_of_logs() -> None:
    """Mute the libraries that log addresses, which are secrets; our own errors say what matters."""
    for name in (
        "apprise",
        "httpx",
        "httpcore.connection",
        "httpcore.http11",
        "httpcore.proxy",
        "urllib3.connectionpool",
    ):
        logging.getLogger(name).addFilter(_nothing)
