"""Decide for every alert whom to tell now: first messages, repeats, escalation, the end of a snooze."""

import logging
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial

from config.brand import Brand
from config.brand_tree import families
from config.notify import Notify
from config.rota import Rota
from config.rule import Rule, Severity
from indexing.alerts import incidents, overrides, records, silence
from indexing.alerts.alert import OPEN, Alert
from indexing.alerts.calming import calm_before
from indexing.alerts.lifecycle import in_milliseconds
from indexing.alerts.policy import decide
from indexing.alerts.rate import locked
from indexing.alerts.situation import Situation, plan_of
from indexing.elasticsearch.errors import Busy, store_errors
from indexing.elasticsearch.lease import lease
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = ["tell"]

_MOST_STORIES = 1_000
_PATIENCE, _PAUSE = 20.0, 0.05
"""Seconds for which another machine's decisions are waited for, and between two looks."""

_log = logging.getLogger(__name__)


def tell(
    store: Store, rules: Iterable[Rule], rota: Rota | None, *, now: datetime, brands: Sequence[Brand] = ()
) -> list[Alert]:
    """Write with each alert whom it is to be told to, or why nobody is; return those that are open, oldest first.

    The graver ones come first, so that the lesser ones of their incident find them told. Nothing is sent here.
    One process at a time, on all machines: two would found two incidents of one, and page twice.
    """
    with locked("telling.lock"), _alone(store):
        return _told(store, list(rules), rota, now=in_milliseconds(now), brands=brands)


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    """Wait until no evaluator of another machine decides; one that died must not keep people from being told."""
    held, until = ExitStack(), time.monotonic() + _PATIENCE
    while True:
        try:
            with store_errors():
                held.enter_context(lease(store.client, store.state, "decision whom to tell", "telling"))
        except Busy as error:
            if time.monotonic() < until:
                time.sleep(_PAUSE)
                continue
            _log.warning("%s; waited %d s, now telling all the same: one thing may be two incidents", error, _PATIENCE)
        break
    with held:
        yield


def _told(
    store: Store, known: Sequence[Rule], rota: Rota | None, *, now: datetime, brands: Sequence[Brand]
) -> list[Alert]:
    alerts = {alert.id: alert for alert in records.to_tell(store)}
    if not alerts:
        return []
    plans = {rule.id: plan_of(rule) for rule in known}
    asking = {alert.story for alert in alerts.values() if alert.story and _asks(plans, alert)}
    lasting = {rule.id for rule in known if rule.when.lasts and plans[rule.id].hold}
    untold = [alert for alert in alerts.values() if alert.step < 0 and alert.rule in lasting]
    situation = Situation(
        now=now,
        plans=plans,
        rota=rota,
        overrides=tuple(overrides.lasting(store, now)) if rota else (),
        silences=tuple(silence.running(store, now)),
        replies=_replies(store, asking),
        calm=calm_before(store, untold, now=now),
    )
    tree = families({brand.id: brand.parent for brand in brands})
    placed = incidents.assign(list(alerts.values()), situation.plan, tree)
    edits = {id: partial(_decided, placed.get(id), at) for id, at in _situations(alerts, placed, situation)}
    alerts |= records.change_all(store, edits)
    return [alert for alert in alerts.values() if alert.state in OPEN]


def _situations(
    alerts: Mapping[str, Alert], placed: Mapping[str, str], situation: Situation
) -> Iterable[tuple[str, Situation]]:
    """Yield each alert that something is decided of, with the situation that it is in once the graver ones are told."""
    latest = {id: _placed(alert, placed.get(id)) for id, alert in alerts.items()}
    members: defaultdict[str | None, list[str]] = defaultdict(list)
    for id, alert in latest.items():
        members[alert.incident].append(id)
    crises = [id for id, alert in latest.items() if alert.severity is Severity.CRISIS and alert.state in OPEN]
    for id in sorted(alerts, key=lambda id: incidents.order(alerts[id]), reverse=True):
        near = dict.fromkeys([*members[latest[id].incident], *crises, *filter(None, [alerts[id].joined])])
        at = replace(situation, alerts=tuple(latest[other] for other in near if other in latest))
        latest[id] = decide(latest[id], at)
        if latest[id] != alerts[id]:
            yield id, at


def _decided(incident: str | None, at: Situation, alert: Alert) -> Alert:
    return decide(_placed(alert, incident), at)


def _placed(alert: Alert, incident: str | None) -> Alert:
    return replace(alert, incident=incident) if incident and not alert.incident else alert


def _asks(plans: Mapping[str, Notify], alert: Alert) -> bool:
    plan = plans.get(alert.rule)
    return plan is not None and plan.reply != "ignore"


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
