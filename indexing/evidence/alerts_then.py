"""What had happened to a brand's alerts by a time of the past, and to those that spoke for them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from indexing.alerts.explain import Happened, as_happened
from indexing.alerts.reason import Because
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.store import Store

__all__ = ["AlertThen", "alerts_then", "first_after"]

_LOOKED_BACK, _DAY = timedelta(days=7), timedelta(days=1)
_MOST_EVENTS = 10_000
_UNTOLD = ("held", "unsent", "given_up")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertThen:
    """An alert of the brand as it stood then: what had happened to it by that minute, oldest first."""

    id: str
    rule: str
    raised_at: datetime
    happened: tuple[Happened, ...]

    @property
    def sent(self) -> tuple[Happened, ...]:
        """What receivers had confirmed by then."""
        return tuple(one for one in self.happened if one.event == "sent")

    @property
    def held(self) -> Happened | None:
        """Why nobody had been told, as the last word was: kept back, or not taken by a receiver."""
        return next((one for one in reversed(self.happened) if one.event in _UNTOLD), None)

    @property
    def lead(self) -> str | None:
        """The alert whose message was to tell of this one too."""
        why = self.held and self.held.why
        return why.of if why and why.kind is Because.TOGETHER else None

    @property
    def answered(self) -> tuple[Happened, ...]:
        """What people had said to it by then."""
        return tuple(one for one in self.happened if one.by)


def alerts_then(store: Store, brand: str, at: datetime) -> tuple[AlertThen, ...]:
    """Return the brand's alerts of the week before, but for those long over, and whichever spoke for one of them."""
    store.refresh("alert-events")
    found = dict(_then(_events(store, {"terms": {"brand": [brand, "*"]}}, at), at))
    asked: set[str] = set()
    while leads := {alert.lead for alert in found.values() if alert.lead} - found.keys() - asked:
        asked |= leads
        found |= dict(_then(_events(store, {"terms": {"alert": sorted(filter(None, leads))}}, at), at))
    return tuple(found.values())


def first_after(store: Store, brand: str, at: datetime) -> tuple[str, datetime] | None:
    """Return the brand's first alert that was raised afterwards, within a day, and when."""
    times = {"gt": at.isoformat(), "lte": (at + _DAY).isoformat()}
    wanted: list[dict[str, Any]] = [
        {"terms": {"brand": [brand, "*"]}},
        {"term": {"event": "firing"}},
        {"range": {"@timestamp": times}},
    ]
    hits = _hits(store, wanted, order="asc", size=1)
    return next(((hit["alert"], as_happened(hit).at) for hit in hits), None)


def _events(store: Store, whose: Mapping[str, Any], at: datetime) -> list[tuple[str, Happened]]:
    """Return what had happened to alerts in the week before, oldest first."""
    times = {"gte": (at - _LOOKED_BACK).isoformat(), "lte": at.isoformat()}
    hits = _hits(store, [whose, {"range": {"@timestamp": times}}], order="desc", size=_MOST_EVENTS)
    found = [(hit["alert"], as_happened(hit)) for hit in hits]
    return sorted(found, key=lambda pair: (pair[1].at, pair[1].event != "firing"))


def _hits(store: Store, wanted: Sequence[Mapping[str, Any]], *, order: str, size: int) -> Iterator[Mapping[str, Any]]:
    with store_errors():
        answer = store.client.search(
            index=store.alias("alert-events"),
            query={"bool": {"filter": list(wanted)}},
            size=size,
            sort=[{"@timestamp": order}],
        )
    yield from (hit["_source"] for hit in answer["hits"]["hits"])


def _then(happened: Iterable[tuple[str, Happened]], at: datetime) -> Iterator[tuple[str, AlertThen]]:
    by_alert: dict[str, list[Happened]] = {}
    for id, one in happened:
        by_alert.setdefault(id, []).append(one)
    for id, own in by_alert.items():
        if own[-1].event != "resolved" or own[-1].at > at - _DAY:
            yield id, AlertThen(id=id, rule=id.split(".")[0], raised_at=own[0].at, happened=tuple(own))
