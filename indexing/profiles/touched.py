"""Whose profile a turn's changes bear on: by their record, list, case or mention, and whose these were before.

A record may pass to another customer and a mention may lose its own: profiles keep which records they were made of,
and `tingfeng-heard` whose each mention was. That is written last, so that a run that is killed finds both again.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.changes import Changes
from indexing.elasticsearch.errors import StoreError, store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.profiles.gather import found

__all__ = ["Heard", "heard_anew", "keep_heard", "who_changed", "whose_mentions", "whose_records"]

_AT_ONCE = 1_000


@dataclass(slots=True)
class Heard:
    """Customers to be told of anew, and whose each mention is from now on: None for nobody's."""

    customers: set[str] = field(default_factory=set)
    owners: dict[str, str | None] = field(default_factory=dict)
    speakers: set[str] | None = None
    """Everybody who has a mention, where all were looked at."""


def who_changed(store: Store, changed: Changes, kind: str, key: str | None = None) -> set[str]:
    """Return the customers whose documents of a kind were written; by their id where `key` names no field."""
    if not changed:
        return set()
    query = {"query": changed.query, "_source": [key] if key else False}
    with store_errors():
        hits = scan(store.client, index=store.alias(kind), query=query, size=_AT_ONCE)
        return {hit["_source"].get(key, "") if key else hit["_id"] for hit in hits} - {""}


def whose_records(store: Store, changed: Changes) -> set[str]:
    """Return the customers of the records that were written, and those whose they were before."""
    customers: set[str] = set()
    if not changed:
        return customers
    query = {"query": changed.query, "_source": ["customer"]}
    with store_errors():
        hits = scan(store.client, index=store.alias("customer-records"), query=query, size=_AT_ONCE)
        while some := {hit["_id"]: hit["_source"]["customer"] for hit in islice(hits, _AT_ONCE)}:
            customers |= set(some.values())
            before = found(store, "profiles", {"terms": {"records": sorted(some)}}, ["customer"])
            customers |= {hit["_source"]["customer"] for hit in before}
    return customers


def whose_mentions(store: Store, mentions: Changes, retracted: Changes) -> Heard:
    """Return the customers of the mentions that were written or taken away, and those whose they were before."""
    heard = Heard()
    for some in _written(store, mentions):
        _note(store, heard, some)
    for some in _gone(store, retracted):
        _note(store, heard, some)
    return heard


def heard_anew(store: Store) -> Heard:
    """Return the same of all mentions there are, for an index that was made anew."""
    heard, speakers = Heard(), set[str]()
    query = {"query": {"exists": {"field": "customer.id"}}, "_source": ["customer.id"]}
    with store_errors():
        for hit in scan(store.client, index=store.alias(MONTHLY), query=query, size=_AT_ONCE):
            heard.owners[hit["_id"]] = hit["_source"]["customer"]["id"]
            speakers.add(hit["_source"]["customer"]["id"])
        for hit in scan(store.client, index=store.alias("heard"), query={}, size=_AT_ONCE):
            if heard.owners.setdefault(hit["_id"], None) == hit["_source"]["customer"]:
                del heard.owners[hit["_id"]]
    heard.speakers = speakers
    return heard


def keep_heard(store: Store, heard: Heard) -> None:
    """Write whose each mention is."""
    index = store.alias("heard")
    actions = [
        Action(operation="index", index=index, id=id, source={"customer": customer})
        if customer
        else Action(operation="delete", index=index, id=id)
        for id, customer in heard.owners.items()
    ]
    for action, answer in zip(actions, send(store.client, actions), strict=True):
        if not answer.done and not (action.operation == "delete" and answer.status == 404):
            raise StoreError(f"{index}/{action.id} is refused ({answer.reason}): run `tingfeng rebuild`")
    if actions:
        store.refresh("heard")


def _written(store: Store, mentions: Changes) -> Iterator[dict[str, str | None]]:
    if not mentions:
        return
    query = {"query": mentions.query, "_source": ["customer.id"]}
    with store_errors():
        hits = scan(store.client, index=store.alias(MONTHLY), query=query, size=_AT_ONCE)
        while some := list(islice(hits, _AT_ONCE)):
            yield {hit["_id"]: hit["_source"].get("customer", {}).get("id") for hit in some}


def _gone(store: Store, retracted: Changes) -> Iterator[dict[str, str | None]]:
    """Yield what left the index; a mention that is there again has a customer of its own, which is looked up."""
    if not retracted:
        return
    with store_errors():
        hits = scan(store.client, index=store.alias("retracted"), query={"query": retracted.query, "_source": False})
        ids = [hit["_id"] for hit in hits]
    for some in in_parts(ids, _AT_ONCE):
        there = _there(store, some)
        yield {id: there.get(id) for id in some}


def _there(store: Store, ids: Iterable[str]) -> dict[str, str | None]:
    hits = found(store, MONTHLY, {"ids": {"values": list(ids)}}, ["customer.id"])
    return {hit["_id"]: hit["_source"].get("customer", {}).get("id") for hit in hits}


def _note(store: Store, heard: Heard, owners: Mapping[str, str | None]) -> None:
    docs: Any = with_retries(lambda: store.client.mget(index=store.alias("heard"), ids=list(owners)))["docs"]
    before = {doc["_id"]: doc["_source"]["customer"] for doc in docs if doc.get("found")}
    heard.customers |= {one for one in (*owners.values(), *before.values()) if one}
    heard.owners |= {id: customer for id, customer in owners.items() if customer != before.get(id)}
