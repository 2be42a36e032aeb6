"""One message for many: what a channel cannot take one by one within its limit is counted and listed in it."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from config import settings
from config.both import Both
from config.rule import Severity
from indexing.alerts.alert import Alert, Delivery, DeliveryState
from indexing.alerts.brand_label import brand_label
from indexing.alerts.incidents import order
from indexing.alerts.links import listing_address
from indexing.alerts.message import Link, Message
from indexing.alerts.plain_text import plain_text

__all__ = ["of_many"]

_MOST_LISTED, _MOST_BRANDS = 12, 8
_TITLE_LENGTH, _REASON_LENGTH = 20, 40
_SEVERITY = {
    Severity.NOTICE: Both("提示", "notice"),
    Severity.WARNING: Both("警告", "warning"),
    Severity.SERIOUS: Both("严重", "serious"),
    Severity.CRISIS: Both("危机", "crisis"),
}
_LIST = "全部未解除的预警 all open alerts"


def of_many(entries: Sequence[tuple[Alert, Delivery]], channel: str, *, now: datetime) -> Message:
    """Return the message of these alerts, the gravest first; one that may have arrived before is marked 重发.

    It fits one part of every bot: a dozen are listed, the rest is counted. What is counted are incidents, each once
    however often it was to be told; those that this channel has heard of before are counted apart.
    """
    spoken_for: dict[str, Alert] = {}
    for alert in sorted((alert for alert, _ in entries), key=order, reverse=True):
        spoken_for.setdefault(alert.incident or alert.id, alert)
    alerts = list(spoken_for.values())
    known = {alert.incident or alert.id for alert, _ in entries if _heard(alert, channel)}
    again = "【重发】" if any(delivery.unsure for _, delivery in entries) else ""
    number = len(alerts)
    title = f"【预警汇总】{again}另有 {number} 起 and {number} more incidents"
    lines = tuple(_lines(alerts, len(known)))
    spoken = "\n".join(sorted(f"{alert.id}:{delivery.message}" for alert, delivery in entries))
    key = f"digest:{channel}:{hashlib.sha256(spoken.encode()).hexdigest()[:16]}"
    link = Link(label=_LIST, url=listing_address(now)) if settings.public_url() else None
    body = {"version": 1, "test": False, "digest": [alert.id for alert in alerts], "repeat": bool(again)}
    return Message(
        key=key,
        title=title,
        lines=lines,
        body={**body, "title": title, "text": "\n".join(lines)},
        links=(link,) if link else (),
        thread=key,
    )


def _heard(alert: Alert, channel: str) -> bool:
    return any(one.channel == channel and one.state is DeliveryState.SENT for one in alert.delivery)


def _lines(alerts: Sequence[Alert], known: int) -> Iterator[str]:
    yield "预警多于一分钟能收的条数，余下的并为这一条。More than this channel takes in a minute: the rest in one."
    if known:
        yield f"其中 {known} 起此前已报过。{known} of them were told here before."
    counted = Counter(alert.severity for alert in alerts)
    yield "、".join(f"{_SEVERITY[one].zh} {_SEVERITY[one].en} {counted[one]}" for one in _SEVERITY if counted[one])
    brands = Counter(brand_label(alert.brand) for alert in alerts).most_common(_MOST_BRANDS)
    yield "品牌 brands: " + "、".join(f"{plain_text(brand, _TITLE_LENGTH)} {number}" for brand, number in brands)
    for number, alert in enumerate(alerts[:_MOST_LISTED], 1):
        title, reason = plain_text(alert.title, _TITLE_LENGTH), plain_text(alert.reason_zh, _REASON_LENGTH)
        yield f"{number}. {_SEVERITY[alert.severity].zh} {title} {alert.id} {reason}"
    if more := len(alerts[_MOST_LISTED:]):
        yield f"清单另有 {more} 起 and {more} more on the list"
    if not settings.public_url():
        yield f"{_LIST}: tingfeng alerts list"
