"""Silences: alerts that match one are not told of until it ends; who made it and why stays on record."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from config.duration import written
from config.errors import UserError
from config.rule import Severity
from indexing.alerts.alert import Alert, from_document
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store

__all__ = ["LONGEST", "NoSuchSilence", "Silence", "begin", "check_length", "end", "running", "would_have_muted"]

_KIND = "silences"
LONGEST = timedelta(days=7)
"""Unless the rota says otherwise."""
_PREVIEWED = timedelta(days=30)
_MOST = 1_000
_MATCHERS = ("rule", "brand", "story", "customer", "severity")


class NoSuchSilence(UserError):
    """There is no such silence, or there cannot be: its id, its matcher or its length is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What is not told of: alerts that equal it in each of the fields that it names."""

    id: str
    made_at: datetime
    until: datetime
    author: str
    reason: str
    rule: str | None = None
    brand: str | None = None
    story: str | None = None
    customer: str | None = None
    severity: Severity | None = None
    ended_by: str | None = None

    def covers(self, alert: Alert, now: datetime) -> bool:
        """Say whether the alert is silenced at `now`."""
        wanted = {field: value for field in _MATCHERS if (value := getattr(self, field))}
        return now < self.until and all(getattr(alert, field) == value for field, value in wanted.items())

    @property
    def matcher(self) -> str:
        """What it silences, in words."""
        return ", ".join(f"{field} = {getattr(self, field)}" for field in _MATCHERS if getattr(self, field))


def begin(
    store: Store,
    matcher: Mapping[str, str],
    *,
    until: datetime,
    author: str,
    reason: str,
    now: datetime,
    longest: timedelta = LONGEST,
) -> str:
    """Write a silence and return its id; its `matcher` names at least one field of an alert.

    NoSuchSilence where it names none, or would last longer than `longest`.
    """
    wanted = _wanted(matcher)
    check_length(until - now, longest)
    fields = {**wanted, "id": uuid.uuid4().hex[:8], "made_at": now, "until": until, "author": author, "reason": reason}
    made = msgspec.convert(fields, Silence)
    _put(store, made, "create")
    return made.id


def check_length(length: timedelta, longest: timedelta) -> None:
    """Raise NoSuchSilence where a silence would last too long."""
    if length > longest:
        raise NoSuchSilence(
            f"--for: a silence lasts {written(longest)} at most, lest it be forgotten: write a shorter time "
            "and make it anew then, or set longest_silence in config/rota.yaml"
        )


def would_have_muted(store: Store, matcher: Mapping[str, str], *, now: datetime) -> list[Alert]:
    """Return the alerts of the last 30 days that such a silence covers, the newest first, at most 1,000."""
    filters: list[dict[str, Any]] = [{"term": {field: value}} for field, value in _wanted(matcher).items()]
    filters.append({"range": {"@timestamp": {"gte": (now - _PREVIEWED).isoformat(), "lte": now.isoformat()}}})
    index = store.alias("alerts")
    with store_errors():
        store.client.indices.refresh(index=index)
        answer = store.client.search(
            index=index, query={"bool": {"filter": filters}}, sort=[{"@timestamp": {"order": "desc"}}], size=_MOST
        )
    return [from_document(hit["_id"], hit["_source"]) for hit in answer["hits"]["hits"]]


def end(store: Store, id: str, *, by: str, now: datetime) -> Silence:
    """End a silence before its time; it stays on record."""
    found = next((silence for silence in running(store, now) if silence.id == id), None)
    if found is None:
        raise NoSuchSilence(f"there is no running silence {id!r}: `tingfeng alerts silences` shows them")
    ended = replace(found, until=now, ended_by=by)
    _put(store, ended, "index")
    return ended


def running(store: Store, now: datetime) -> list[Silence]:
    """Return the silences that have not ended, oldest first."""
    index = store.alias(_KIND)
    with store_errors():
        store.client.indices.refresh(index=index)
        query = {"query": {"range": {"until": {"gt": now.isoformat()}}}}
        found = [_of(hit["_id"], hit["_source"]) for hit in scan(store.client, index=index, query=query)]
    return sorted(found, key=lambda silence: (silence.made_at, silence.id))


def _wanted(matcher: Mapping[str, str]) -> dict[str, str]:
    if not (wanted := {field: value for field, value in matcher.items() if value}):
        raise NoSuchSilence("a silence of everything would hide a crisis: name a rule, a brand, a story or a severity")
    return wanted


def _of(id: str, document: Mapping[str, Any]) -> Silence:
    fields = {**document, "id": id, "made_at": document["@timestamp"]}
    del fields["@timestamp"]
    return msgspec.convert(fields, Silence)


def _put(store: Store, silence: Silence, operation: str) -> None:
    document = msgspec.to_builtins(silence)
    document["@timestamp"] = document.pop("made_at")
    action = Action(operation=operation, index=store.alias(_KIND), id=document.pop("id"), source=document)
    answer = send(store.client, [action])[0]
    if not answer.done:
        raise RuntimeError(f"{action.index}/{action.id}: {answer.reason}")
