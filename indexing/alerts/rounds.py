"""The rounds of messages of an alert: the first one, and those after a snooze, a reopening or a graver turn."""

from dataclasses import replace
from datetime import datetime, timedelta

from config.rule import Severity
from indexing.alerts.alert import OPEN, Alert, State

__all__ = ["LONGEST_PAUSE", "message_of", "renewed", "round_of"]

LONGEST_PAUSE = timedelta(hours=4)
"""No pause between two messages grows beyond it."""
_SKEW = timedelta(minutes=15)
"""A time further in the future was written before the clock was put back."""
_RANK = {severity: rank for rank, severity in enumerate(Severity)}
_SEEN = (State.ACKNOWLEDGED, State.ASSIGNED)


def renewed(alert: Alert, now: datetime, acks: int) -> Alert:
    """Return the alert as it stands at `now`: a new round where its snooze is over or it became graver than was told.

    `acks` is how many different people must acknowledge it; until they have, it counts as nobody's.
    """
    if alert.state is State.SNOOZED and alert.snoozed_until and now >= alert.snoozed_until:
        state = State.ASSIGNED if alert.assignee else State.FIRING
        alert = replace(alert, state=state, step=-1, repeats=0, why_held=None, joined=None, acknowledgers=())
    if alert.step_at and alert.step_at > now + _SKEW:  # or a step would wait until the clock has caught up
        alert = replace(alert, step_at=now)
    graver = alert.told_as and _RANK[alert.severity] > _RANK[alert.told_as] and alert.state in OPEN
    if graver and alert.step >= 0 and alert.state is not State.SNOOZED:
        alert = replace(alert, graver_at=now, step=-1, repeats=0, why_held=None, joined=None)
    if acks != alert.acks:
        alert = replace(alert, acks=acks)
    return _counted(alert)


def message_of(alert: Alert) -> str:
    """Return what the first message of its round is called."""
    rounds = [(alert.snoozed_until, "woken"), (alert.reopened_at, "reopened"), (alert.graver_at, "graver")]
    moment, name = max(((at, name) for at, name in rounds if at), default=(None, "raised"))
    return f"{name}.{moment:%Y%m%dT%H%M%S}" if moment else name


def round_of(alert: Alert) -> str:
    """Return what sets the steps of one round apart from those of the next."""
    message = message_of(alert)
    return "" if message == "raised" else f".{message}"


def _counted(alert: Alert) -> Alert:
    """Return the alert as acknowledged by enough people, or as not yet, where more than one are asked for."""
    enough = len(alert.acknowledgers) >= alert.acks
    if alert.acks > 1 and alert.state in _SEEN and not enough:
        return replace(alert, state=State.FIRING)
    if alert.state is State.FIRING and alert.acknowledgers and enough:
        return replace(alert, state=State.ASSIGNED if alert.assignee else State.ACKNOWLEDGED)
    return alert
