"""Personal values whose time is over go, and those sealed by an older key are sealed anew."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any

from config.seal import keyring
from indexing.customers.customer import Customer, from_document, to_document
from indexing.customers.personal import about, opened
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError, store_errors
from indexing.elasticsearch.store import Store

__all__ = ["expire_personal", "reseal"]

_AT_ONCE = 500
_CONFLICT = 409


def expire_personal(store: Store, today: date, *, dry_run: bool = False) -> int:
    """Remove personal values that may be kept no longer, and return how many; with `dry_run`, only count them."""

    def left(customer: Customer) -> Customer:
        kept = tuple(one for one in customer.personal if one.keep_until is None or one.keep_until >= today)
        return replace(customer, personal=kept)

    over = {"range": {"personal.keep_until": {"lt": today.isoformat()}}}
    return _change(store, over, left, dry_run=dry_run)


def reseal(store: Store) -> int:
    """Seal with the newest key what an older one has sealed, and return how many values that were."""
    keys = keyring()

    def anew(customer: Customer) -> Customer:
        sealed = (
            one
            if one.sealed.partition(":")[0] == keys.newest
            else replace(one, sealed=keys.seal(opened(customer.id, one, keys), about=about(customer.id, one.kind)))
            for one in customer.personal
        )
        return replace(customer, personal=tuple(sealed))

    return _change(store, {"exists": {"field": "personal.kind"}}, anew)


def _change(
    store: Store, among: Mapping[str, Any], change: Callable[[Customer], Customer], *, dry_run: bool = False
) -> int:
    """Change the customers `among`, unless somebody else does just now: those are met the next time."""
    from elasticsearch.helpers import scan

    store.refresh("customers")
    index, count = store.alias("customers"), 0
    with store_errors():
        hits = scan(store.client, index=index, query={"query": among, "seq_no_primary_term": True}, size=_AT_ONCE)
        while some := list(islice(hits, _AT_ONCE)):
            actions: list[Action] = []
            for hit, was, now in _changed(some, change):
                count += len(set(was.personal) - set(now.personal))
                seen = (hit["_seq_no"], hit["_primary_term"])
                actions.append(Action(operation="index", index=index, id=was.id, source=to_document(now), seen=seen))
            for answer in send(store.client, actions) if not dry_run else ():
                if not answer.done and answer.status != _CONFLICT:
                    raise StoreError(f"{index}: a customer is refused ({answer.reason}): run `tingfeng doctor`")
    store.refresh("customers")
    return count


def _changed(
    hits: Sequence[Mapping[str, Any]], change: Callable[[Customer], Customer]
) -> Iterator[tuple[Mapping[str, Any], Customer, Customer]]:
    for hit in hits:
        was = from_document(hit["_id"], hit["_source"])
        now = change(was)
        if now != was:
            yield hit, was, now
