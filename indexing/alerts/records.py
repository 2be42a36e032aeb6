"""Alerts as documents: found, begun, changed, and every change written down once and for all."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from config.errors import Mendable
from indexing.alerts.alert import Alert, DeliveryState, State, from_document, to_document
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.faults import told
from indexing.elasticsearch.patience import patiently
from indexing.elasticsearch.store import Store

__all__ = ["Overtaken", "begin", "change", "firing", "of", "undelivered"]

_LATEST = 50
_TRIES = 50


class Overtaken(Mendable):
    """Others kept changing the alert; run again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """A change of an alert; the same `name` and `key` are the same change, however often it is written."""

    name: str
    key: str
    at: datetime
    channel: str | None = None
    detail: str | None = None


def of(store: Store, rule: str, brand: str) -> tuple[list[Alert], int]:
    """Return the latest alerts of a rule and brand, and how many there ever were."""
    query = {"bool": {"filter": [{"term": {"rule": rule}}, {"term": {"brand": brand}}]}}
    newest = [{"last_at": {"order": "desc"}}]
    index = _refreshed(store)
    answer = patiently(
        lambda: store.client.search(index=index, query=query, sort=newest, size=_LATEST, track_total_hits=True)
    )
    found = [from_document(hit["_id"], hit["_source"]) for hit in answer["hits"]["hits"]]
    return found, answer["hits"]["total"]["value"]


def firing(store: Store) -> list[Alert]:
    """Return every alert that has not been resolved, oldest first."""
    return _all(store, "state", [State.FIRING])


def undelivered(store: Store) -> list[Alert]:
    """Return every alert that somebody still has to be told of, oldest first."""
    return _all(store, "delivery.state", [DeliveryState.PENDING, DeliveryState.SENDING])


def begin(store: Store, alert: Alert) -> bool:
    """Write a new alert; False when one of this id is there already."""
    _note(store, alert, [_Event(name="firing", key="first", at=alert.raised_at)])
    return _write(
        store, Action(operation="create", index=store.alias("alerts"), id=alert.id, source=to_document(alert))
    )


def change(store: Store, id: str, edit: Callable[[Alert], Alert]) -> Alert:
    """Apply `edit` to the alert as it stands, again whenever somebody else was faster; return what stands then.

    The events are written first, so that a kill in between leaves no change that nobody recorded.
    """
    index = store.alias("alerts")
    for _ in range(_TRIES):
        got = patiently(lambda: store.client.get(index=index, id=id))
        old = from_document(id, got["_source"])
        new = edit(old)
        if new == old:
            return old
        _note(store, new, _events(old, new))
        seen = (got["_seq_no"], got["_primary_term"])
        if _write(store, Action(operation="index", index=index, id=id, source=to_document(new), seen=seen)):
            return new
    raise Overtaken(f"alert {id}: {_TRIES} others changed it first: run `tingfeng alerts run` again")


def _all(store: Store, field: str, values: Collection[str]) -> list[Alert]:
    from elasticsearch.helpers import scan

    with told():
        hits = scan(store.client, index=_refreshed(store), query={"query": {"terms": {field: list(values)}}})
        found = [from_document(hit["_id"], hit["_source"]) for hit in hits]
    return sorted(found, key=lambda alert: (alert.raised_at, alert.id))


def _refreshed(store: Store) -> str:
    """Return the name of the alerts' index, with all that has been written to it to be found."""
    index = store.alias("alerts")
    patiently(lambda: store.client.indices.refresh(index=index))
    return index


def _write(store: Store, action: Action) -> bool:
    """Write one document; False where another one was faster."""
    answer = send(store.client, [action])[0]
    if not answer.done and answer.status != HTTPStatus.CONFLICT:
        raise RuntimeError(f"{action.index}/{action.id}: {answer.reason}")
    return answer.done


def _events(old: Alert, new: Alert) -> Iterator[_Event]:
    evaluation = new.evaluated_at.isoformat()
    if new.state != old.state:
        name = "resolved" if new.state is State.RESOLVED else "reopened"
        yield _Event(name=name, key=evaluation, at=new.evaluated_at)
    if new.figures != old.figures:
        yield _Event(name="updated", key=evaluation, at=new.evaluated_at, detail=new.reason_en)
    before = {delivery.channel: delivery for delivery in old.delivery}
    for delivery in new.delivery:
        if delivery != before.get(delivery.channel) and delivery.at:
            yield _Event(
                name="unsent" if delivery.state is DeliveryState.PENDING else str(delivery.state),
                key=f"{delivery.channel}:{delivery.attempts}",
                at=delivery.at,
                channel=delivery.channel,
                detail=delivery.last_error,
            )


def _note(store: Store, alert: Alert, events: Iterable[_Event]) -> None:
    """Append what happened; an event that stands there already is the very same one."""
    for event in events:
        source = {
            "@timestamp": event.at.isoformat(),
            "alert": alert.id,
            "rule": alert.rule,
            "brand": alert.brand,
            "event": event.name,
            "channel": event.channel,
            "detail": event.detail,
        }
        id = f"{alert.id}:{event.name}:{event.key}"
        _write(store, Action(operation="create", index=store.alias("alert-events"), id=id, source=source))
