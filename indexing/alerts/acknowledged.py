"""Who has said that they look after an alert, and whether that is enough of them."""

from dataclasses import replace
from datetime import datetime

from config.errors import UserError
from indexing.alerts.alert import Alert, State
from indexing.alerts.lifecycle import in_milliseconds

__all__ = ["SEEN", "NotPossible", "is_enough", "seen_by", "seen_by_enough", "still_open"]

SEEN = (State.ACKNOWLEDGED, State.ASSIGNED)
"""The states of an alert that somebody looks after."""


class NotPossible(UserError):
    """The alert is in no state for this, or nobody is called so."""


def still_open(alert: Alert) -> Alert:
    """Return the alert, unless it is over."""
    if alert.state is State.RESOLVED:
        raise NotPossible(f"预警已解除 alert {alert.id} is over since {alert.resolved_at}: nothing is left to be done")
    return alert


def seen_by(alert: Alert, by: str, now: datetime) -> Alert:
    """Return the alert with who said that they look after it, who was the first, and how long that took."""
    if by not in alert.acknowledgers:
        alert = replace(alert, acknowledgers=(*alert.acknowledgers, by))
    if alert.acknowledged_at:
        return alert
    moment = in_milliseconds(now)
    since = alert.told_at or alert.raised_at
    seconds = max(0, int((moment - since).total_seconds()))
    return replace(alert, acknowledged_at=moment, acknowledged_by=by, seconds_to_acknowledge=seconds)


def is_enough(alert: Alert) -> bool:
    """Say whether as many people have acknowledged it as must."""
    return len(alert.acknowledgers) >= alert.acks


def seen_by_enough(alert: Alert) -> Alert:
    """Return the alert, unless its crisis is yet to be seen by another person."""
    if not is_enough(alert):
        raise NotPossible(
            f"危机须由 {alert.acks} 人认领 a crisis: {alert.acks} different people must acknowledge {alert.id}, and "
            f"{len(alert.acknowledgers) - 1} did beside {alert.acknowledgers[-1]}: let another person do so first"
        )
    return alert
