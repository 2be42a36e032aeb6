"""Incidents by hand: merged, because people know that they are one thing, and split, because they know better.

Who did so and why stands in the history of each alert that was moved. One write moves one alert, so that a kill in
between leaves each in one incident, and the same words again finish it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from config.errors import UserError
from indexing.alerts import records
from indexing.alerts.alert import OPEN, Alert
from indexing.alerts.event import Origin
from indexing.alerts.incidents import new_id
from indexing.alerts.lifecycle import in_milliseconds
from indexing.elasticsearch.store import Store

__all__ = ["NotPossible", "merge", "split"]


class NotPossible(UserError):
    """These alerts cannot be merged or split; the message says why."""


def merge(store: Store, into: str, others: Sequence[str], *, by: str, now: datetime, reason: str = "") -> list[Alert]:
    """Put the incidents of the `others` into that of the alert `into`; return all of its alerts, the open ones first.

    Where both were told, the graver one speaks for both from then on.
    """
    first, *rest = _open(store, [into, *others])
    target = first.incident or first.id
    origin = _origin(by, now, f"merge:{target}:{','.join(sorted(others))}", reason)
    moved = {alert.id: alert for alert in rest if alert.incident != target}
    for alert in list(moved.values()):
        moved |= {mate.id: mate for mate in records.mates(store, alert, over=True) if mate.incident == alert.incident}
    if not moved:
        raise NotPossible(f"{', '.join(others)} belongs to the incident {target} already: nothing was changed")
    placed = [first.id] if first.incident is None else []
    named = [id for id in moved if id in others]  # last, for they lead to the rest where this is done again
    for id in [*placed, *sorted(moved.keys() - set(named)), *named]:
        records.change(store, id, lambda old: replace(old, incident=target, placed_by=by), origin)
    return _members(store, first)


def split(store: Store, ids: Sequence[str], *, by: str, now: datetime, reason: str = "") -> list[Alert]:
    """Take these alerts out of their incident into one of their own; return it.

    What was told of another alert's message alone is told anew, if it is still open and nobody looks after it.
    """
    found = _open(store, ids)
    first = found[0]
    mates, one = records.mates(store, first, over=True), len({alert.incident for alert in found}) == 1
    begun = not {mate.id for mate in mates} - set(ids)
    if begun and one:
        raise NotPossible(f"{', '.join(ids)} is a whole incident already: nothing was changed")
    if not begun and not one:
        shown = ", ".join(f"{alert.id} in {alert.incident or alert.id}" for alert in found)
        raise NotPossible(f"not of one incident ({shown}): split those of one at a time")
    target = (begun and first.incident) or new_id(first, [first.incident, *(mate.incident for mate in mates)])
    origin = _origin(by, now, f"split:{first.incident}:{','.join(sorted(ids))}", reason)

    def edit(old: Alert) -> Alert:
        parted = replace(old, incident=target, placed_by=by)
        return replace(parted, joined=None, step=-1, why_held=None, held_at=None) if old.joined else parted

    for alert in found:
        records.change(store, alert.id, edit, origin)
    return _members(store, replace(first, incident=target))


def _open(store: Store, ids: Sequence[str]) -> list[Alert]:
    found = {alert.id: alert for alert in records.find(store, ids)}
    for id in ids:
        if id not in found:
            raise records.NoSuchAlert(
                f"there is no alert {id!r}: `tingfeng alerts list` shows those that are open, by incident"
            )
        if found[id].state not in OPEN:
            raise NotPossible(f"alert {id} is over since {found[id].resolved_at}: only open ones are merged and split")
    if len(set(ids)) < len(ids):
        raise NotPossible("the same alert twice: name each once")
    return [found[id] for id in ids]


def _members(store: Store, alert: Alert) -> list[Alert]:
    stands = records.find(store, [alert.id])
    return [*stands, *records.mates(store, stands[0], over=True)]


def _origin(by: str, now: datetime, key: str, reason: str) -> Origin:
    moment = in_milliseconds(now)
    return Origin(by=by, at=moment, key=f"{key}:{moment.isoformat()}", detail=reason or None)
