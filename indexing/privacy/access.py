"""A person's copy of all that is kept of them, and the mending of what is wrong."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from config.privacy import May
from config.seal import Keyring, keyring
from indexing.customers.asker import Asker
from indexing.customers.customer import Customer, from_document, to_document
from indexing.customers.link_records import read_links
from indexing.customers.record import Ticket
from indexing.customers.reveal import note_look
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.client_options import with_options
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.exchange import changed
from indexing.elasticsearch.mappings import MONTHLY, STANDING
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.people.personal import PERSON, Basis, Personal, PersonalKind, about, opened
from indexing.people.pseudonyms import pseudonyms
from indexing.privacy.erase import NobodyFound
from indexing.privacy.places.index import about_them
from indexing.privacy.sought import Sought

__all__ = ["correct", "customer_of", "everything_about"]

_CORRECTED = "corrected at the person's own word"


def customer_of(store: Store, id: str) -> Customer:
    """Return a customer; NobodyFound where there is none."""
    index = store.alias("customers")
    got = with_retries(lambda: with_options(store.client, ignore_status=404).get(index=index, id=id))
    if not got.get("found"):
        raise NobodyFound(f"customer {id}: there is none: look for the id in {index}")
    return from_document(id, got["_source"])


def everything_about(store: Store, id: str, asker: Asker, purpose: str) -> dict[str, Any]:
    """Return what is kept of a customer, personal values opened, and what their linked accounts said, for a copy.

    NotAllowed unless the role may; the look is on record first.
    """
    asker.must(May.ERASE)
    customer, keys = customer_of(store, id), keyring()
    note_look(store, asker, id, sorted({value.kind for value in customer.personal}), purpose)
    links = [one.link for one in read_links(store, {"term": {"customer": id}}).values() if one.link.active]
    sought = Sought(customers=frozenset({id}), accounts=frozenset((link.platform, link.account) for link in links))
    documents: dict[str, list[Mapping[str, Any]]] = {}
    store.refresh(MONTHLY, *STANDING)
    for index in store.indices():
        kind = store.kind_of(index.name)
        for hits in changed(store, index.name):
            found = [hit for hit in hits if about_them(kind, hit["_id"], hit["_source"], sought) or _of(hit, id)]
            if found:
                documents.setdefault(kind, []).extend(_own(hit, id, keys) for hit in found)
    return {
        "customer": id,
        "made_at": datetime.now(UTC).isoformat(),
        "personal": [
            {
                "kind": value.kind,
                "value": opened(id, value, keys),
                "purpose": value.purpose,
                "basis": value.basis,
                "keep_until": value.keep_until.isoformat() if value.keep_until else None,
            }
            for value in customer.personal
        ],
        "documents": documents,
    }


def correct(store: Store, id: str, kind: PersonalKind, value: str, asker: Asker) -> Customer:
    """Put what a person says in the place of what is kept of that kind; no source takes it back."""
    asker.must(May.CONSENT)
    customer, keys = customer_of(store, id), keyring()
    of_kind = [one for one in customer.personal if one.kind is kind]
    mended = Personal(
        kind=kind,
        sealed=keys.seal(value, about=about(id, kind)),
        token=_token(kind, value),
        purpose=of_kind[0].purpose if of_kind else _CORRECTED,
        basis=of_kind[0].basis if of_kind else Basis.CONSENT,
        keep_until=of_kind[0].keep_until if of_kind else None,
        source=PERSON,
    )
    others = tuple(one for one in customer.personal if one.kind is not kind)
    changed_one = replace(customer, personal=(*others, mended), imported_at=datetime.now(UTC))
    note_look(store, asker, id, [kind], _CORRECTED)
    index = store.alias("customers")
    [answer] = send(store.client, [Action(operation="index", index=index, id=id, source=to_document(changed_one))])
    if not answer.done:
        raise StoreError(f"{index}/{id}: is refused ({answer.reason}): nothing was changed")
    store.refresh("customers")
    return changed_one


def _token(kind: PersonalKind, value: str) -> str | None:
    from indexing.people.contact import normalised

    plain = normalised(kind, value)
    return pseudonyms().of(f"contact:{kind}", plain) if plain else None


def _of(hit: Mapping[str, Any], id: str) -> bool:
    source = hit["_source"]
    customer = source.get("customer")
    return id in (customer, *source.get("customers", ())) or (isinstance(customer, dict) and customer.get("id") == id)


def _own(hit: Mapping[str, Any], id: str, keys: Keyring) -> dict[str, Any]:
    """Return a document for the copy: a ticket's subject opened, of a list of customers only the person's own place."""
    document = {"id": hit["_id"], **hit["_source"]}
    if "customers" in document:
        document["customers"] = [id]
    if document.get("subject") and document.get("kind") == Ticket.KIND:
        document["subject"] = keys.open(document["subject"], about=f"tickets:{hit['_id']}")
    return document
