"""How alerts of a rule and brand calmed before: where most did so by themselves within minutes, a page may wait."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from indexing.alerts.alert import Alert, State
from indexing.alerts.reason import Because, Reason
from indexing.alerts.worth import Worth
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.metrics.wilson import share

__all__ = ["Calm", "calm_before", "learned"]

_WITHIN = timedelta(minutes=10)
"""What ends by itself within this time calmed."""
_SLACK = timedelta(minutes=2)
"""The pause between two evaluations."""
_PAST = timedelta(days=90)
_FEWEST, _LEAST = 5, 0.5
"""Alerts that the past must hold, and the lower end of the 95 % interval of those that calmed."""
_USUAL = 0.8
"""The part of those that calmed which a hold waits for."""
_MOST = 2_000
_FIELDS = ("rule", "brand", "@timestamp", "last_at", "resolved_by", "acknowledged_at", "worth", "weight", "state")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calm:
    """Of `ended` alerts of the last 90 days, `calmed` fell silent by themselves, mostly within `within`."""

    calmed: int
    ended: int
    within: timedelta
    heaviest: float
    """The weight of the heaviest of them: nothing is known of heavier ones."""
    slack: timedelta = _SLACK

    @property
    def hold(self) -> timedelta:
        """For how long waiting is worth it."""
        return self.within + self.slack

    def reason(self, kind: Because, until: datetime | None = None) -> Reason:
        """Return what the past says as a reason of this kind."""
        minutes = int(self.within.total_seconds() // 60)
        return Reason(kind=kind, until=until, count=self.calmed, among=self.ended, minutes=minutes)


def calm_before(store: Store, alerts: Iterable[Alert], *, now: datetime) -> dict[tuple[str, str], Calm]:
    """Return what the past says of the rules and brands of these alerts, where it says that most calm."""
    pairs = {(alert.rule, alert.brand) for alert in alerts}
    if not pairs:
        return {}
    filters: list[Mapping[str, Any]] = [
        {"terms": {"rule": sorted({rule for rule, _ in pairs})}},
        {"terms": {"brand": sorted({brand for _, brand in pairs})}},
        {"term": {"state": State.RESOLVED.value}},
        {"range": {"@timestamp": {"gte": (now - _PAST).isoformat(), "lt": now.isoformat()}}},
    ]
    answer = with_retries(
        lambda: store.client.search(
            index=store.alias("alerts"),
            query={"bool": {"filter": filters}},
            sort=[{"@timestamp": {"order": "desc"}}],
            source_includes=list(_FIELDS),
            size=_MOST,
        )
    )
    past: defaultdict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for hit in answer["hits"]["hits"]:
        past[hit["_source"]["rule"], hit["_source"]["brand"]].append(hit["_source"])
    found = {pair: learned(past[pair]) for pair in pairs if pair in past}
    return {pair: calm for pair, calm in found.items() if calm}


def learned(ended: Collection[Mapping[str, Any]]) -> Calm | None:
    """Return what alerts that are over say, as their documents; None where they are few, or too few of them calmed."""
    calmed = sorted((lasted, float(one.get("weight") or 0)) for one in ended if (lasted := _calmed_in(one)) is not None)
    interval = share(len(calmed), len(ended))
    if len(ended) < _FEWEST or interval is None or interval.low < _LEAST:
        return None
    within = calmed[max(0, round(_USUAL * len(calmed)) - 1)][0]
    return Calm(
        calmed=len(calmed), ended=len(ended), within=max(within, _SLACK), heaviest=max(weight for _, weight in calmed)
    )


def _calmed_in(one: Mapping[str, Any]) -> timedelta | None:
    """Return how long the alert fired, where nobody ended or wanted it and it was over within minutes."""
    if one.get("resolved_by") or one.get("acknowledged_at") or one.get("worth") == Worth.RIGHT:
        return None
    lasted = datetime.fromisoformat(one["last_at"]) - datetime.fromisoformat(one["@timestamp"])
    return max(lasted, timedelta(0)) if lasted <= _WITHIN else None
