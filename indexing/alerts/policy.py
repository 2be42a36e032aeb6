"""Whom an alert is told to now, or why nobody is: pure decisions from the alert, the rota and what else is going on."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.duty import on_duty
from config.notify import Notify
from config.rota import ON_DUTY, Rota, Step
from config.rule import Rule, Severity
from config.settings import DAY_ZONE
from indexing.alerts import groups
from indexing.alerts.alert import OPEN, Alert, Delivery, State
from indexing.alerts.silence import Silence

__all__ = ["Situation", "decide", "plan_of"]

_RANK = {severity: rank for rank, severity in enumerate(Severity)}
_SEEN = (State.ACKNOWLEDGED, State.ASSIGNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a decision looks at beside the alert itself."""

    now: datetime
    plans: Mapping[str, Notify]
    """Of each rule, by its id."""
    rota: Rota | None = None
    silences: tuple[Silence, ...] = ()
    alerts: tuple[Alert, ...] = ()
    """Every alert that is open or still to be told."""
    replies: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    """When the brand's own account answered, by story and brand."""

    def plan(self, alert: Alert) -> Notify:
        """Return how the alert's rule wants it told; nobody is told where the rule is gone."""
        return self.plans.get(alert.rule, Notify())

    def steps(self, alert: Alert) -> tuple[Step, ...]:
        """Return the steps by which the alert is told."""
        plan = self.plan(alert)
        if plan.escalation and self.rota:
            return self.rota.steps(plan.escalation)
        if not plan.channels:
            return ()
        repeats, every = (plan.repeats, plan.repeat) if plan.repeat else (0, timedelta(0))
        return (Step(notify=plan.channels, repeat=repeats, every=every),)


def plan_of(rule: Rule) -> Notify:
    """Return how a rule wants its alerts told; `channels` of the rule itself is the short form."""
    plan = rule.notify or Notify()
    return plan if plan.channels or plan.escalation else plan.model_copy(update={"channels": rule.channels})


def decide(alert: Alert, at: Situation) -> Alert:
    """Return the alert with what is to be told next, or with why nothing is; the same situation gives the same."""
    if alert.state is State.SNOOZED and alert.snoozed_until and at.now >= alert.snoozed_until:
        state = State.ASSIGNED if alert.assignee else State.FIRING
        alert = replace(alert, state=state, step=-1, repeats=0, held=None, joined=None)
    if alert.story and not alert.replied_at and (replied := at.replies.get((alert.story, alert.brand))):
        alert = replace(alert, replied_at=replied)
    return _first(alert, at) if alert.step < 0 else _further(alert, at)


def _first(alert: Alert, at: Situation) -> Alert:
    if alert.state is State.SNOOZED:
        return _held(alert, at, f"snoozed until {_minute(alert.snoozed_until)}")
    if alert.state in _SEEN and _message(alert) == "raised":
        return _settled(alert, at, f"{alert.acknowledged_by or 'somebody'} knew of it before it was told")
    if muted := _muted(alert, at):
        return _held(alert, at, muted) if alert.state in OPEN else _settled(alert, at, f"{muted}, and it is over")
    if not (steps := at.steps(alert)):
        nobody = "its rule names nobody to tell"
        return _held(alert, at, nobody) if alert.state in OPEN else _settled(alert, at, nobody)
    if _is_quiet(alert, at):
        return _held(alert, at, "quiet hours, which only a crisis breaks")
    group = groups.of(alert, at.alerts, at.plan)
    covered = {name for other in group if _leads(other, alert, at) for name in _first_channels(other, at)}
    leader = next((other for other in group if _leads(other, alert, at) and _covers(other, alert, at)), None)
    if leader:
        return replace(_settled(alert, at, f"told together with {leader.id}"), joined=leader.id)
    waiting = [other for other in group if _waits(other, at)]
    begun = min([alert.raised_at, *(other.raised_at for other in waiting)])
    if at.now < begun + at.plan(alert).wait:
        return _held(alert, at, f"waits for others of its group until {_minute(begun + at.plan(alert).wait)}")
    heavier = next((one for one in waiting if _order(one) > _order(alert) and _covers(one, alert, at)), None)
    if heavier:
        return replace(_settled(alert, at, f"told together with {heavier.id}"), joined=heavier.id)
    also = tuple(sorted(other.id for other in group if other in waiting or other.joined == alert.id))
    told = _told(replace(alert, step=0), at, steps[0], _message(alert), also, without=covered)
    if told.delivery == alert.delivery:
        return _held(told, at, "its first receivers heard of another alert of its group")
    return told


def _further(alert: Alert, at: Situation) -> Alert:
    steps = at.steps(alert)
    if alert.state in (State.RESOLVED, State.SNOOZED) or alert.joined or alert.step >= len(steps) or not alert.step_at:
        return alert
    plan, step, after = at.plan(alert), steps[alert.step], steps[alert.step + 1 : alert.step + 2]
    due_again = alert.repeats < step.repeat and at.now >= alert.step_at + step.every
    late = plan.reply == "escalate" and not alert.replied_at and at.now >= alert.raised_at + plan.reply_within
    due_next = bool(after) and (late or (alert.repeats >= step.repeat and at.now >= alert.step_at + after[0].wait))
    if not due_again and not due_next:
        return alert
    if alert.state in _SEEN and (after[0] if due_next else step).stop_on_ack:
        return _held(alert, at, f"{alert.acknowledged_by or 'somebody'} looks after it")
    if plan.reply == "stop" and alert.replied_at:
        return _held(alert, at, "the brand's own account has answered the story")
    if muted := _muted(alert, at):
        return _held(alert, at, muted)
    if _is_quiet(alert, at):
        return _held(alert, at, "quiet hours, which only a crisis breaks")
    also = tuple(sorted(other.id for other in at.alerts if other.joined == alert.id and other.state in OPEN))
    if due_next:
        taken = replace(alert, step=alert.step + 1, repeats=0)
        return _told(taken, at, after[0], f"step.{taken.step + 1}{_round(alert)}", also)
    taken = replace(alert, repeats=alert.repeats + 1)
    return _told(taken, at, step, f"repeat.{alert.step + 1}.{taken.repeats}{_round(alert)}", also)


def _muted(alert: Alert, at: Situation) -> str | None:
    """Return by what the alert is muted: a silence, or a crisis that it is a part of."""
    for silence in at.silences:
        if silence.covers(alert, at.now):
            return (
                f"silence {silence.id} ({silence.matcher}) by {silence.author} until {_minute(silence.until)}: "
                f"{silence.reason}"
            )
    if alert.severity is not Severity.CRISIS:
        for other in at.alerts:
            crisis = other.severity is Severity.CRISIS and other.state in OPEN and other.brand == alert.brand
            if crisis and other.story in (None, alert.story) and at.steps(other):  # one of which somebody hears
                return f"part of the crisis {other.id}"
    return None


def _is_quiet(alert: Alert, at: Situation) -> bool:
    return alert.severity is not Severity.CRISIS and at.rota is not None and at.rota.is_quiet(at.now)


def _waits(other: Alert, at: Situation) -> bool:
    """Whether another alert of the group is still to be told, and nothing but the group keeps it."""
    seen = other.state in (*_SEEN, State.SNOOZED)
    return other.step < 0 and not seen and bool(at.steps(other)) and not _muted(other, at)


def _covers(other: Alert, alert: Alert, at: Situation) -> bool:
    """Whether everybody whom this alert would ever be told to hears of the other one, and as soon."""
    mine, theirs = _channels(alert, at), _channels(other, at)
    return bool(theirs) and mine[0] <= theirs[0] and set().union(*mine) <= set().union(*theirs)


def _channels(alert: Alert, at: Situation) -> list[set[str]]:
    return [set(_receivers(step, at)) for step in at.steps(alert)]


def _first_channels(alert: Alert, at: Situation) -> set[str]:
    return {one.channel for one in alert.delivery if one.message == _message(alert)}


def _leads(other: Alert, alert: Alert, at: Situation) -> bool:
    """Whether another alert of the group is being told, at least as grave, and recently enough to cover this one."""
    interval = at.plan(alert).interval
    recent = interval is None or (other.step_at is not None and at.now < other.step_at + interval)
    notified = other.step >= 0 and other.state in OPEN and not other.joined and other.step_at is not None
    return notified and recent and _RANK[other.severity] >= _RANK[alert.severity]


def _order(alert: Alert) -> tuple[int, float, float, str]:
    """Return what puts the alert first that speaks for its group: the gravest, heaviest, oldest."""
    return _RANK[alert.severity], alert.weight, -alert.raised_at.timestamp(), alert.id


def _message(alert: Alert) -> str:
    """Return what its first message is called, anew after each snooze and reopening."""
    rounds = [(alert.snoozed_until, "woken"), (alert.reopened_at, "reopened")]
    moment, name = max(((at, name) for at, name in rounds if at), default=(None, "raised"))
    return f"{name}.{moment:%Y%m%dT%H%M%S}" if moment else name


def _round(alert: Alert) -> str:
    """Return what sets the steps of one round apart from those of the next."""
    message = _message(alert)
    return "" if message == "raised" else f".{message}"


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
        for channel, people in _receivers(step, at).items()
        if (message, channel) not in there and channel not in without
    ]
    return replace(alert, step_at=at.now, held=None, held_at=None, delivery=(*alert.delivery, *made))


def _receivers(step: Step, at: Situation) -> dict[str, tuple[str, ...]]:
    """Return the channels that a step tells, each with the people whom it reaches there."""
    found: dict[str, tuple[str, ...]] = {}
    for channel, person in _pairs(step, at):
        known = found.get(channel, ())
        found[channel] = known if person is None or person in known else (*known, person)
    return found


def _pairs(step: Step, at: Situation) -> Iterator[tuple[str, str | None]]:
    duty = on_duty(at.rota, at.now) if at.rota else ()
    for name in step.notify:
        ids = duty if name == ON_DUTY else (name,)
        for id in ids:
            if at.rota and id in at.rota.people:
                for channel in at.rota.people[id].channels:
                    yield channel, id
            else:
                yield id, None


def _held(alert: Alert, at: Situation, why: str) -> Alert:
    return alert if alert.held == why else replace(alert, held=why, held_at=at.now)


def _settled(alert: Alert, at: Situation, why: str) -> Alert:
    """Return the alert as one of which nobody will be told."""
    return replace(_held(alert, at, why), step=0)


def _minute(moment: datetime | None) -> str:
    return moment.astimezone(DAY_ZONE).strftime("%Y-%m-%d %H:%M") if moment else "?"
