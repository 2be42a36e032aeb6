"""Link events in `tingfeng-link-events`: added, never changed; only an erasure takes any away."""

from collections.abc import Collection, Iterable, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any

from config.errors import UserError
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.client_options import with_options
from indexing.elasticsearch.errors import StoreError, store_errors
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.identity.event import LinkEvent, from_document, to_document

__all__ = ["UnknownEvent", "add_events", "around", "events_of", "get_event", "read_events"]

_KIND = "link-events"
_AT_ONCE = 1_000


class UnknownEvent(UserError):
    """There is no event of this id."""


def add_events(store: Store, events: Iterable[LinkEvent]) -> int:
    """Add those that are not there yet; return how many."""
    waiting, added = iter(events), 0
    while some := list(islice(waiting, _AT_ONCE)):
        index = store.alias(_KIND)
        actions = [Action(operation="create", index=index, id=one.id, source=to_document(one)) for one in some]
        for action, answer in zip(actions, send(store.client, actions), strict=True):
            if not answer.done and answer.status != HTTPStatus.CONFLICT:
                raise StoreError(f"{index}/{action.id} is refused ({answer.reason}): run `tingfeng doctor`")
            added += answer.done
    if added:
        store.refresh(_KIND)
    return added


def read_events(store: Store, among: Mapping[str, Any] | None = None) -> list[LinkEvent]:
    """Return every event, or those `among` (a condition), in no order."""
    query = {"query": among or {"match_all": {}}}
    with store_errors():
        hits = scan(store.client, index=store.alias(_KIND), query=query, size=_AT_ONCE)
        return [from_document(hit["_id"], hit["_source"]) for hit in hits]


def get_event(store: Store, id: str) -> LinkEvent:
    """Return one event; UnknownEvent where there is none of this id."""
    found = with_retries(lambda: with_options(store.client, ignore_status=404).get(index=store.alias(_KIND), id=id))
    if not found.get("found"):
        raise UnknownEvent(f"event {id}: there is none: `tingfeng links of ACCOUNT` shows the ids")
    return from_document(id, found["_source"])


def events_of(store: Store, nodes: Collection[str]) -> list[LinkEvent]:
    """Return the events in which one of these nodes takes part, with what undoes them."""
    found: dict[str, LinkEvent] = {}
    for some in in_parts(nodes):
        either = [{"terms": {"one": some}}, {"terms": {"other": some}}]
        found |= {one.id: one for one in read_events(store, {"bool": {"should": either, "minimum_should_match": 1}})}
    return list(found.values())


def around(store: Store, nodes: Collection[str]) -> list[LinkEvent]:
    """Return all events that bear on who these nodes are: theirs, those of whom they were ever joined to, and so on."""
    found: dict[str, LinkEvent] = {}
    asked: set[str] = set()
    wanted = set(nodes)
    while more := wanted - asked:
        found |= {one.id: one for one in events_of(store, more)}
        asked |= more
        wanted = {node for one in found.values() for node in (one.one, one.other) if node}
    return [*found.values(), *read_events(store, {"term": {"op": "erase"}})]
