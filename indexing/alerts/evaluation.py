"""Hold every rule against the index, and bring the alerts up to date with what is found."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count

from config.brand import Brand
from config.negative_burst import Figures
from config.rule import Rule
from indexing.alerts import records
from indexing.alerts.alert import Alert, Delivery, State
from indexing.alerts.firing import Firing
from indexing.elasticsearch.patience import patiently
from indexing.elasticsearch.store import Store

__all__ = ["evaluate"]

_AFTER_ITS_RULE = timedelta(days=1)
"""An alert whose rule is gone is resolved when nothing has been found for so long."""


def evaluate(store: Store, rules: Sequence[Rule], brands: Sequence[Brand], *, now: datetime) -> list[Alert]:
    """Return the alerts that are firing at `now`, written to the index with whom to tell; `rules` are all there are.

    A burst that goes on, or begins again within its rule's `quiet`, is the same alert with newer figures. The same call
    again, at once or after a kill, changes nothing; an evaluation that is overtaken by a later one changes nothing.
    """
    from indexing.detection import detect

    now = now.astimezone(UTC).replace(microsecond=now.microsecond // 1000 * 1000)
    patiently(lambda: store.refresh("mentions"))
    found = set()
    by_id = {rule.id: rule for rule in rules}
    for firing in detect(store, rules, brands, now=now).firings:
        found.add(_raise(store, by_id[firing.rule], firing, now).id)
    windows = {rule.id: rule.when.window for rule in rules}
    for alert in records.firing(store):
        if alert.id not in found:
            records.change(store, alert.id, lambda old: _calmed(old, windows.get(old.rule, _AFTER_ITS_RULE), now))
    return records.firing(store)


def _raise(store: Store, rule: Rule, firing: Firing, now: datetime) -> Alert:
    """Write the firing to its alert, begun now unless the burst has one already.

    The number in a new alert's id is how many its rule and brand have had: two evaluations at once mean the same id, so
    that one of them finds it taken, looks again, and sees the other's alert.
    """
    for taken in count():
        earlier, total = records.of(store, rule.id, firing.brand)
        same = next((alert for alert in earlier if _continues(alert, firing, rule.quiet)), None)
        if same:
            return records.change(store, same.id, partial(_merged, _draft(rule, firing, same.id, now)))
        draft = _draft(rule, firing, f"{rule.id}.{firing.brand}.{total + 1 + taken}", now)
        if records.begin(store, draft):
            return draft
    raise AssertionError("count() never ends")


def _draft(rule: Rule, firing: Firing, id: str, now: datetime) -> Alert:
    fires = now - firing.last_at < rule.when.window
    return Alert(
        id=id,
        rule=rule.id,
        kind=rule.when.kind,
        title=rule.title,
        brand=firing.brand,
        severity=rule.severity,
        state=State.FIRING if fires else State.RESOLVED,
        raised_at=now,
        began_at=firing.began_at,
        last_at=firing.last_at,
        evaluated_at=now,
        resolved_at=None if fires else now,
        window_start=firing.window_start,
        window_end=firing.window_end,
        figures=_figures(firing),
        reason_zh=firing.reason_zh,
        reason_en=firing.reason_en,
        evidence=firing.evidence,
        owner=rule.owner,
        runbook=rule.runbook,
        delivery=tuple(Delivery(channel=channel) for channel in dict.fromkeys(rule.channels)),
    )


def _figures(firing: Firing) -> Figures:
    """Return the figures that the alerts' documents have fields for."""
    stated = {figure.name: figure.value for figure in firing.figures}
    return Figures(
        count=round(stated.get("count", firing.weight)),
        negative=round(stated.get("negative", firing.weight)),
        share=stated.get("share", 0.0),
        usual=stated.get("usual", 0.0),
        mad=stated.get("mad", 0.0),
        times=stated.get("times"),
        threshold=stated.get("threshold", 0.0),
        past_windows=round(stated.get("past_windows", 0)),
        relative="usual" in stated,
        fires=True,
    )


def _continues(alert: Alert, finding: Firing, quiet: timedelta) -> bool:
    return finding.began_at <= alert.last_at + quiet and alert.began_at <= finding.last_at + quiet


def _merged(new: Alert, old: Alert) -> Alert:
    """Return the alert after another finding: the figures stay those of the worst window."""
    if new.evaluated_at < old.evaluated_at:
        return old
    same_window = (new.window_start, new.window_end) == (old.window_start, old.window_end)
    told = new if same_window or new.figures.negative > old.figures.negative else old
    merged = replace(
        old,
        state=new.state,
        resolved_at=old.resolved_at if old.state is new.state else new.resolved_at,
        began_at=min(old.began_at, new.began_at),
        last_at=max(old.last_at, new.last_at),
        evaluated_at=new.evaluated_at,
        **{field: getattr(told, field) for field in ("window_start", "window_end", "figures", "evidence")},
        **{field: getattr(told, field) for field in ("reason_zh", "reason_en")},
    )
    over = old.state is State.RESOLVED
    return old if over and replace(merged, evaluated_at=old.evaluated_at) == old else merged


def _calmed(old: Alert, window: timedelta, now: datetime) -> Alert:
    """Return the alert resolved, when a whole window has passed since the last one that fired."""
    if old.state is not State.FIRING or now < old.evaluated_at or now - old.last_at < window:
        return old
    return replace(old, state=State.RESOLVED, resolved_at=now, evaluated_at=now)
