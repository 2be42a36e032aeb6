"""What people say to an alert: acknowledged, assigned, snoozed, resolved, judged; by command or by a signed link.

What is said to one alert is said to its incident: to every other alert of it that is open.
"""

import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from config.rota import Rota
from indexing.alerts import records
from indexing.alerts.acknowledged import SEEN, NotPossible, is_enough, seen_by, seen_by_enough, still_open
from indexing.alerts.alert import Alert, State
from indexing.alerts.event import Event, Origin
from indexing.alerts.facts import ZONE, clock
from indexing.alerts.lifecycle import in_milliseconds
from indexing.alerts.links import Action, Claim, LinkRefused, read
from indexing.alerts.reason import written
from indexing.alerts.sample import SAMPLE
from indexing.alerts.worth import NoSuchWorth, worth_of
from indexing.elasticsearch.store import Store

__all__ = [
    "LinkUsed",
    "NotPossible",
    "acknowledge",
    "answer",
    "assign",
    "check",
    "check_form",
    "check_view",
    "follow",
    "judge",
    "person_of",
    "possible",
    "resolve",
    "snooze",
]

_LONGEST_REASON = 200

_log = logging.getLogger(__name__)


class LinkUsed(LinkRefused):
    """The link was used already; `alert` is how its alert stands now."""

    def __init__(self, reason: str, claim: Claim, alert: Alert) -> None:
        super().__init__(reason, claim)
        self.alert = alert


def possible(alert: Alert) -> tuple[Action, ...]:
    """Return what people can still say to the alert."""
    if alert.state is State.RESOLVED:
        return ()
    seen = alert.state in SEEN
    return (*(() if seen else (Action.ACKNOWLEDGE,)), Action.ASSIGN, Action.SNOOZE, Action.RESOLVE)


def person_of(rota: Rota | None, name: str) -> str:
    """Return the id of the rota's person with this id or name; NotPossible names all where it has none such."""
    if rota is None or name in rota.people:
        return name
    found = next((id for id, person in rota.people.items() if person.name == name), None)
    if found is None:
        known = "、".join(f"{person.name} ({id})" for id, person in rota.people.items())
        raise NotPossible(f"值班表里没有 nobody of config/rota.yaml is called {name!r}: choose one of {known}")
    return found


def answer(
    store: Store,
    id: str,
    action: Action,
    *,
    by: str,
    now: datetime,
    to: str | None = None,
    snoozed_for: timedelta = timedelta(hours=1),
    reason: str | None = None,
    worth: str = "",
    key: str | None = None,
) -> Alert:
    """Do what the action says, with the fields that it takes; the same `key` is the same deed."""
    if worth or action is Action.JUDGE:
        judge(store, id, worth, by=by, now=now, key=key and f"{key}:worth")
    why = " ".join((reason or "").split())[:_LONGEST_REASON] or None
    if action is Action.ACKNOWLEDGE:
        return acknowledge(store, id, by=by, now=now, key=key)
    if action is Action.ASSIGN:
        return assign(store, id, to=to or by, by=by, now=now, key=key)
    if action is Action.SNOOZE:
        return snooze(store, id, until=now + snoozed_for, by=by, now=now, reason=why, key=key)
    if action is Action.JUDGE:
        return records.find(store, [id])[0]
    return resolve(store, id, by=by, now=now, reason=why, key=key)


def acknowledge(store: Store, id: str, *, by: str, now: datetime, key: str | None = None) -> Alert:
    """Say that `by` looks after the alert; repeats and escalation stop once enough people have. Again, nothing changes.

    A crisis may ask for several people, of whom each counts once.
    """

    def edit(old: Alert) -> Alert:
        if still_open(old).state in SEEN or by in old.acknowledgers:
            return old
        counted = seen_by(old, by, now)
        return replace(counted, state=State.ACKNOWLEDGED) if is_enough(counted) else counted

    return _change(store, id, edit, by, now, key)


def assign(store: Store, id: str, *, to: str, by: str, now: datetime, key: str | None = None) -> Alert:
    """Say that the alert is `to`'s to look after; of a crisis that asks for two people, `by` is one."""

    def edit(old: Alert) -> Alert:
        counted = replace(seen_by(still_open(old), by, now), assignee=to)
        return replace(counted, state=State.ASSIGNED) if is_enough(counted) else counted

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
    """Put the alert off: nobody is told until then, and everybody again from then on if it is still open.

    NotPossible while a crisis waits for another person's word.
    """
    until = in_milliseconds(until)

    def edit(old: Alert) -> Alert:
        counted = seen_by(still_open(old), by, now)
        return replace(seen_by_enough(counted), state=State.SNOOZED, snoozed_until=until, snooze_reason=reason)

    return _change(store, id, edit, by, now, key, reason)


def resolve(
    store: Store, id: str, *, by: str, now: datetime, reason: str | None = None, key: str | None = None
) -> Alert:
    """Say that the alert is over; it comes back when something new begins, or when it has doubled.

    NotPossible while a crisis waits for another person's word.
    """
    moment = in_milliseconds(now)

    def edit(old: Alert) -> Alert:
        if old.state is State.RESOLVED:
            return old
        seconds = int((moment - old.raised_at).total_seconds())
        return replace(
            seen_by_enough(seen_by(old, by, now)),
            state=State.RESOLVED,
            resolved_at=moment,
            resolved_by=by,
            resolve_reason=reason,
            seconds_to_resolve=seconds,
        )

    return _change(store, id, edit, by, now, key, reason)


def judge(store: Store, id: str, worth: str, *, by: str, now: datetime, key: str | None = None) -> Alert:
    """Say whether the alert was worth it, open or over; the last word counts. NotPossible for what is no such word."""
    try:
        said = worth_of(worth).value
    except NoSuchWorth as error:
        raise NotPossible(str(error)) from error

    def edit(old: Alert) -> Alert:
        return old if old.worth == said else replace(old, worth=said, worth_by=by, worth_at=in_milliseconds(now))

    return _change(store, id, edit, by, now, key, over=True)


def check(store: Store, token: str, *, now: datetime) -> tuple[Claim, Alert]:
    """Return what an unused link says and its alert; LinkRefused, which is logged, says why it is good for nothing."""
    try:
        claim = read(token, now=now)
    except LinkRefused as error:
        _log.warning("a link was refused: %s", error)
        if error.claim and (found := records.find(store, [error.claim.alert])):
            _note(store, found[0], "refused", error.claim, now, str(error))
        raise
    if claim.action in (Action.VIEW, Action.FORM):
        raise LinkRefused("此链接只能查看 this link only shows alerts", claim)
    found = records.find(store, [claim.alert])
    if claim.alert.startswith(f"{SAMPLE}."):
        raise LinkRefused("这是测试消息的链接，能打开就好 a link of a test message: that it opens is all", claim)
    if not found:
        raise LinkRefused("预警已不存在 its alert is gone", claim)
    if used := records.noted(store, f"{claim.alert}:used:{claim.key}"):
        _log.warning("a link was refused: used already, for %s", claim.alert)
        _note(store, found[0], "refused", claim, now, "the link was used already")
        moment = f"{clock(datetime.fromisoformat(used))} {ZONE.zh} {ZONE.en}"
        raise LinkUsed(f"链接已用过 the link was used already, at {moment}", claim, found[0])
    return claim, found[0]


def check_view(token: str, *, now: datetime, alert: str = "") -> Claim:
    """Return what a link says that may show this alert, or all; LinkRefused, which is logged, says why it may not."""
    return _check(token, Action.VIEW, ("", alert), now)


def check_form(token: str, *, now: datetime, alert: str) -> Claim:
    """Return what a form says that the console has shown for this alert; LinkRefused for any other, logged."""
    return _check(token, Action.FORM, (alert,), now)


def _check(token: str, action: Action, alerts: Collection[str], now: datetime) -> Claim:
    try:
        claim = read(token, now=now)
        if claim.action is not action or claim.alert not in alerts:
            raise LinkRefused("此链接另有用途 this link is for something else")
    except LinkRefused as error:
        _log.warning("a link to the alerts was refused: %s", error)
        raise
    return claim


def follow(
    store: Store,
    token: str,
    *,
    now: datetime,
    to: str | None = None,
    snoozed_for: timedelta = timedelta(hours=1),
    reason: str | None = None,
    worth: str = "",
) -> Alert:
    """Do what a link allows, once; LinkRefused where it was used, forged, altered or has expired.

    The action comes first and is the same however often it is done, so that a kill before the use is recorded leaves a
    link that works, and nothing done twice.
    """
    claim, _ = check(store, token, now=now)
    alert = answer(
        store,
        claim.alert,
        claim.action,
        by=claim.person,
        now=now,
        to=to,
        snoozed_for=snoozed_for,
        reason=reason,
        worth=worth,
        key=f"link:{claim.key}",
    )
    if not _note(store, alert, "used", claim, now, f"link: {claim.action}"):
        raise LinkUsed("链接已用过 the link was used already, this very moment", claim, alert)
    return alert


def _change(
    store: Store,
    id: str,
    edit: Callable[[Alert], Alert],
    by: str,
    now: datetime,
    key: str | None,
    detail: str | None = None,
    *,
    over: bool = False,
) -> Alert:
    moment = in_milliseconds(now)
    origin = Origin(by=by, at=moment, key=key or moment.isoformat(), detail=detail)
    changed = records.change(store, id, edit, origin)
    for other in records.mates(store, changed, over=over):
        with suppress(NotPossible):  # it is over already
            records.change(store, other.id, edit, origin)
    return changed


def _note(store: Store, alert: Alert, name: str, claim: Claim, now: datetime, detail: str) -> bool:
    moment = in_milliseconds(now)
    once_an_hour = f"{claim.key}:{claim.expires_at:%Y%m%dT%H%M%S}:{moment:%Y%m%dT%H}"  # a flood fills no index
    key = claim.key if name == "used" else once_an_hour
    return records.note(store, alert, [Event(name=name, key=key, at=moment, by=claim.person, why=written(detail))])
