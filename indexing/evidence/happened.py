"""What happened to alerts since the chain last heard of it: events, silences, overrides, evidence of new alerts.

Elasticsearch hands the writes on by their numbers, so that an answer by a link, the console or a command is in the
chain with the next evaluation, whichever process wrote it. A kill in between says the same twice, which does no harm.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from indexing.alerts import records
from indexing.alerts.alert import Alert
from indexing.elasticsearch.changes import changes
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.evidence.line import Item
from indexing.evidence.seen import sealed
from indexing.evidence.segments import days

__all__ = ["happened"]

_READER = "evidence"
_KINDS: Mapping[str, str] = {"alert-events": "event", "silences": "silence", "overrides": "override"}
_LATELY = timedelta(days=1)
_MOST_SEALED = 100
"""Mentions whose digests an evaluation writes; those beyond are written when `tingfeng evidence` asks for them."""


@contextmanager
def happened(store: Store, now: datetime) -> Iterator[list[Item]]:
    """Give what is to be written; that it was written is noted when the block ends well.

    An index that was made anew has nothing to tell that the chain does not know, but for the last day.
    """
    found: list[Item] = []
    new = [(kind, changes(store, _READER, kind)) for kind in _KINDS]
    for kind, since in new:
        if since:
            lately = {"range": {"@timestamp": {"gte": (now - _LATELY).isoformat()}}}
            known = since.first and bool(days())
            found += _items(store, kind, {"bool": {"filter": [since.query, *([lately] if known else [])]}})
    yield found
    for _, since in new:
        if since:
            since.done()


def _items(store: Store, kind: str, query: Mapping[str, Any]) -> list[Item]:
    with store_errors():
        hits = list(scan(store.client, index=store.alias(kind), query={"query": query}))
    hits.sort(key=lambda hit: (hit["_source"]["@timestamp"], hit["_id"]))
    if kind != "alert-events":
        return [_made(_KINDS[kind], hit) for hit in hits]
    alerts = {alert.id: alert for alert in records.find(store, sorted({hit["_source"]["alert"] for hit in hits}))}
    items: list[Item] = []
    raised: list[Alert] = []
    for hit in hits:
        event = hit["_source"]
        alert = alerts.get(event["alert"])
        items.append(Item(kind="event", content={"id": hit["_id"], **event}, keys=_keys(event["alert"], alert)))
        if event["event"] in ("firing", "updated") and alert and alert not in raised:
            raised.append(alert)
    items += [_raised(alert) for alert in raised]
    return items + sealed(store, _quoted(raised))


def _made(kind: str, hit: Mapping[str, Any]) -> Item:
    """Return a silence or an override; erased with it, or with the story or customer whom it names."""
    content = {"id": hit["_id"], **hit["_source"]}
    return Item(kind=kind, content=content, keys=tuple(filter(None, map(content.get, ("id", "story", "customer")))))


def _keys(id: str, alert: Alert | None) -> tuple[str, ...]:
    return (id, *filter(None, (alert.story, alert.customer))) if alert else (id,)


def _raised(alert: Alert) -> Item:
    """Return what an alert said: figures, reason and the ids of its evidence, no words of anybody."""
    content = {
        "id": alert.id,
        "rule": alert.rule,
        "brand": alert.brand,
        "window": [alert.window_start.isoformat(), alert.window_end.isoformat()],
        "reason_zh": alert.reason_zh,
        "reason_en": alert.reason_en,
        "figures": {figure.name: figure.value for figure in alert.figures},
        "evidence": alert.evidence.total,
    }
    return Item(kind="alert", content=content, keys=_keys(alert.id, alert))


def _quoted(alerts: Sequence[Alert]) -> list[str]:
    ids = dict.fromkeys(quote.id for alert in alerts for quote in alert.evidence.quotes)
    return list(ids)[:_MOST_SEALED]
