"""Customers read, changed and written where something is new; whoever else writes one at the same time is not lost."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

from indexing.customers.customer import Customer, from_document, same, to_document
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = ["Change", "documents", "update_customers"]

Change: TypeAlias = Callable[[Customer | None], Customer | None]
"""What becomes of a customer as the index has one; None where nothing is to be written."""
_TRIES = 10


def documents(store: Store, index: str, ids: list[str], *, unseen: bool = False) -> list[Mapping[str, Any]]:
    """Return what the index holds under these ids, in their order; with `unseen` as if that were nothing."""
    if unseen:
        return [{"_id": id, "found": False} for id in ids]
    found: list[Mapping[str, Any]] = with_retries(lambda: store.client.mget(index=index, ids=ids))["docs"]
    return found


def update_customers(store: Store, changes: Mapping[str, Change], *, likely_new: bool = False) -> set[str]:
    """Change customers by their ids, and return the ids of those of whom something new was written.

    With `likely_new` they are not looked for first; whoever is there all the same is changed as any other.
    """
    index, written, waiting = store.alias("customers"), set[str](), dict(changes)
    for tries in range(_TRIES):
        if not waiting:
            return written
        found = documents(store, index, list(waiting), unseen=likely_new and tries == 0)
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
