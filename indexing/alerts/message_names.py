"""What the messages of an alert are called: `step.2` and `repeat.1.2` in words."""

from collections.abc import Mapping
from types import MappingProxyType

from config.both import Both

__all__ = ["FIRST", "message_name"]

FIRST = "raised"
"""The name of an alert's first message."""
_NAMES: Mapping[str, Both] = MappingProxyType(
    {
        FIRST: Both("首次通知", "first message"),
        "woken": Both("暂缓到期", "snooze over"),
        "reopened": Both("复发", "it came back"),
        "graver": Both("加重", "it became graver"),
        "followup": Both("跟进", "what joined it"),
    }
)


def message_name(message: str) -> Both:
    """Return what a message is called; `repeat.1.2` is the second repeat of the first step."""
    match message.split("."):
        case ["step", step, *_]:
            return Both(f"第 {step} 步", f"step {step}")
        case ["repeat", step, number, *_]:
            return Both(f"第 {step} 步的第 {number} 次重发", f"step {step}, repeat {number}")
        case ["instead", channel, *_]:
            return Both(f"代 {channel} 发送", f"in place of {channel}")
        case [kind, *_]:
            return _NAMES.get(kind, Both(message, message))
        case _:
            return Both(message, message)
