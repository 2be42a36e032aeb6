"""Customers read, changed and written where something is new; whoever else writes one at the same time is not lost."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TypeAlias

from indexing.customers.customer import Customer, from_document, same, to_document
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = ["Change", "update_customers"]

Change: TypeAlias = Callable[[Customer | None], Customer | None]
"""What becomes of a customer as the index has one; None where nothing is to be written."""
_TRIES = 10


def update_customers(store: Store, changes: Mapping[str, Change]) -> set[str]:
    """Change customers by their ids, and return the ids of those of whom something new was written."""
    index, written, waiting = store.alias("customers"), set[str](), dict(changes)
    for _ in range(_TRIES):
        if not waiting:
            return written
        ids = list(waiting)
        found = with_retries(lambda ids=ids: store.client.mget(index=index, ids=ids))["docs"]  # type: ignore[misc]
        actions = []
        for doc in found:
            known = from_document(doc["_id"], doc["_source"]) if doc.get("found") else None
            new = waiting[doc["_id"]](known)
            if new is None or (known and same(new, known)):
                continue
            seen = (doc["_seq_no"], doc["_primary_term"]) if known else None
            operation = "index" if known else "create"
            actions.append(Action(operation=operation, index=index, id=new.id, source=to_document(new), seen=seen))
        conflicts = set()
        for action, answer in zip(actions, send(store.client, actions), strict=True):
            if answer.done:
                written.add(action.id)
            elif answer.status == HTTPStatus.CONFLICT:
                conflicts.add(action.id)
            else:
                raise StoreError(f"{index}/{action.id} is refused ({answer.reason}): run `tingfeng doctor`")
        waiting = {id: waiting[id] for id in conflicts}
    if waiting:
        raise StoreError(f"{index}: {len(waiting)} customers are written by others all the time: run the same again")
    return written
