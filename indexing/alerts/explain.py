"""Why an alert was sent or not: its history as a time line that a person can read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from config.both import Both
from config.settings import DAY_ZONE
from indexing.alerts import records
from indexing.alerts.alert import Alert, DeliveryState, State
from indexing.alerts.facts import ZONE, clock, facts_of
from indexing.alerts.reason import Because, Reason, reason_of
from indexing.alerts.reason_words import in_one, said
from indexing.elasticsearch.store import Store

__all__ = ["Happened", "as_happened", "explain", "time_line"]

_EVENTS: Mapping[str, Both] = MappingProxyType(
    {
        "firing": Both("发现", "found: it fires"),
        "updated": Both("加重", "heavier"),
        "resolved": Both("解除", "resolved"),
        "reopened": Both("复发", "reopened"),
        "acknowledged": Both("认领", "acknowledged"),
        "assigned": Both("转交", "assigned"),
        "snoozed": Both("暂缓", "snoozed"),
        "woken": Both("暂缓到期", "snooze over"),
        "replied": Both("品牌已回应", "the brand replied"),
        "held": Both("未发送", "not sent"),
        "sending": Both("正在发送", "sending"),
        "sent": Both("已送达", "confirmed by the receiver"),
        "unsent": Both("发送失败", "not confirmed, will be tried again"),
        "given_up": Both("放弃", "given up"),
        "judged": Both("评价", "judged"),
        "merged": Both("并入警情", "merged into an incident"),
        "split": Both("移出警情", "split off its incident"),
        "used": Both("链接已用", "link used"),
        "refused": Both("链接被拒", "link refused"),
    }
)
_FIRING = Both("触发中", "firing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of an alert's history: who did what, when."""

    at: datetime
    event: str
    what: Both
    channel: str | None = None
    by: str | None = None
    why: Reason | None = None

    @property
    def said(self) -> Both | None:
        """More of it in words."""
        return said(self.why) if self.why else None


def time_line(store: Store, id: str) -> list[Happened]:
    """Return all that happened to the alert, oldest first."""
    return [as_happened(event) for event in records.history(store, id)]


def as_happened(event: Mapping[str, Any]) -> Happened:
    """Return an event's document as a line of the history."""
    return Happened(
        at=datetime.fromisoformat(event["@timestamp"]),
        event=event["event"],
        what=_EVENTS.get(event["event"], Both(event["event"], event["event"])),
        channel=event.get("channel"),
        by=event.get("by"),
        why=reason_of(event),
    )


def explain(store: Store, id: str) -> list[str]:
    """Return what the alert says, its time line, oldest first, and where it stands; NoSuchAlert where there is none."""
    alert = records.change(store, id, lambda old: old)
    return [*_head(alert), *map(_line, time_line(store, id)), *_now(alert)]


def _head(alert: Alert) -> Iterator[str]:
    yield f"{alert.id}  {alert.severity}  {alert.title}"
    yield alert.reason_zh
    yield alert.reason_en
    facts = facts_of(alert)
    if alert.incident:
        yield f"警情 incident: {alert.incident}" + (f", {alert.joined} speaks for it" if alert.joined else "")
    yield f"时段 window: {facts.window.zh}"
    if facts.words:
        yield "突出的词 words: " + "、".join(f"{one.word} {one.mentions}" for one in facts.words)
    for quote in facts.quotes:
        yield f"「{quote.text}」" + (f" {quote.url}" if quote.url else "")
    if facts.more:
        yield f"{facts.more.zh} {facts.more.en}"
    for one in facts.earlier:
        yield f"此前 earlier: {one.id} {clock(one.raised_at)} · {one.ended.zh} {one.ended.en}"
    yield f"经过 history ({ZONE.zh} {ZONE.en})"


def _line(one: Happened) -> str:
    moment = one.at.astimezone(DAY_ZONE)
    detail = in_one(one.why) if one.why else None
    about = [f"{one.what.zh} {one.what.en}", one.channel, one.by and f"by {one.by}", detail]
    return f"{moment:%m-%d %H:%M:%S}  " + " · ".join(part for part in about if part)


def _now(alert: Alert) -> Iterator[str]:
    sent = [one for one in alert.delivery if one.state is DeliveryState.SENT]
    waiting = [one for one in alert.delivery if one.state in (DeliveryState.PENDING, DeliveryState.SENDING)]
    who = Reason(kind=Because.LOOKED_AFTER, by=alert.assignee)
    stands = _FIRING if alert.state is State.FIRING else _EVENTS[alert.state]
    yield f"现在 now: {' '.join(stands)}" + (f"，{in_one(who)}" if alert.assignee else "")
    if sent:
        yield "已告知 told: " + ", ".join(f"{one.channel} ({one.message})" for one in sent)
    for one in waiting:
        due = f", not before {one.not_before.astimezone(DAY_ZONE):%H:%M:%S}" if one.not_before else ""
        yield f"待发 to be sent: {one.channel} ({one.message}){due}" + (f": {one.last_error}" if one.last_error else "")
    if not sent and not waiting or alert.why_held:
        why = in_one(alert.why_held) if alert.why_held else " ".join(_why_not(alert))
        yield f"未发原因 why not: {why}"


def _why_not(alert: Alert) -> Both:
    if alert.state is not State.RESOLVED and alert.step < 0:
        minutes = int((datetime.now(UTC) - alert.evaluated_at).total_seconds() // 60)
        return Both(
            f"{minutes} 分钟前发现，至今没有决定通知谁：运行 `tingfeng alerts run`",
            f"nobody has decided since it was found, {minutes} minutes ago: run `tingfeng alerts run`",
        )
    return Both("所有通道都已放弃", "every channel gave up")
