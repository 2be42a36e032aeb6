"""Which alerts are told in one message: those that are equal in what their rules group by."""

from collections.abc import Callable, Iterable

from config.notify import Notify
from indexing.alerts.alert import Alert

__all__ = ["of", "share_evidence"]

_EVIDENCE = "evidence"
_MOSTLY = 0.5
"""The part of the smaller alert's mentions that the other one has too."""


def of(alert: Alert, alerts: Iterable[Alert], plan: Callable[[Alert], Notify]) -> list[Alert]:
    """Return the others of its group, as both rules see it; `plan` is how an alert's rule wants it told."""
    return [other for other in alerts if other.id != alert.id and _together(alert, other, plan)]


def share_evidence(one: Alert, other: Alert) -> bool:
    """Whether two alerts are about one story, or mostly about the same mentions."""
    if one.story and other.story:
        return one.story == other.story
    first, second = set(one.evidence.ids), set(other.evidence.ids)
    fewer = min(len(first), len(second))
    return bool(fewer) and len(first & second) >= _MOSTLY * fewer


def _together(one: Alert, other: Alert, plan: Callable[[Alert], Notify]) -> bool:
    wanted = plan(one).group_by
    if not wanted or set(wanted) != set(plan(other).group_by):
        return False
    if "story" in wanted and not one.story:
        return False
    fields = (name for name in wanted if name != _EVIDENCE)
    equal = all(getattr(one, name) == getattr(other, name) for name in fields)
    return equal and (_EVIDENCE not in wanted or share_evidence(one, other))
