"""Why an alert was sent or not: its history as a time line that a person can read."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from config.settings import DAY_ZONE
from indexing.alerts import records
from indexing.alerts.alert import Alert, DeliveryState, State
from indexing.elasticsearch.store import Store

__all__ = ["explain"]

_EVENTS = {
    "firing": "发现 found: it fires",
    "updated": "加重 heavier",
    "resolved": "解除 resolved",
    "reopened": "复发 reopened",
    "acknowledged": "认领 acknowledged",
    "assigned": "转交 assigned",
    "snoozed": "暂缓 snoozed",
    "woken": "暂缓到期 snooze over",
    "replied": "品牌已回应 the brand replied",
    "held": "未发送 not sent",
    "sending": "正在发送 sending",
    "sent": "已送达 confirmed by the receiver",
    "unsent": "发送失败 not confirmed, will be tried again",
    "given_up": "放弃 given up",
    "used": "链接已用 link used",
    "refused": "链接被拒 link refused",
}


def explain(store: Store, id: str) -> list[str]:
    """Return the alert's time line, oldest first, and where it stands now; NoSuchAlert where there is none."""
    alert = records.change(store, id, lambda old: old)
    return [*_head(alert), *map(_line, records.history(store, id)), *_now(alert)]


def _head(alert: Alert) -> Iterator[str]:
    yield f"{alert.id}  {alert.severity}  {alert.title}"
    yield alert.reason_zh
    yield alert.reason_en


def _line(event: Mapping[str, Any]) -> str:
    moment = datetime.fromisoformat(event["@timestamp"]).astimezone(DAY_ZONE)
    what = _EVENTS.get(event["event"], event["event"])
    about = [what, event.get("channel"), event.get("by") and f"by {event['by']}", event.get("detail")]
    return f"{moment:%m-%d %H:%M:%S}  " + " · ".join(str(part) for part in about if part)


def _now(alert: Alert) -> Iterator[str]:
    sent = [one for one in alert.delivery if one.state is DeliveryState.SENT]
    waiting = [one for one in alert.delivery if one.state in (DeliveryState.PENDING, DeliveryState.SENDING)]
    yield f"现在 now: {alert.state}" + (f", {alert.assignee} looks after it" if alert.assignee else "")
    if sent:
        yield "已告知 told: " + ", ".join(f"{one.channel} ({one.message})" for one in sent)
    for one in waiting:
        due = f", not before {one.not_before.astimezone(DAY_ZONE):%H:%M:%S}" if one.not_before else ""
        yield f"待发 to be sent: {one.channel} ({one.message}){due}" + (f": {one.last_error}" if one.last_error else "")
    if not sent and not waiting or alert.held:
        yield f"未发原因 why not: {alert.held or _why_not(alert)}"


def _why_not(alert: Alert) -> str:
    if alert.state is not State.RESOLVED and alert.step < 0:
        minutes = int((datetime.now(UTC) - alert.evaluated_at).total_seconds() // 60)
        return f"nobody has decided since it was found, {minutes} minutes ago: run `tingfeng alerts run`"
    return "every channel gave up"
