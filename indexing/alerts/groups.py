"""Which alerts tell of one thing: those that are equal in what their rules group by, within a brand or its family."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from config.notify import Notify
from indexing.alerts.alert import Alert

__all__ = ["of", "posts_of", "share_evidence", "together"]

_EVIDENCE = "evidence"
_MOSTLY = 0.5
"""The part of the smaller alert's mentions that the other one has too."""
_NO_FAMILIES: Mapping[str, str] = MappingProxyType({})


def of(alert: Alert, alerts: Iterable[Alert], plan: Callable[[Alert], Notify]) -> list[Alert]:
    """Return the others of its incident; before that is known, of its group as both rules see it."""
    return [other for other in alerts if other.id != alert.id and _same(alert, other, plan)]


def together(
    one: Alert, other: Alert, plan: Callable[[Alert], Notify], families: Mapping[str, str] = _NO_FAMILIES
) -> bool:
    """Whether two alerts belong into one incident; `families` gives the highest brand above each one.

    `plan` is how an alert's rule wants it told. Brands of one family that their rules tell apart from others are
    together where they tell of the same posts, or where the same rule found both in one burst.
    """
    wanted = plan(one).group_by
    if not wanted or set(wanted) != set(plan(other).group_by):
        return False
    if "story" in wanted and not one.story:
        return False
    sisters = one.brand != other.brand and _EVIDENCE in wanted and _related(one, other, families)
    fields = (name for name in wanted if name != _EVIDENCE and not (sisters and name == "brand"))
    if not all(getattr(one, name) == getattr(other, name) for name in fields):
        return False
    return _EVIDENCE not in wanted or share_evidence(one, other) or (sisters and _one_burst(one, other))


def share_evidence(one: Alert, other: Alert) -> bool:
    """Whether two alerts are about one story, or mostly about the same posts."""
    if one.story and other.story:
        return one.story == other.story
    first, second = posts_of(one), posts_of(other)
    fewer = min(len(first), len(second))
    return bool(fewer) and len(first & second) >= _MOSTLY * fewer


def posts_of(alert: Alert) -> set[str]:
    """Return the posts of its mentions, whose ids are theirs and the brand's."""
    return {id.removesuffix(f":{alert.brand}") for id in alert.evidence.ids}


def _same(one: Alert, other: Alert, plan: Callable[[Alert], Notify]) -> bool:
    if one.incident and other.incident:
        return one.incident == other.incident
    return together(one, other, plan)


def _related(one: Alert, other: Alert, families: Mapping[str, str]) -> bool:
    family = families.get(one.brand)
    return family is not None and family == families.get(other.brand)


def _one_burst(one: Alert, other: Alert) -> bool:
    """Whether one rule found both, as a whole and not by a single story, at the same time."""
    alone = one.story or other.story or one.customer or other.customer or one.rule != other.rule
    return not alone and one.began_at <= other.last_at and other.began_at <= one.last_at
