"""Bring the alerts up to date with what an evaluation found: raised, grown, calmed, begun again."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count

from config.rule import Rule
from indexing.alerts import records
from indexing.alerts.alert import OPEN, Alert, State
from indexing.alerts.firing import Firing
from indexing.elasticsearch.store import Store

__all__ = ["in_milliseconds", "take"]

_LONGEST_CALM = timedelta(days=1)
"""An alert of longer windows, or whose rule is gone, is resolved when nothing has been found for so long."""
_GREW = 2
"""How many times heavier a thing must have become that a person called resolved, to be an alert again."""


def take(
    store: Store, firings: Iterable[Firing], rules: Iterable[Rule], *, now: datetime, unasked: Collection[str] = ()
) -> list[Alert]:
    """Return the alerts that are open at `now`, written to the index; `rules` are all there are.

    A thing that goes on, or begins again within its rule's `quiet`, is the same alert with newer figures. The same call
    again, at once or after a kill, changes nothing; an evaluation that is overtaken by a later one changes nothing.
    Alerts of the rules in `unasked`, which could not be evaluated, stay as they are.
    """
    now = in_milliseconds(now)
    quiet = {rule.id: rule.quiet for rule in rules}
    found = {_raise(store, firing, quiet.get(firing.rule, timedelta(0)), now).id for firing in firings}
    for alert in records.firing(store):
        if alert.id not in found and alert.rule not in unasked:
            window = min(_window(alert), _LONGEST_CALM) if alert.rule in quiet else _LONGEST_CALM
            records.change(store, alert.id, lambda old, window=window: _calmed(old, window, now))  # type: ignore[misc]
    return records.firing(store)


def in_milliseconds(moment: datetime) -> datetime:
    """Return the moment in UTC and as exact as the index keeps it."""
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)


def _raise(store: Store, firing: Firing, quiet: timedelta, now: datetime) -> Alert:
    """Write the firing to its alert, begun now unless there is one already.

    The number in a new alert's id is how many its rule and brand have had: two evaluations at once mean the same id, so
    that one of them finds it taken, looks again, and sees the other's alert.
    """
    for taken in count():
        earlier, total = records.of(store, firing.fingerprint, firing.rule, firing.brand)
        same = next((alert for alert in earlier if _continues(alert, firing, quiet)), None)
        if same:
            newer = _draft(firing, same.id, now)
            return records.change(store, same.id, partial(_merged, newer))
        draft = _draft(firing, f"{firing.rule}.{firing.brand}.{total + 1 + taken}", now)
        draft = replace(draft, earlier=records.earlier(store, draft))
        if records.begin(store, draft):
            return draft
    raise AssertionError("count() never ends")


def _draft(firing: Firing, id: str, now: datetime) -> Alert:
    fires = now - firing.last_at < firing.window_end - firing.window_start
    return Alert(
        id=id,
        fingerprint=firing.fingerprint,
        rule=firing.rule,
        kind=firing.kind,
        title=firing.title,
        brand=firing.brand,
        story=firing.story,
        customer=firing.customer,
        severity=firing.severity,
        state=State.FIRING if fires else State.RESOLVED,
        raised_at=now,
        began_at=firing.began_at,
        last_at=firing.last_at,
        evaluated_at=now,
        resolved_at=None if fires else now,
        seconds_to_resolve=None if fires else 0,
        window_start=firing.window_start,
        window_end=firing.window_end,
        weight=firing.weight,
        figures=firing.figures,
        questions=firing.questions,
        reason_zh=firing.reason_zh,
        reason_en=firing.reason_en,
        said=firing.said,
        evidence=firing.evidence,
        owner=firing.owner,
        runbook=firing.runbook,
    )


def _continues(alert: Alert, firing: Firing, quiet: timedelta) -> bool:
    if firing.story:  # a story is one thing however long it sleeps
        return True
    return firing.began_at <= alert.last_at + quiet and alert.began_at <= firing.last_at + quiet


def _merged(new: Alert, old: Alert) -> Alert:
    """Return the alert after another firing: what it says stays that of the heaviest."""
    if new.evaluated_at < old.evaluated_at or _stays_resolved(old, new):
        return old
    same_window = (new.window_start, new.window_end) == (old.window_start, old.window_end)
    shown = new if same_window or new.weight > old.weight else old
    merged = replace(
        old,
        began_at=min(old.began_at, new.began_at),
        last_at=max(old.last_at, new.last_at),
        evaluated_at=new.evaluated_at,
        severity=max(old.severity, new.severity, key=list(type(new.severity)).index),
        **{field: getattr(shown, field) for field in ("window_start", "window_end", "weight", "figures", "questions")},
        **{field: getattr(shown, field) for field in ("reason_zh", "reason_en", "said", "evidence", "title")},
    )
    over = old.state is State.RESOLVED
    if over and new.state is State.FIRING:
        return _reopened(merged, new.evaluated_at)
    if not over and new.state is State.RESOLVED:
        return _resolved(merged, new.evaluated_at)
    return old if over and replace(merged, evaluated_at=old.evaluated_at) == old else merged


def _stays_resolved(old: Alert, new: Alert) -> bool:
    """Whether a person's word that it is over still holds: nothing new has begun, and it has not grown by far."""
    if old.state is not State.RESOLVED or old.resolved_by is None or old.resolved_at is None:
        return False
    return new.began_at <= old.resolved_at and new.weight < _GREW * old.weight


def _reopened(alert: Alert, now: datetime) -> Alert:
    """Return the alert open again; who had called it over is told again, the others know of it."""
    opened = replace(alert, state=State.FIRING, resolved_at=None, seconds_to_resolve=None)
    if alert.resolved_by is None:
        return opened
    return replace(
        opened,
        resolved_by=None,
        resolve_reason=None,
        reopened_at=now,
        assignee=None,
        acknowledged_at=None,
        acknowledged_by=None,
        seconds_to_acknowledge=None,
        step=-1,
        repeats=0,
        held=None,
        joined=None,
    )


def _resolved(alert: Alert, now: datetime) -> Alert:
    seconds = int((now - alert.raised_at).total_seconds())
    return replace(alert, state=State.RESOLVED, resolved_at=now, seconds_to_resolve=seconds)


def _calmed(old: Alert, window: timedelta, now: datetime) -> Alert:
    """Return the alert resolved, when a whole window has passed since the last one that fired."""
    if old.state not in OPEN or now < old.evaluated_at or now - old.last_at < window:
        return old
    return replace(_resolved(old, now), evaluated_at=now)


def _window(alert: Alert) -> timedelta:
    return max(alert.window_end - alert.window_start, timedelta(minutes=1))
