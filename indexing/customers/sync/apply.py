"""Entries into the index, a part at a time: each document whole, and only where something is new.

A part can be written again after a kill, and then writes what is missing.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any, TypeAlias

from config.customer_source import CustomerSource
from config.seal import Keyring, SealBroken
from indexing.customers.consents import take_back, withdrawn
from indexing.customers.customer import Customer, Handle, Stated
from indexing.customers.stated import Said, with_said, without
from indexing.customers.sync.entries import Contact, CustomerEntry, RecordEntry
from indexing.customers.writing import documents, update_customers
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.store import Store
from indexing.people.personal import PERSON, Basis, Personal, about, opened

__all__ = ["Barred", "Target", "apply_contacts", "apply_customers", "apply_records", "opened_or_none"]

Barred: TypeAlias = Callable[[Collection[str]], Collection[str]]
"""Who of these customers may not be taken in."""
_TRIES = 10
_SILENT = ("recorded_at", "subject")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where entries go, and by whose keys they are sealed."""

    store: Store
    source: CustomerSource
    keys: Keyring
    now: datetime
    first: bool = False
    """Whether nothing of the source was ever read, so that most of it is likely to be new."""


def apply_customers(target: Target, entries: Sequence[CustomerEntry]) -> set[str]:
    """Write what the source says of these customers, each once among the entries; return of whom something was new."""
    refused = _refused(target, entries)
    return update_customers(
        target.store,
        {one.customer: partial(_customer, target, one, refused.get(one.customer, ())) for one in entries},
        likely_new=target.first,
    )


def apply_contacts(target: Target, entries: Sequence[CustomerEntry]) -> set[str]:
    """Add what the source says beside what it has said of these customers before; return of whom something was new."""
    refused = _refused(target, entries)
    by_customer: dict[str, list[CustomerEntry]] = {}
    for one in entries:
        by_customer.setdefault(one.customer, []).append(one)
    return update_customers(
        target.store,
        {id: partial(_contacts, target, id, some, refused.get(id, ())) for id, some in by_customer.items()},
    )


def apply_records(target: Target, entries: Sequence[RecordEntry]) -> set[str]:
    """Write records, each once among the entries; return the ids of those that were new or say something new."""
    waiting, written = {one.id: one for one in entries}, set[str]()
    index = target.store.alias("customer-records")
    for tries in range(_TRIES):
        if not waiting:
            break
        found = documents(target.store, index, list(waiting), unseen=target.first and tries == 0)
        actions = [action for doc in found if (action := _record(target, waiting[doc["_id"]], doc, index))]
        waiting = {one: waiting[one] for one in _sent(target, actions, written)}
    if waiting:
        raise StoreError(f"{index}: {len(waiting)} records are written by others all the time: run the same again")
    if target.source.rows == "consent" and written:
        target.store.refresh("customer-records")
        said = {one.customer for one in entries if one.id in written}
        take_back(target.store, withdrawn(target.store, said, target.now), target.now)
    return written


def _sent(target: Target, actions: Sequence[Action], written: set[str]) -> set[str]:
    """Write, note which were written, and return which somebody else has written meanwhile."""
    conflicts = set()
    for action, answer in zip(actions, send(target.store.client, actions), strict=True):
        if answer.done:
            written.add(action.id)
        elif answer.status == HTTPStatus.CONFLICT:
            conflicts.add(action.id)
        else:
            raise StoreError(f"{action.index}/{action.id} is refused ({answer.reason}): run `tingfeng doctor`")
    return conflicts


def _record(target: Target, entry: RecordEntry, doc: Mapping[str, Any], index: str) -> Action | None:
    """Return how the record is written; None where the index says the same already."""
    known: Mapping[str, Any] = doc["_source"] if doc.get("found") else {}
    topic = f"tickets:{entry.id}"
    sealed = known.get("subject")
    kept = sealed is not None and _open(target.keys, sealed, topic) == entry.subject
    if known and (kept or entry.subject == sealed):
        said = {name: value for name, value in known.items() if name not in _SILENT}
        if said == entry.document:
            return None
    subject = entry.subject
    if subject is not None:
        subject = sealed if kept and sealed else target.keys.seal(subject, about=topic)
    source = {**entry.document, "recorded_at": target.now, **({"subject": subject} if subject else {})}
    seen = (doc["_seq_no"], doc["_primary_term"]) if known else None
    return Action(operation="index" if known else "create", index=index, id=entry.id, source=source, seen=seen)


def _customer(
    target: Target, entry: CustomerEntry, refused: Collection[str], known: Customer | None
) -> Customer | None:
    name = target.source.id
    if entry.deleted:
        return without(known, name, target.now) if known and _speaks(known, name) else None
    stated = Stated(
        source=name,
        rank=target.source.rank,
        tier=entry.tier,
        segment=entry.segment,
        tags=entry.tags,
        registered_at=entry.registered_at,
    )
    said = Said(
        stated=stated,
        handles=_handles(entry, name),
        personal=_sealed(target, entry.customer, entry.contacts, known, refused),
    )
    return with_said(known, entry.customer, said, target.now)


def _contacts(
    target: Target, id: str, entries: Sequence[CustomerEntry], refused: Collection[str], known: Customer | None
) -> Customer | None:
    name = target.source.id
    before = known if known and _speaks(known, name) else None
    personal = {_of(one): one for one in before.personal if one.source == name} if before else {}
    handles = {_of_handle(one): one for one in before.handles if one.source == name} if before else {}
    for entry in entries:
        for new in _sealed(target, id, entry.contacts, known, refused):
            personal.pop(_of(new), None) if entry.deleted else personal.update({_of(new): new})
        for one in _handles(entry, name):
            handles.pop(_of_handle(one), None) if entry.deleted else handles.update({_of_handle(one): one})
    if not personal and not handles:
        return without(known, name, target.now) if known and before else None
    stated = Stated(source=name, rank=target.source.rank)
    said = Said(stated=stated, handles=tuple(handles.values()), personal=tuple(personal.values()))
    return with_said(known, id, said, target.now)


def _speaks(known: Customer, source: str) -> bool:
    return any(one.source == source and one.active for one in known.stated)


def _of(one: Personal) -> tuple[str, str]:
    return one.kind, one.token or one.sealed


def _of_handle(one: Handle) -> tuple[str, str, str]:
    return one.platform, one.kind, one.pseudonym


def _handles(entry: CustomerEntry, source: str) -> tuple[Handle, ...]:
    return tuple(
        Handle(
            platform=one.platform,
            kind=one.kind,
            pseudonym=one.pseudonym,
            line=entry.number,
            column=one.column,
            source=source,
            keep_until=one.keep_until,
        )
        for one in entry.handles
    )


def _sealed(
    target: Target, customer: str, contacts: Sequence[Contact], known: Customer | None, refused: Collection[str]
) -> tuple[Personal, ...]:
    """Return the values that may be kept, sealed; one that is known already stays as it was sealed."""
    before = [one for one in known.personal if one.source == target.source.id] if known else []
    corrected = {one.kind for one in known.personal if one.source == PERSON} if known else set()
    found = []
    for one in contacts:
        if one.kind in corrected or (one.basis is Basis.CONSENT and one.purpose in refused):
            continue
        new = Personal(
            kind=one.kind,
            sealed="",
            token=one.token,
            purpose=one.purpose,
            basis=one.basis,
            keep_until=one.keep_until,
            source=target.source.id,
        )
        alike = (old for old in before if old.kind == one.kind and old.token == one.token)
        kept = next((old.sealed for old in alike if opened_or_none(customer, old, target.keys) == one.text), None)
        sealed = kept or target.keys.seal(one.text, about=about(customer, one.kind))
        found.append(replace(new, sealed=sealed))
    return tuple(found)


def opened_or_none(customer: str, value: Personal, keys: Keyring) -> str | None:
    """Return a value that the keys at hand open, for comparing it in memory alone."""
    try:
        return opened(customer, value, keys)
    except SealBroken:
        return None


def _open(keys: Keyring, sealed: str, topic: str) -> str | None:
    try:
        return keys.open(sealed, about=topic)
    except SealBroken:
        return None


def _refused(target: Target, entries: Sequence[CustomerEntry]) -> Mapping[str, Collection[str]]:
    """Return whose word stands against which purposes, where any value rests on a consent."""
    asked = {one.customer for one in entries if any(said.basis is Basis.CONSENT for said in one.contacts)}
    return withdrawn(target.store, asked, target.now) if asked else {}
