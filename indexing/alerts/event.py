"""What happened to an alert: the difference between two states of it, as events that are written once and for all."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from indexing.alerts.alert import OPEN, Alert, Delivery, DeliveryState, State
from indexing.alerts.reason import Because, Reason, written
from indexing.alerts.reason_words import said

__all__ = ["Event", "Origin", "between"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A change of an alert; the same `name` and `key` are the same change, however often it is written."""

    name: str
    key: str
    at: datetime
    channel: str | None = None
    by: str | None = None
    why: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a change comes from: a person, at a moment, in words; `key` tells the same request from another one."""

    by: str
    at: datetime
    key: str
    detail: str | None = None


def between(old: Alert, new: Alert, origin: Origin | None = None) -> Iterator[Event]:
    """Yield what happened between two states of an alert, those of a person's doing with the person."""
    yield from _of_state(old, new, origin)
    if origin and new.worth and new.worth != old.worth:
        why = Reason(kind=Because.JUDGED, of=new.worth)
        yield Event(name="judged", key=f"{origin.key}:{new.worth}", at=origin.at, by=origin.by, why=why)
    evaluation = new.evaluated_at.isoformat()
    if new.figures != old.figures:
        yield Event(name="updated", key=evaluation, at=new.evaluated_at, why=written(new.reason_zh, new.reason_en))
    if new.replied_at and not old.replied_at:
        key = new.replied_at.isoformat()
        yield Event(name="replied", key=key, at=new.replied_at, why=Reason(kind=Because.REPLIED))
    if new.why_held and new.why_held != old.why_held and new.held_at:
        digest = hashlib.sha256(said(new.why_held).en.encode()).hexdigest()[:12]
        key = f"{new.step}.{new.repeats}.{digest}"
        yield Event(name="held", key=key, at=new.held_at, why=new.why_held)
    before = {delivery.key: delivery for delivery in old.delivery}
    for delivery in new.delivery:
        yield from _of_delivery(before.get(delivery.key), delivery)


def _of_state(old: Alert, new: Alert, origin: Origin | None) -> Iterator[Event]:
    if origin and new.incident != old.incident:
        name = "split" if origin.key.startswith("split:") else "merged"
        moved = Reason(kind=Because.MOVED, before=old.incident, of=new.incident, words=origin.detail)
        yield Event(name=name, key=f"{origin.key}:{new.incident}", at=origin.at, by=origin.by, why=moved)
    if new.state == old.state and new.assignee == old.assignee and new.snoozed_until == old.snoozed_until:
        if origin and len(new.acknowledgers) > len(old.acknowledgers):
            yield _first_of_several(new, origin)
        return
    if origin:
        why = _wanted(new, origin.detail)
        yield Event(name=str(new.state), key=origin.key, at=origin.at, by=origin.by, why=why)
    elif new.state is State.RESOLVED:
        key = new.evaluated_at.isoformat()
        yield Event(name="resolved", key=key, at=new.evaluated_at, why=Reason(kind=Because.FELL_SILENT))
    elif old.state is State.RESOLVED and new.state in OPEN:
        yield Event(name="reopened", key=new.evaluated_at.isoformat(), at=new.evaluated_at)
    elif new.state in (State.ACKNOWLEDGED, State.ASSIGNED, State.SNOOZED) and new.joined and new.acknowledged_at:
        moment, key = new.acknowledged_at, f"with:{new.joined}:{new.acknowledged_at.isoformat()}"
        why = Reason(kind=Because.WITH, of=new.joined)
        yield Event(name=str(new.state), key=key, at=moment, by=new.acknowledged_by, why=why)
    elif old.state is State.SNOOZED and old.snoozed_until:
        yield Event(name="woken", key=old.snoozed_until.isoformat(), at=old.snoozed_until)


def _first_of_several(alert: Alert, origin: Origin) -> Event:
    why = Reason(kind=Because.ACKNOWLEDGED_BY, count=len(alert.acknowledgers), among=alert.acks, words=origin.detail)
    return Event(name="acknowledged", key=origin.key, at=origin.at, by=origin.by, why=why)


def _wanted(alert: Alert, words: str | None) -> Reason | None:
    """Return what a person made of the alert, with what they said; None where they said nothing."""
    if alert.state is State.ASSIGNED and alert.assignee:
        return Reason(kind=Because.ASSIGNED, people=(alert.assignee,), words=words)
    if alert.state is State.SNOOZED and alert.snoozed_until:
        return Reason(kind=Because.SNOOZED, until=alert.snoozed_until, words=words)
    return written(words)


def _of_delivery(old: Delivery | None, new: Delivery) -> Iterator[Event]:
    if new == old or new.at is None:
        return
    why = Reason(kind=Because.MESSAGE, of=new.message, people=new.people, also=new.also, words=new.last_error)
    yield Event(
        name="unsent" if new.state is DeliveryState.PENDING else str(new.state),
        key=":".join((*(() if new.message == "raised" else (new.message,)), new.channel, str(new.attempts))),
        at=new.at,
        channel=new.channel,
        why=why if said(why).en else None,
    )
