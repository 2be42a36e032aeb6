"""Whom an alert is told to now, or why nobody is: pure decisions from the alert, the rota and what else is going on."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import msgspec

from config.rota import Step
from config.rule import Severity
from indexing.alerts import groups
from indexing.alerts.alert import OPEN, Alert, Delivery, State
from indexing.alerts.incidents import order
from indexing.alerts.reason import Because, Reason
from indexing.alerts.rounds import LONGEST_PAUSE, message_of, renewed, round_of
from indexing.alerts.situation import Situation, is_quiet, muted

__all__ = ["decide"]

_RANK = {severity: rank for rank, severity in enumerate(Severity)}
_SEEN = (State.ACKNOWLEDGED, State.ASSIGNED)


def decide(alert: Alert, at: Situation) -> Alert:
    """Return the alert with what is to be told next, or with why nothing is; the same situation gives the same."""
    alert = renewed(alert, at.now, at.acks(alert))
    if alert.story and not alert.replied_at and (replied := at.replies.get((alert.story, alert.brand))):
        alert = replace(alert, replied_at=replied)
    if alert.joined:
        alert = _with_its_lead(alert, at)
    return _first(alert, at) if alert.step < 0 else _further(alert, at)


def _with_its_lead(alert: Alert, at: Situation) -> Alert:
    """Return a joined alert with the one that speaks for it now, and with what people said to that one."""
    known = {other.id: other for other in at.alerts}
    lead = known.get(alert.joined or "")
    if lead is None:  # it is over; who was told of this one alone still hears of it
        return replace(alert, joined=None, step_at=at.now) if alert.delivery and alert.state is State.FIRING else alert
    if lead.incident != alert.incident:  # parted by hand
        mates = [other for other in groups.of(alert, at.alerts, at.plan) if other.step >= 0 and other.state in OPEN]
        best = max([alert, *mates], key=lambda one: (one is not alert and not one.joined, order(one)))
        if best is alert:
            return replace(alert, joined=None, step_at=at.now)
        lead = best
    return _answered(replace(alert, joined=lead.joined or lead.id), lead)


def _answered(alert: Alert, lead: Alert) -> Alert:
    if alert.state is not State.FIRING or lead.state not in (*_SEEN, State.SNOOZED):
        return alert
    return replace(
        alert,
        state=lead.state,
        assignee=lead.assignee,
        acknowledged_at=alert.acknowledged_at or lead.acknowledged_at,
        acknowledged_by=alert.acknowledged_by or lead.acknowledged_by,
        acknowledgers=lead.acknowledgers,
        snoozed_until=lead.snoozed_until,
        snooze_reason=lead.snooze_reason,
    )


def _first(alert: Alert, at: Situation) -> Alert:
    if alert.state is State.SNOOZED:
        return _held(alert, at, Reason(kind=Because.SNOOZED, until=alert.snoozed_until))
    if alert.state in _SEEN and message_of(alert) == "raised":
        return _settled(alert, at, Reason(kind=Because.KNOWN, by=alert.acknowledged_by))
    return _kept(alert, at) or _paged(alert, at)


def _kept(alert: Alert, at: Situation) -> Alert | None:
    """Return the alert with why nobody is told of it now, whatever else belongs to its incident; None for no reason."""
    if why := muted(alert, at):
        return (
            _held(alert, at, why)
            if alert.state in OPEN
            else _settled(alert, at, msgspec.structs.replace(why, over=True))
        )
    if not at.steps(alert):
        nobody = Reason(kind=Because.NOBODY)
        return _held(alert, at, nobody) if alert.state in OPEN else _settled(alert, at, nobody)
    if is_quiet(alert, at):
        return _held(alert, at, Reason(kind=Because.QUIET))
    if calming := _calms(alert, at):
        return _held(alert, at, calming) if alert.state in OPEN else _settled(alert, at, calming)
    return None


def _paged(alert: Alert, at: Situation) -> Alert:
    """Return the alert with its first message, or with the one of its incident that speaks for it."""
    group = groups.of(alert, at.alerts, at.plan)
    covered = {name for other in group if _leads(other, alert) for name in _first_channels(other, at)}
    leader = next((other for other in group if _leads(other, alert) and _covers(other, alert, at)), None)
    if leader:
        return _joined(alert, leader, at)
    waiting = [other for other in group if _waits(other, at)]
    begun = min([alert.raised_at, *(other.raised_at for other in waiting)])
    if begun <= at.now < begun + at.plan(alert).wait:
        return _held(alert, at, Reason(kind=Because.WAITS, until=begun + at.plan(alert).wait))
    before = [one for one in waiting if order(one) > order(alert) and _covers(one, alert, at)]
    if heavier := max(before, key=order, default=None):
        return _joined(alert, heavier, at)
    also = tuple(sorted(other.id for other in group if other in waiting or other.joined == alert.id))
    taken = replace(alert, step=0, told_as=alert.severity)
    told = _told(taken, at, at.steps(alert)[0], message_of(alert), also, without=covered)
    if told.delivery == alert.delivery:
        return _held(told, at, Reason(kind=Because.HEARD))
    return told


def _further(alert: Alert, at: Situation) -> Alert:
    if alert.state in (State.RESOLVED, State.SNOOZED) or alert.joined or not alert.step_at:
        return alert
    group = groups.of(alert, at.alerts, at.plan)
    leads = (one for one in group if _leads(one, alert) and order(one) > order(alert) and _covers(one, alert, at))
    if lead := next(leads, None):
        return _joined(alert, lead, at)
    told = _stepped(alert, group, at)
    return told if told.delivery != alert.delivery else _followed_up(told, group, at)


def _stepped(alert: Alert, group: Collection[Alert], at: Situation) -> Alert:
    """Return the alert with its next repeat or step, where one is due."""
    steps = at.steps(alert)
    if alert.step >= len(steps) or not alert.step_at:
        return alert
    plan, step, after = at.plan(alert), steps[alert.step], steps[alert.step + 1 : alert.step + 2]
    due_again = alert.repeats < step.repeat and at.now >= alert.step_at + _pause(step.every, step.grow, alert.repeats)
    late = plan.reply == "escalate" and not alert.replied_at and at.now >= alert.raised_at + plan.reply_within
    due_next = bool(after) and (late or (alert.repeats >= step.repeat and at.now >= alert.step_at + after[0].wait))
    if not due_again and not due_next:
        return alert
    if why := _stopped(alert, at, (after[0] if due_next else step).stop_on_ack):
        return _held(alert, at, why)
    also = tuple(sorted(other.id for other in group if other.joined == alert.id and other.state in OPEN))
    if due_next:
        taken = replace(alert, step=alert.step + 1, repeats=0)
        return _told(taken, at, after[0], f"step.{taken.step + 1}{round_of(alert)}", also)
    taken = replace(alert, repeats=alert.repeats + 1)
    return _told(taken, at, step, f"repeat.{alert.step + 1}.{taken.repeats}{round_of(alert)}", also)


def _stopped(alert: Alert, at: Situation, by_acknowledgement: bool) -> Reason | None:
    """Return why an alert that was told is told no further now."""
    if alert.state in _SEEN and by_acknowledgement:
        return Reason(kind=Because.LOOKED_AFTER, by=alert.acknowledged_by)
    if at.plan(alert).reply == "stop" and alert.replied_at:
        return Reason(kind=Because.REPLIED)
    return muted(alert, at) or (Reason(kind=Because.QUIET) if is_quiet(alert, at) else None)


def _followed_up(alert: Alert, group: Collection[Alert], at: Situation) -> Alert:
    """Return the alert with a message, which wakes nobody, of what has joined it that none has spoken of."""
    spoken = {id for one in alert.delivery for id in one.also}
    fresh = tuple(sorted(one.id for one in group if one.joined == alert.id and one.id not in spoken))
    before = {one.message for one in alert.delivery if one.message.startswith("followup.")}
    last = alert.followed_at or alert.step_at
    pause = _pause(at.plan(alert).interval, 2, len(before))
    if not fresh or not last or last <= at.now < last + pause or muted(alert, at) or is_quiet(alert, at):
        return alert
    told = {one.channel: one.people for one in alert.delivery if not one.message.startswith(("followup.", "instead."))}
    told = told or {channel: people for step in at.steps(alert)[:1] for channel, people in at.receivers(step).items()}
    message = f"followup.{len(before) + 1}"
    made = [Delivery(channel=channel, message=message, people=people, also=fresh) for channel, people in told.items()]
    return replace(alert, followed_at=at.now, delivery=(*alert.delivery, *made))


def _pause(first: timedelta, grow: float, number: int) -> timedelta:
    """Return how long the pause is that `number` others went before."""
    return max(first, min(first * grow ** min(number, 50), LONGEST_PAUSE))


def _joined(alert: Alert, lead: Alert, at: Situation) -> Alert:
    """Return the alert as one for which another one of its incident speaks, with what people said to that one."""
    settled = _settled(alert, at, Reason(kind=Because.TOGETHER, of=lead.id))
    return _answered(replace(settled, joined=lead.id, told_as=alert.severity), lead)


def _calms(alert: Alert, at: Situation) -> Reason | None:
    """Return why an alert is held back that will most likely calm by itself; never a crisis, and never for long."""
    calm = at.calm.get((alert.rule, alert.brand))
    if calm is None or alert.severity is Severity.CRISIS or alert.weight > calm.heaviest or alert.raised_at > at.now:
        return None
    hold = min(calm.hold, at.plan(alert).hold)
    if not hold or message_of(alert) != "raised" or alert.last_at - alert.raised_at > calm.within:
        return None
    if alert.state not in OPEN:
        return calm.reason(Because.CALMED)
    if at.now < alert.raised_at + hold:
        return calm.reason(Because.HELD_UNTIL, until=alert.raised_at + hold)
    if alert.last_at - alert.raised_at < hold - calm.slack:  # it has not fired again since
        return calm.reason(Because.HELD_FOR_MORE)
    return None


def _waits(other: Alert, at: Situation) -> bool:
    """Whether another alert of the group is still to be told, and nothing but the group keeps it."""
    seen = other.state in (*_SEEN, State.SNOOZED)
    free = other.step < 0 and not seen and bool(at.steps(other))
    return free and not muted(other, at) and not _calms(other, at)


def _covers(other: Alert, alert: Alert, at: Situation) -> bool:
    """Whether everybody whom this alert would ever be told to hears of the other one, and as soon."""
    mine, theirs = _channels(alert, at), _channels(other, at)
    return bool(theirs) and mine[0] <= theirs[0] and set().union(*mine) <= set().union(*theirs)


def _channels(alert: Alert, at: Situation) -> list[set[str]]:
    return [set(at.receivers(step)) for step in at.steps(alert)]


def _first_channels(alert: Alert, at: Situation) -> set[str]:
    return {one.channel for one in alert.delivery if one.message == message_of(alert)}


def _leads(other: Alert, alert: Alert) -> bool:
    """Whether another alert of the incident is being told, and is at least as grave."""
    notified = other.step >= 0 and other.state in OPEN and not other.joined and other.step_at is not None
    return notified and _RANK[other.severity] >= _RANK[alert.severity]


def _told(
    alert: Alert,
    at: Situation,
    step: Step,
    message: str,
    also: tuple[str, ...] = (),
    without: Collection[str] = (),
) -> Alert:
    there = {delivery.key for delivery in alert.delivery}
    made = [
        Delivery(channel=channel, message=message, people=people, also=also)
        for channel, people in at.receivers(step).items()
        if (message, channel) not in there and channel not in without
    ]
    return replace(alert, step_at=at.now, why_held=None, held_at=None, delivery=(*alert.delivery, *made))


def _held(alert: Alert, at: Situation, why: Reason) -> Alert:
    return alert if alert.why_held == why else replace(alert, why_held=why, held_at=at.now)


def _settled(alert: Alert, at: Situation, why: Reason) -> Alert:
    """Return the alert as one of which nobody will be told."""
    return replace(_held(alert, at, why), step=0)
