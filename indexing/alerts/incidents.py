"""Incidents: which alerts are told in one page, over rules, sister brands and time; joined and parted by hand too.

An incident is the alerts that have its id, which is that of the alert that founded it. So joining one is one write of
one document, and nothing else can disagree with it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from config.notify import Notify
from config.rule import Severity
from indexing.alerts.alert import OPEN, Alert
from indexing.alerts.groups import posts_of, together

__all__ = ["Incident", "assign", "incidents", "new_id", "order"]

_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What people have to deal with: `alerts` are its alerts, the one that speaks for it first."""

    id: str
    alerts: tuple[Alert, ...]

    @property
    def lead(self) -> Alert:
        """The alert that speaks for it."""
        return self.alerts[0]

    @property
    def size(self) -> int:
        """How many alerts it has."""
        return len(self.alerts)

    @property
    def severity(self) -> Severity:
        """That of its gravest alert."""
        return max((alert.severity for alert in self.alerts), key=lambda severity: _RANK[severity])


def order(alert: Alert) -> tuple[int, float, float, str]:
    """Return what puts the alert first that speaks for its incident: the gravest, heaviest, oldest."""
    return _RANK[alert.severity], alert.weight, -alert.raised_at.timestamp(), alert.id


def incidents(alerts: Iterable[Alert]) -> list[Incident]:
    """Return the incidents that these alerts make, the gravest first; who speaks for one was told, where one was."""
    found: defaultdict[str, list[Alert]] = defaultdict(list)
    for alert in alerts:
        found[alert.incident or alert.id].append(alert)
    made = [
        Incident(id=id, alerts=tuple(sorted(members, key=lambda one: (one.joined is None, order(one)), reverse=True)))
        for id, members in found.items()
    ]
    return sorted(made, key=lambda incident: (_RANK[incident.severity], order(incident.lead)), reverse=True)


def assign(alerts: Sequence[Alert], plan: Callable[[Alert], Notify], families: Mapping[str, str]) -> Mapping[str, str]:
    """Return the incident of each alert that has none yet, by its id.

    It joins the oldest open one with an alert that tells of the same; those that meet none found one together. The same
    alerts give the same incidents, so that a kill after some were written changes nothing.
    """
    fresh = sorted((alert for alert in alerts if not alert.incident), key=order, reverse=True)
    if not fresh:
        return {}
    meets = _Meetings(alerts, plan, families)
    given: dict[str, str] = {}
    for alert in fresh:
        if alert.id not in given:
            members, known = meets.reached(alert)
            oldest = min(known, key=lambda one: (one.raised_at, one.id), default=None)
            id = (oldest and oldest.incident) or members[0].id
            given |= {member.id: id for member in members}
    return given


def new_id(alert: Alert, taken: Iterable[str | None]) -> str:
    """Return an id for the incident of an alert that is taken out of its own one."""
    there = set(taken)
    candidates = (alert.id if number == 1 else f"{alert.id}~{number}" for number in count(1))
    return next(id for id in candidates if id not in there)


class _Meetings:
    """Who tells of the same as whom; only those are compared that could, by a story, a post or what they group by."""

    def __init__(self, alerts: Sequence[Alert], plan: Callable[[Alert], Notify], families: Mapping[str, str]) -> None:
        self._plan, self._families = plan, families
        self._sharing: defaultdict[tuple[object, ...], list[Alert]] = defaultdict(list)
        for alert in alerts:
            if alert.state in OPEN or alert.step < 0:
                for key in self._keys(alert):
                    self._sharing[key].append(alert)

    def reached(self, first: Alert) -> tuple[list[Alert], list[Alert]]:
        """Return the alerts without an incident that it meets, one over the other, and those with one."""
        fresh, known, waiting = {first.id: first}, dict[str, Alert](), [first]
        while waiting:
            alert = waiting.pop()
            for other in self._met(alert):
                if other.incident:
                    known[other.id] = other
                elif other.id not in fresh:
                    fresh[other.id] = other
                    waiting.append(other)
        return list(fresh.values()), list(known.values())

    def _met(self, alert: Alert) -> Iterator[Alert]:
        seen = {alert.id}
        for key in self._keys(alert):
            for other in self._sharing[key]:
                if other.id not in seen:
                    seen.add(other.id)
                    if together(alert, other, self._plan, self._families):
                        yield other

    def _keys(self, alert: Alert) -> Iterator[tuple[object, ...]]:
        wanted = self._plan(alert).group_by
        family = self._families.get(alert.brand, alert.brand)
        if not wanted:
            return
        if "evidence" not in wanted:
            yield tuple(getattr(alert, name) for name in sorted(wanted))
            return
        if alert.story:
            yield "story", alert.story
        else:
            yield "rule", alert.rule, family
        yield from (("post", family, post) for post in posts_of(alert))
