"""What people say to an alert: acknowledged, assigned, snoozed, resolved; by the command line or by a signed link."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from config.errors import UserError
from indexing.alerts import records
from indexing.alerts.alert import Alert, State
from indexing.alerts.event import Event, Origin
from indexing.alerts.lifecycle import in_milliseconds
from indexing.alerts.links import Action, Claim, LinkRefused, read
from indexing.elasticsearch.store import Store

__all__ = ["NotPossible", "acknowledge", "assign", "check", "check_view", "follow", "resolve", "snooze"]

_log = logging.getLogger(__name__)


class NotPossible(UserError):
    """The alert is in no state for this."""


def acknowledge(store: Store, id: str, *, by: str, now: datetime, key: str | None = None) -> Alert:
    """Say that `by` looks after the alert; repeats and escalation stop. Again, it changes nothing."""

    def edit(old: Alert) -> Alert:
        if old.state in (State.ACKNOWLEDGED, State.ASSIGNED):
            return old
        return _seen(replace(_open(old), state=State.ACKNOWLEDGED), by, now)

    return _change(store, id, edit, by, now, key)


def assign(store: Store, id: str, *, to: str, by: str, now: datetime, key: str | None = None) -> Alert:
    """Say that the alert is `to`'s to look after."""

    def edit(old: Alert) -> Alert:
        return _seen(replace(_open(old), state=State.ASSIGNED, assignee=to), by, now)

    return _change(store, id, edit, by, now, key)


def snooze(
    store: Store,
    id: str,
    *,
    until: datetime,
    by: str,
    now: datetime,
    reason: str | None = None,
    key: str | None = None,
) -> Alert:
    """Put the alert off: nobody is told until then, and everybody again from then on if it is still open."""
    until = in_milliseconds(until)

    def edit(old: Alert) -> Alert:
        snoozed = replace(_open(old), state=State.SNOOZED, snoozed_until=until, snooze_reason=reason)
        return _seen(snoozed, by, now)

    return _change(store, id, edit, by, now, key, reason)


def resolve(
    store: Store, id: str, *, by: str, now: datetime, reason: str | None = None, key: str | None = None
) -> Alert:
    """Say that the alert is over; it comes back when something new begins, or when it has doubled."""
    moment = in_milliseconds(now)

    def edit(old: Alert) -> Alert:
        if old.state is State.RESOLVED:
            return old
        seconds = int((moment - old.raised_at).total_seconds())
        seen = _seen(old, by, now)
        return replace(
            seen,
            state=State.RESOLVED,
            resolved_at=moment,
            resolved_by=by,
            resolve_reason=reason,
            seconds_to_resolve=seconds,
        )

    return _change(store, id, edit, by, now, key, reason)


def check(store: Store, token: str, *, now: datetime) -> tuple[Claim, Alert]:
    """Return what an unused link says and its alert; LinkRefused, which is logged, says why it is good for nothing."""
    try:
        claim = read(token, now=now)
    except LinkRefused as error:
        _log.warning("a link was refused: %s", error)
        if error.claim and (found := records.find(store, [error.claim.alert])):
            _note(store, found[0], "refused", error.claim, now, str(error))
        raise
    if claim.action is Action.VIEW:
        raise LinkRefused("此链接只能查看 this link only shows the open alerts", claim)
    found = records.find(store, [claim.alert])
    if not found:
        raise LinkRefused("预警已不存在 its alert is gone", claim)
    if used := _used(store, claim):
        _log.warning("a link was refused: used already, for %s", claim.alert)
        _note(store, found[0], "refused", claim, now, "the link was used already")
        raise LinkRefused(f"链接已用过 the link was used already, at {used}", claim)
    return claim, found[0]


def check_view(token: str, *, now: datetime) -> None:
    """Return when a link may show the open alerts; LinkRefused, which is logged, says why it may not."""
    try:
        if read(token, now=now).action is not Action.VIEW:
            raise LinkRefused("此链接另有用途 this link is for something else")
    except LinkRefused as error:
        _log.warning("a link to the open alerts was refused: %s", error)
        raise


def follow(
    store: Store, token: str, *, now: datetime, to: str | None = None, snoozed_for: timedelta = timedelta(hours=1)
) -> Alert:
    """Do what a link allows, once; LinkRefused where it was used, forged, altered or has expired.

    The action comes first and is the same however often it is done, so that a kill before the use is recorded leaves a
    link that works, and nothing done twice.
    """
    claim, _ = check(store, token, now=now)
    key = f"link:{claim.key}"
    by = claim.person
    if claim.action is Action.ACKNOWLEDGE:
        alert = acknowledge(store, claim.alert, by=by, now=now, key=key)
    elif claim.action is Action.ASSIGN:
        alert = assign(store, claim.alert, to=to or by, by=by, now=now, key=key)
    elif claim.action is Action.SNOOZE:
        alert = snooze(store, claim.alert, until=now + snoozed_for, by=by, now=now, key=key)
    else:
        alert = resolve(store, claim.alert, by=by, now=now, key=key)
    if not _note(store, alert, "used", claim, now, f"link: {claim.action}"):
        raise LinkRefused("链接已用过 the link was used already, this very moment", claim)
    return alert


def _change(
    store: Store,
    id: str,
    edit: Callable[[Alert], Alert],
    by: str,
    now: datetime,
    key: str | None,
    detail: str | None = None,
) -> Alert:
    moment = in_milliseconds(now)
    return records.change(store, id, edit, Origin(by=by, at=moment, key=key or moment.isoformat(), detail=detail))


def _open(alert: Alert) -> Alert:
    if alert.state is State.RESOLVED:
        raise NotPossible(f"预警已解除 alert {alert.id} is over since {alert.resolved_at}: nothing is left to be done")
    return alert


def _seen(alert: Alert, by: str, now: datetime) -> Alert:
    """Return the alert with who first said that they look after it, and how long that took."""
    if alert.acknowledged_at:
        return alert
    moment = in_milliseconds(now)
    since = alert.told_at or alert.raised_at
    seconds = max(0, int((moment - since).total_seconds()))
    return replace(alert, acknowledged_at=moment, acknowledged_by=by, seconds_to_acknowledge=seconds)


def _used(store: Store, claim: Claim) -> str | None:
    """Return when the link was used, or None."""
    return records.noted(store, f"{claim.alert}:used:{claim.key}")


def _note(store: Store, alert: Alert, name: str, claim: Claim, now: datetime, detail: str) -> bool:
    moment = in_milliseconds(now)
    once_an_hour = f"{claim.key}:{claim.expires_at:%Y%m%dT%H%M%S}:{moment:%Y%m%dT%H}"  # a flood fills no index
    key = claim.key if name == "used" else once_an_hour
    return records.note(store, alert, [Event(name=name, key=key, at=moment, by=claim.person, detail=detail)])
