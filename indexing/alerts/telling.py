"""Decide for every alert whom to tell now: first messages, repeats, escalation, the end of a snooze."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import partial

from config.rota import Rota
from config.rule import Rule, Severity
from indexing.alerts import records, silence
from indexing.alerts.alert import OPEN, Alert
from indexing.alerts.lifecycle import in_milliseconds
from indexing.alerts.policy import Situation, decide, plan_of
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = ["tell"]

_MOST_STORIES = 1_000


def tell(store: Store, rules: Iterable[Rule], rota: Rota | None, *, now: datetime) -> list[Alert]:
    """Write with each alert whom it is to be told to, or why nobody is; return those that are open, oldest first.

    The graver ones come first, so that the lesser ones of their group find them told. Nothing is sent here.
    """
    now = in_milliseconds(now)
    alerts = {alert.id: alert for alert in records.to_tell(store)}
    if not alerts:
        return []
    plans = {rule.id: plan_of(rule) for rule in rules}
    asking = {alert.story for alert in alerts.values() if alert.story and _asks(plans, alert)}
    severities = list(Severity)
    fixed = {
        "now": now,
        "plans": plans,
        "rota": rota,
        "silences": tuple(silence.running(store, now)),
        "replies": _replies(store, asking),
    }
    for id in sorted(alerts, key=lambda id: (-severities.index(alerts[id].severity), -alerts[id].weight, id)):
        situation = Situation(alerts=tuple(alerts.values()), **fixed)  # type: ignore[arg-type]
        if decide(alerts[id], situation) != alerts[id]:
            alerts[id] = records.change(store, id, partial(decide, at=situation))
    return [alert for alert in alerts.values() if alert.state in OPEN]


def _asks(plans: Mapping[str, object], alert: Alert) -> bool:
    return getattr(plans.get(alert.rule), "reply", "ignore") != "ignore"


def _replies(store: Store, stories: Collection[str]) -> dict[tuple[str, str], datetime]:
    """Return when the brands' own accounts answered these stories, where they did."""
    if not stories:
        return {}
    query = {
        "bool": {"filter": [{"terms": {"story": list(stories)[:_MOST_STORIES]}}, {"exists": {"field": "replied_at"}}]}
    }
    fields = ["story", "brand", "replied_at"]
    answer = with_retries(
        lambda: store.client.search(
            index=store.alias("stories"), query=query, source_includes=fields, size=_MOST_STORIES
        )
    )
    return {
        (found["story"], found["brand"]): datetime.fromisoformat(found["replied_at"])
        for found in (hit["_source"] for hit in answer["hits"]["hits"])
    }
