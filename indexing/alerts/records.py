"""Alerts as documents: found, begun, changed, and every change written down once and for all."""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from config.errors import UserError
from indexing.alerts.alert import OPEN, Alert, DeliveryState, Earlier, from_document, to_document
from indexing.alerts.event import Event, Origin, between
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = [
    "NoSuchAlert",
    "Overtaken",
    "begin",
    "change",
    "earlier",
    "find",
    "firing",
    "history",
    "note",
    "noted",
    "of",
    "to_tell",
    "undelivered",
]

_LATEST = 50
_MOST_EARLIER = 5
_TRIES = 50


class Overtaken(UserError):
    """Others kept changing the alert; run again."""


class NoSuchAlert(UserError):
    """No alert has this id."""


def of(store: Store, fingerprint: str, rule: str, brand: str) -> tuple[list[Alert], int]:
    """Return the latest alerts of a fingerprint, and how many its rule and brand ever had."""
    index = _refreshed(store)
    query = {"bool": {"filter": [{"term": {"rule": rule}}, {"term": {"brand": brand}}]}}
    answer = with_retries(
        lambda: store.client.search(
            index=index,
            query=query,
            post_filter={"term": {"fingerprint": fingerprint}},
            sort=[{"last_at": {"order": "desc"}}],
            size=_LATEST,
            aggs={"ever": {"value_count": {"field": "rule"}}},
        )
    )
    alerts = [from_document(hit["_id"], hit["_source"]) for hit in answer["hits"]["hits"]]
    return alerts, int(answer["aggregations"]["ever"]["value"])


def earlier(store: Store, alert: Alert) -> tuple[Earlier, ...]:
    """Return the latest alerts of the same rule and brand that were raised before this one, the newest first."""
    before = [{"term": {"rule": alert.rule}}, {"term": {"brand": alert.brand}}]
    answer = with_retries(
        lambda: store.client.search(
            index=store.alias("alerts"),
            query={"bool": {"filter": [*before, {"range": {"@timestamp": {"lt": alert.raised_at.isoformat()}}}]}},
            sort=[{"@timestamp": {"order": "desc"}}, {"evaluated_at": {"order": "desc"}}],
            size=_MOST_EARLIER,
        )
    )
    found = [from_document(hit["_id"], hit["_source"]) for hit in answer["hits"]["hits"]]
    return tuple(
        Earlier(
            id=one.id,
            raised_at=one.raised_at,
            state=one.state,
            resolved_at=one.resolved_at,
            resolved_by=one.resolved_by,
            reason=one.resolve_reason,
        )
        for one in found
    )


def find(store: Store, ids: Iterable[str]) -> list[Alert]:
    """Return the alerts of these ids; those that there are not are left out."""
    if not (wanted := list(ids)):
        return []
    hits = with_retries(lambda: store.client.mget(index=store.alias("alerts"), ids=wanted))["docs"]
    return [from_document(hit["_id"], hit["_source"]) for hit in hits if hit.get("found")]


def firing(store: Store) -> list[Alert]:
    """Return every alert that has not been resolved, oldest first."""
    return _all(store, {"terms": {"state": list(OPEN)}})


def to_tell(store: Store) -> list[Alert]:
    """Return every alert that is open, or that nobody has been told of yet, oldest first."""
    return _all(store, {"bool": {"should": [{"terms": {"state": list(OPEN)}}, {"term": {"step": -1}}]}})


def joined(store: Store, id: str, *, over: bool = False) -> list[Alert]:
    """Return every open alert that the message of alert `id` told of too, oldest first; those too that are `over`."""
    told = {"term": {"joined": id}}
    return _all(store, told if over else {"bool": {"filter": [told, {"terms": {"state": list(OPEN)}}]}})


def undelivered(store: Store) -> list[Alert]:
    """Return every alert that somebody still has to be told of, oldest first."""
    return _all(store, {"terms": {"delivery.state": [DeliveryState.PENDING, DeliveryState.SENDING]}})


def history(store: Store, id: str) -> list[dict[str, Any]]:
    """Return what happened to an alert, oldest first, as the events' documents."""
    from elasticsearch.helpers import scan

    index = store.alias("alert-events")
    with store_errors():
        store.client.indices.refresh(index=index)
        found = [hit["_source"] for hit in scan(store.client, index=index, query={"query": {"term": {"alert": id}}})]
    return sorted(found, key=lambda event: (event["@timestamp"], event["event"] != "firing"))


def begin(store: Store, alert: Alert) -> bool:
    """Write a new alert; False when one of this id is there already."""
    note(store, alert, [Event(name="firing", key="first", at=alert.raised_at)])
    return _write(
        store, Action(operation="create", index=store.alias("alerts"), id=alert.id, source=to_document(alert))
    )


def change(store: Store, id: str, edit: Callable[[Alert], Alert], origin: Origin | None = None) -> Alert:
    """Apply `edit` to the alert as it stands, again whenever somebody else was faster; return what stands then.

    The events are written first, so that a kill in between leaves no change that nobody recorded. NoSuchAlert where
    there is none of this id.
    """
    from elasticsearch import NotFoundError

    index = store.alias("alerts")
    for _ in range(_TRIES):
        try:
            got = with_retries(lambda: store.client.get(index=index, id=id))
        except NotFoundError as error:
            raise NoSuchAlert(f"there is no alert {id!r}: `tingfeng alerts list` shows those that are open") from error
        old = from_document(id, got["_source"])
        new = edit(old)
        if new == old:
            return old
        note(store, new, between(old, new, origin))
        seen = (got["_seq_no"], got["_primary_term"])
        if _write(store, Action(operation="index", index=index, id=id, source=to_document(new), seen=seen)):
            return new
    raise Overtaken(f"alert {id}: {_TRIES} others changed it first: run `tingfeng alerts run` again")


def note(store: Store, alert: Alert, events: Iterable[Event]) -> bool:
    """Append what happened; an event that stands there already is the very same one. Return whether all were new."""
    return all([_write(store, _action(store, alert, event)) for event in events])


def noted(store: Store, id: str) -> str | None:
    """Return when the event of this id happened, or None where there is none."""
    hit = with_retries(lambda: store.client.mget(index=store.alias("alert-events"), ids=[id]))["docs"][0]
    return str(hit["_source"]["@timestamp"]) if hit.get("found") else None


def _all(store: Store, query: Mapping[str, Any]) -> list[Alert]:
    from elasticsearch.helpers import scan

    with store_errors():
        hits = scan(store.client, index=_refreshed(store), query={"query": query})
        found = [from_document(hit["_id"], hit["_source"]) for hit in hits]
    return sorted(found, key=lambda alert: (alert.raised_at, alert.id))


def _refreshed(store: Store) -> str:
    """Return the name of the alerts' index, with all that has been written to it to be found."""
    index = store.alias("alerts")
    with_retries(lambda: store.client.indices.refresh(index=index))
    return index


def _write(store: Store, action: Action) -> bool:
    """Write one document; False where another one was faster."""
    answer = send(store.client, [action])[0]
    if not answer.done and answer.status != HTTPStatus.CONFLICT:
        raise RuntimeError(f"{action.index}/{action.id}: {answer.reason}")
    return answer.done


def _action(store: Store, alert: Alert, event: Event) -> Action:
    source = {
        "@timestamp": event.at.isoformat(),
        "alert": alert.id,
        "rule": alert.rule,
        "brand": alert.brand,
        "event": event.name,
        "channel": event.channel,
        "by": event.by,
        "detail": event.detail,
    }
    id = f"{alert.id}:{event.name}:{event.key}"
    return Action(operation="create", index=store.alias("alert-events"), id=id, source=source)
