"""Alerts as documents: found, begun, changed, and every change written down once and for all."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from config.errors import UserError
from indexing.alerts.alert import OPEN, Alert, DeliveryState, Earlier, from_document, to_document
from indexing.alerts.event import Event, Origin, between
from indexing.alerts.reason import as_document
from indexing.alerts.reason_words import said
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store

__all__ = [
    "NoSuchAlert",
    "Overtaken",
    "begin",
    "begin_all",
    "change",
    "change_all",
    "earlier",
    "find",
    "firing",
    "history",
    "mates",
    "note",
    "noted",
    "of",
    "to_tell",
    "undelivered",
]

_LATEST = 50
_MOST_EARLIER = 5
_TRIES = 50
_AT_ONCE = 250
"""Documents or searches in one request."""


class Overtaken(UserError):
    """Others kept changing the alert; run again."""


class NoSuchAlert(UserError):
    """No alert has this id."""


def of(store: Store, wanted: Sequence[tuple[str, str, str]]) -> list[tuple[list[Alert], int]]:
    """Return for each fingerprint, rule and brand the latest alerts, and how many the rule and brand ever had."""
    index = _refreshed(store)
    searches = [
        {
            "query": {"bool": {"filter": [{"term": {"rule": rule}}, {"term": {"brand": brand}}]}},
            "post_filter": {"term": {"fingerprint": fingerprint}},
            "sort": [{"last_at": {"order": "desc"}}],
            "size": _LATEST,
            "aggs": {"ever": {"value_count": {"field": "rule"}}},
        }
        for fingerprint, rule, brand in wanted
    ]
    return [
        (
            [from_document(hit["_id"], hit["_source"]) for hit in answer["hits"]["hits"]],
            int(answer["aggregations"]["ever"]["value"]),
        )
        for answer in _searched(store, index, searches)
    ]


def earlier(store: Store, alerts: Sequence[Alert]) -> list[tuple[Earlier, ...]]:
    """Return for each alert the latest ones of its rule and brand that were raised before it, the newest first."""
    pairs = list(dict.fromkeys((alert.rule, alert.brand, alert.raised_at) for alert in alerts))
    searches = [
        {
            "query": {
                "bool": {
                    "filter": [
                        {"term": {"rule": rule}},
                        {"term": {"brand": brand}},
                        {"range": {"@timestamp": {"lt": raised_at.isoformat()}}},
                    ]
                }
            },
            "sort": [{"@timestamp": {"order": "desc"}}, {"evaluated_at": {"order": "desc"}}],
            "size": _MOST_EARLIER,
        }
        for rule, brand, raised_at in pairs
    ]
    answers = _searched(store, store.alias("alerts"), searches)
    found = {pair: _as_earlier(answer) for pair, answer in zip(pairs, answers, strict=True)}
    return [found[alert.rule, alert.brand, alert.raised_at] for alert in alerts]


def _as_earlier(answer: Mapping[str, Any]) -> tuple[Earlier, ...]:
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
    return [from_document(hit["_id"], hit["_source"]) for hit in _got(store, wanted)]


def firing(store: Store) -> list[Alert]:
    """Return every alert that has not been resolved, oldest first."""
    return _all(store, {"terms": {"state": list(OPEN)}})


def to_tell(store: Store) -> list[Alert]:
    """Return every alert that is open, or that nobody has been told of yet, oldest first."""
    return _all(store, {"bool": {"should": [{"terms": {"state": list(OPEN)}}, {"term": {"step": -1}}]}})


def mates(store: Store, alert: Alert, *, over: bool = False) -> list[Alert]:
    """Return the other alerts of its incident that are open, oldest first; those too that are `over`."""
    ids = {id for id in (alert.incident, alert.joined, alert.id) if id}
    same: list[dict[str, Any]] = [{"terms": {"joined": sorted(ids)}}, {"ids": {"values": sorted(ids)}}]
    if alert.incident:
        same = [{"term": {"incident": alert.incident}}]
    told: dict[str, Any] = {"bool": {"should": same, "minimum_should_match": 1}}
    wanted = told if over else {"bool": {"filter": [told, {"terms": {"state": list(OPEN)}}]}}
    return [other for other in _all(store, wanted) if other.id != alert.id]


def undelivered(store: Store) -> list[Alert]:
    """Return every alert that somebody still has to be told of, oldest first."""
    return _all(store, {"terms": {"delivery.state": [DeliveryState.PENDING, DeliveryState.SENDING]}})


def history(store: Store, id: str) -> list[dict[str, Any]]:
    """Return what happened to an alert, oldest first, as the events' documents."""
    index = store.alias("alert-events")
    with store_errors():
        store.client.indices.refresh(index=index)
        found = [hit["_source"] for hit in scan(store.client, index=index, query={"query": {"term": {"alert": id}}})]
    return sorted(found, key=lambda event: (event["@timestamp"], event["event"] != "firing"))


def begin(store: Store, alert: Alert) -> bool:
    """Write a new alert; False when one of this id is there already."""
    return begin_all(store, [alert])[0]


def begin_all(store: Store, alerts: Sequence[Alert]) -> list[bool]:
    """Write new alerts; False for each whose id is there already."""
    first = [_action(store, alert, Event(name="firing", key="first", at=alert.raised_at)) for alert in alerts]
    index = store.alias("alerts")
    made = [Action(operation="create", index=index, id=alert.id, source=to_document(alert)) for alert in alerts]
    _write(store, first)
    return _write(store, made)


def change_all(store: Store, edits: Mapping[str, Callable[[Alert], Alert]]) -> dict[str, Alert]:
    """Apply to each alert its edit, as `change` does, in few requests; return what stands then. None may be unknown."""
    index, stands, waiting = store.alias("alerts"), dict[str, Alert](), list(edits)
    for _ in range(_TRIES):
        events, writes = list[Action](), list[Action]()
        for hit in _got(store, waiting):
            old = from_document(hit["_id"], hit["_source"])
            new = stands[old.id] = edits[old.id](old)
            if new != old:
                events += [_action(store, new, event) for event in between(old, new)]
                seen = (hit["_seq_no"], hit["_primary_term"])
                writes.append(Action(operation="index", index=index, id=new.id, source=to_document(new), seen=seen))
        _write(store, events)
        done = _write(store, writes)
        waiting = [action.id for action, written in zip(writes, done, strict=True) if not written]
        if not waiting:
            return stands
    raise Overtaken(f"{len(waiting)} alerts: others changed them first, {_TRIES} times: run the same again")


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
        if _write(store, [Action(operation="index", index=index, id=id, source=to_document(new), seen=seen)])[0]:
            return new
    raise Overtaken(f"alert {id}: {_TRIES} others changed it first: run `tingfeng alerts run` again")


def note(store: Store, alert: Alert, events: Iterable[Event]) -> bool:
    """Append what happened; an event that stands there already is the very same one. Return whether all were new."""
    return all(_write(store, [_action(store, alert, event) for event in events]))


def noted(store: Store, id: str) -> str | None:
    """Return when the event of this id happened, or None where there is none."""
    hit = with_retries(lambda: store.client.mget(index=store.alias("alert-events"), ids=[id]))["docs"][0]
    return str(hit["_source"]["@timestamp"]) if hit.get("found") else None


def _all(store: Store, query: Mapping[str, Any]) -> list[Alert]:
    with store_errors():
        hits = scan(store.client, index=_refreshed(store), query={"query": query})
        found = [from_document(hit["_id"], hit["_source"]) for hit in hits]
    return sorted(found, key=lambda alert: (alert.raised_at, alert.id))


def _refreshed(store: Store) -> str:
    """Return the name of the alerts' index, with all that has been written to it to be found."""
    index = store.alias("alerts")
    with_retries(lambda: store.client.indices.refresh(index=index))
    return index


def _got(store: Store, ids: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """Yield the documents of these alerts, as Elasticsearch gives them; those that there are not are left out."""
    index = store.alias("alerts")
    for at in range(0, len(ids), _AT_ONCE):
        chunk = list(ids[at : at + _AT_ONCE])
        hits = with_retries(lambda chunk=chunk: store.client.mget(index=index, ids=chunk))["docs"]  # type: ignore[misc]
        yield from (hit for hit in hits if hit.get("found"))


def _searched(store: Store, index: str, searches: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the answer to each search, in order."""
    for at in range(0, len(searches), _AT_ONCE):
        asked = [line for one in searches[at : at + _AT_ONCE] for line in ({"index": index}, one)]
        answers = with_retries(lambda asked=asked: store.client.msearch(searches=asked))["responses"]  # type: ignore[misc]
        for answer in answers:
            if "error" in answer:
                raise RuntimeError(f"{index}: {answer['error']}")
            yield answer


def _write(store: Store, actions: Sequence[Action]) -> list[bool]:
    """Write documents; False for each for which another one was faster."""
    if not actions:
        return []
    answers = send(store.client, actions)
    for action, answer in zip(actions, answers, strict=True):
        if not answer.done and answer.status != HTTPStatus.CONFLICT:
            raise RuntimeError(f"{action.index}/{action.id}: {answer.reason}")
    return [answer.done for answer in answers]


def _action(store: Store, alert: Alert, event: Event) -> Action:
    source = {
        "@timestamp": event.at.isoformat(),
        "alert": alert.id,
        "rule": alert.rule,
        "brand": alert.brand,
        "event": event.name,
        "channel": event.channel,
        "by": event.by,
        "why": as_document(event.why),
        "detail": said(event.why).en if event.why else None,
    }
    id = f"{alert.id}:{event.name}:{event.key}"
    return Action(operation="create", index=store.alias("alert-events"), id=id, source=source)
