"""What is personal and whose time is over goes; values sealed by an older key are sealed anew."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from config.seal import Keyring, keyring
from indexing.customers.customer import Customer, Handle, from_document, to_document
from indexing.customers.record import Ticket
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError, store_errors
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.people.personal import Personal, about, opened
from indexing.privacy.receipt import reseal_under_way

__all__ = ["expire_personal", "reseal"]

_Dated = TypeVar("_Dated", Personal, Handle)
_AT_ONCE = 500
_CONFLICT = 409


def expire_personal(store: Store, today: date, *, dry_run: bool = False) -> int:
    """Remove values, handles and subjects of tickets that may be kept no longer, and return how many.

    With `dry_run`, only count them.
    """

    def left(customer: Customer) -> Customer:
        return replace(customer, personal=_kept(customer.personal, today), handles=_kept(customer.handles, today))

    over = [{"range": {f"{part}.keep_until": {"lt": today.isoformat()}}} for part in ("personal", "handles")]
    among = {"bool": {"should": over, "minimum_should_match": 1}}
    return _change(store, among, left, dry_run=dry_run) + _expire_subjects(store, today, dry_run=dry_run)


def _kept(values: tuple[_Dated, ...], today: date) -> tuple[_Dated, ...]:
    return tuple(one for one in values if one.keep_until is None or one.keep_until >= today)


def _expire_subjects(store: Store, today: date, *, dry_run: bool) -> int:

    def left(id: str, source: Mapping[str, Any]) -> Mapping[str, Any]:
        return {name: value for name, value in source.items() if name not in ("subject", "keep_until")}

    return _change_tickets(store, {"range": {"keep_until": {"lt": today.isoformat()}}}, left, dry_run=dry_run)


def _change_tickets(
    store: Store,
    among: Mapping[str, Any],
    change: Callable[[str, Mapping[str, Any]], Mapping[str, Any]],
    *,
    dry_run: bool = False,
) -> int:
    """Change the tickets `among`, unless somebody else does just now; return how many."""
    store.refresh("customer-records")
    index, count = store.alias("customer-records"), 0
    with store_errors():
        hits = scan(store.client, index=index, query={"query": among, "seq_no_primary_term": True}, size=_AT_ONCE)
        while some := list(islice(hits, _AT_ONCE)):
            actions: list[Action] = []
            for hit in some:
                source, seen = change(hit["_id"], hit["_source"]), (hit["_seq_no"], hit["_primary_term"])
                if source != hit["_source"]:
                    actions.append(Action(operation="index", index=index, id=hit["_id"], source=source, seen=seen))
            count += len(actions)
            _send(store, [] if dry_run else actions)
    store.refresh("customer-records")
    return count


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

    values = _change(store, {"exists": {"field": "personal.kind"}}, anew)
    return values + _reseal_subjects(store, keys) + reseal_under_way()


def _reseal_subjects(store: Store, keys: Keyring) -> int:
    def anew(id: str, source: Mapping[str, Any]) -> Mapping[str, Any]:
        subject = source.get("subject")
        if subject is None or subject.partition(":")[0] == keys.newest:
            return source
        topic = f"tickets:{id}"
        return {**source, "subject": keys.seal(keys.open(subject, about=topic), about=topic)}

    return _change_tickets(store, {"term": {"kind": Ticket.KIND}}, anew)


def _change(
    store: Store, among: Mapping[str, Any], change: Callable[[Customer], Customer], *, dry_run: bool = False
) -> int:
    """Change the customers `among`, unless somebody else does just now: those are met the next time."""
    store.refresh("customers")
    index, count = store.alias("customers"), 0
    with store_errors():
        hits = scan(store.client, index=index, query={"query": among, "seq_no_primary_term": True}, size=_AT_ONCE)
        while some := list(islice(hits, _AT_ONCE)):
            actions: list[Action] = []
            for hit, was, now in _changed(some, change):
                count += len(set(was.personal) - set(now.personal)) + len(set(was.handles) - set(now.handles))
                seen = (hit["_seq_no"], hit["_primary_term"])
                actions.append(Action(operation="index", index=index, id=was.id, source=to_document(now), seen=seen))
            _send(store, [] if dry_run else actions)
    store.refresh("customers")
    return count


def _send(store: Store, actions: Sequence[Action]) -> None:
    for action, answer in zip(actions, send(store.client, actions), strict=True):
        if not answer.done and answer.status != _CONFLICT:
            raise StoreError(f"{action.index}: a document is refused ({answer.reason}): run `tingfeng doctor`")


def _changed(
    hits: Sequence[Mapping[str, Any]], change: Callable[[Customer], Customer]
) -> Iterator[tuple[Mapping[str, Any], Customer, Customer]]:
    for hit in hits:
        was = from_document(hit["_id"], hit["_source"])
        now = change(was)
        if now != was:
            yield hit, was, now
