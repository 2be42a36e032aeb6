"""Bring the alerts up to date with what an evaluation found: raised, grown, calmed, begun again."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from config.rule import Rule
from indexing.alerts import records
from indexing.alerts.alert import OPEN, Alert, State
from indexing.alerts.firing import Firing
from indexing.elasticsearch.store import Store

__all__ = ["in_milliseconds", "take"]

_LONGEST_CALM = timedelta(days=1)
"""An alert of longer windows, or whose rule is gone, is resolved when nothing has been found for so long."""
_LONGEST_QUIET = timedelta(days=7)
"""Each time that a thing comes back by itself its quiet is doubled, up to this."""
_MOST_DOUBLED = 20
_AHEAD = timedelta(minutes=15)
"""What was written so far in the future was written before the clock was put back."""
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
    found = _raise_all(store, list(firings), quiet, now)
    calmed = {
        alert.id: partial(_calmed, min(_window(alert), _LONGEST_CALM) if alert.rule in quiet else _LONGEST_CALM, now)
        for alert in records.firing(store)
        if alert.id not in found and alert.rule not in unasked
    }
    records.change_all(store, calmed)
    return records.firing(store)


def in_milliseconds(moment: datetime) -> datetime:
    """Return the moment in UTC and as exact as the index keeps it."""
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)


def _raise_all(store: Store, firings: Sequence[Firing], quiet: Mapping[str, timedelta], now: datetime) -> set[str]:
    """Write each firing to its alert, begun now unless there is one already; return the alerts' ids.

    The number in a new alert's id is how many its rule and brand have had: two evaluations at once mean the same id, so
    that one of them finds it taken, looks again, and sees the other's alert.
    """
    found, waiting, taken = set[str](), list(firings), 0
    while waiting:
        later, edits, drafts = list[Firing](), dict[str, Callable[[Alert], Alert]](), dict[str, tuple[Alert, Firing]]()
        numbers = Counter[tuple[str, str]]()
        seen = set[str]()
        asked = records.of(store, [(firing.fingerprint, firing.rule, firing.brand) for firing in waiting])
        for firing, (earlier, total) in zip(waiting, asked, strict=True):
            pause = quiet.get(firing.rule, timedelta(0))
            same = next((alert for alert in earlier if _continues(alert, firing, pause)), None)
            if firing.fingerprint in seen or (same and same.id in edits):
                later.append(firing)  # the same thing twice in one evaluation: one after the other
            elif same:
                edits[same.id] = partial(_merged, _draft(firing, same.id, now))
            else:
                numbers[firing.rule, firing.brand] += 1
                id = f"{firing.rule}.{firing.brand}.{total + numbers[firing.rule, firing.brand] + taken}"
                drafts[id] = (_draft(firing, id, now), firing)
            seen.add(firing.fingerprint)
        found |= records.change_all(store, edits).keys()
        begun = _begun(store, [draft for draft, _ in drafts.values()])
        found |= begun
        refused = [firing for id, (_, firing) in drafts.items() if id not in begun]
        taken += bool(refused)
        waiting = [*refused, *later]
    return found


def _begun(store: Store, drafts: Sequence[Alert]) -> set[str]:
    """Write new alerts with those before them; return the ids of those whose id nobody else had taken."""
    whole = [
        replace(draft, earlier=earlier) for draft, earlier in zip(drafts, records.earlier(store, drafts), strict=True)
    ]
    done = records.begin_all(store, whole)
    return {draft.id for draft, begun in zip(whole, done, strict=True) if begun}


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
    longer = max(quiet, min(quiet * 2 ** min(alert.returns, _MOST_DOUBLED), _LONGEST_QUIET))
    return bool(firing.began_at <= alert.last_at + longer and alert.began_at <= firing.last_at + longer)


def _merged(new: Alert, old: Alert) -> Alert:
    """Return the alert after another firing: what it says stays that of the heaviest."""
    if _is_overtaken(new.evaluated_at, old) or _stays_resolved(old, new):
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


def _is_overtaken(now: datetime, old: Alert) -> bool:
    """Whether a later evaluation wrote the alert; one in the future only shows that the clock was put back."""
    return now < old.evaluated_at and old.evaluated_at <= datetime.now(UTC) + _AHEAD


def _stays_resolved(old: Alert, new: Alert) -> bool:
    """Whether a person's word that it is over still holds: nothing new has begun, and it has not grown by far."""
    if old.state is not State.RESOLVED or old.resolved_by is None or old.resolved_at is None:
        return False
    return new.began_at <= old.resolved_at and new.weight < _GREW * old.weight


def _reopened(alert: Alert, now: datetime) -> Alert:
    """Return the alert open again; who had called it over is told again, the others know of it."""
    opened = replace(alert, state=State.FIRING, resolved_at=None, seconds_to_resolve=None, acknowledgers=())
    if alert.resolved_by is None:
        return replace(opened, returns=alert.returns + 1)
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
        why_held=None,
        joined=None,
    )


def _resolved(alert: Alert, now: datetime) -> Alert:
    seconds = int((now - alert.raised_at).total_seconds())
    return replace(alert, state=State.RESOLVED, resolved_at=now, seconds_to_resolve=seconds)


def _calmed(window: timedelta, now: datetime, old: Alert) -> Alert:
    """Return the alert resolved, when a whole window has passed since the last one that fired."""
    if old.state not in OPEN or _is_overtaken(now, old) or now - old.last_at < window:
        return old
    return replace(_resolved(old, now), evaluated_at=now)


def _window(alert: Alert) -> timedelta:
    return max(alert.window_end - alert.window_start, timedelta(minutes=1))
