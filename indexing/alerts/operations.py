"""Tell those who run tingfeng that something failed: best effort, by the channel `operations`, where there is one."""

import logging
import uuid

from config.channel import load_channels
from config.load import ConfigError
from indexing.alerts.channels import send
from indexing.alerts.delivery import NotDelivered
from indexing.alerts.message import of_words
from indexing.alerts.plain_text import plain_text

__all__ = ["CHANNEL", "notify"]

CHANNEL = "operations"
_STEP_LENGTH, _REASON_LENGTH = 120, 500

_log = logging.getLogger(__name__)


def notify(step: str, reason: str) -> bool:
    """Send that `step` failed and why; return whether the channel confirmed it. Never raises for the channel's sake."""
    title, text = f"【运维预警】{plain_text(step, _STEP_LENGTH)} 失败 failed", plain_text(reason, _REASON_LENGTH)
    try:
        channel = next((channel for channel in load_channels() if channel.id == CHANNEL), None)
        if channel is None:
            return False
        send(of_words(uuid.uuid4().hex, title, text, step=step), channel)
    except (ConfigError, NotDelivered) as error:
        _log.warning("the channel %s could not be told that %s failed: %s", CHANNEL, step, error)
        return False
    return True
