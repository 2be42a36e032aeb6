"""What customers have agreed to: of each purpose the newest word stands, and a withdrawal takes its values back."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from indexing.customers.customer import Customer
from indexing.customers.record import Consent
from indexing.customers.records import read_records
from indexing.customers.writing import update_customers
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.store import Store
from indexing.people.personal import Basis

__all__ = ["allowed", "come_due", "standing", "take_back", "withdrawn"]


def standing(consents: Iterable[Consent], at: datetime) -> dict[tuple[str, str], Consent]:
    """Return the word that stands at a time, by customer and purpose; of two of one moment, the withdrawal."""
    found: dict[tuple[str, str], Consent] = {}
    for one in consents:
        known = found.get((one.customer, one.purpose))
        if one.at <= at and (known is None or (one.at, not one.granted) > (known.at, not known.granted)):
            found[one.customer, one.purpose] = one
    return found


def allowed(store: Store, customers: Collection[str], purpose: str, at: datetime | None = None) -> set[str]:
    """Return those who have agreed to a purpose, and not withdrawn it since."""
    found = standing(_consents(store, customers), at or datetime.now(UTC))
    return {customer for (customer, about), one in found.items() if about == purpose and one.granted}


def withdrawn(store: Store, customers: Collection[str], at: datetime | None = None) -> dict[str, set[str]]:
    """Return by customer the purposes that they have said no to."""
    purposes: dict[str, set[str]] = {}
    for (customer, purpose), one in standing(_consents(store, customers), at or datetime.now(UTC)).items():
        if not one.granted:
            purposes.setdefault(customer, set()).add(purpose)
    return purposes


def take_back(store: Store, refused: Mapping[str, Collection[str]], at: datetime) -> set[str]:
    """Remove the values that rested on a consent that is withdrawn; return whose there were any."""
    return update_customers(store, {one: partial(_without, purposes, at) for one, purposes in refused.items()})


def come_due(store: Store, at: datetime, *, dry_run: bool = False) -> set[str]:
    """Take back what rests on a consent whose withdrawal was told beforehand and whose day has come; return whose.

    With `dry_run`, return whose withdrawals those are.
    """
    before = {"range": {"@timestamp": {"lte": at.isoformat()}}}
    said = [{"term": {"kind": Consent.KIND}}, {"term": {"granted": False}}, before]
    words = read_records(store, {"bool": {"filter": said}})
    waited = {one.customer for one in words if isinstance(one, Consent) and one.recorded_at < one.at <= at}
    refused = withdrawn(store, waited, at)
    return set(refused) if dry_run else take_back(store, refused, at)


def _without(purposes: Collection[str], at: datetime, known: Customer | None) -> Customer | None:
    if known is None:
        return None
    kept = tuple(one for one in known.personal if one.basis is not Basis.CONSENT or one.purpose not in purposes)
    return replace(known, personal=kept, imported_at=at) if kept != known.personal else None


def _consents(store: Store, customers: Collection[str]) -> Iterable[Consent]:
    for some in in_parts(customers):
        condition = {"bool": {"filter": [{"term": {"kind": Consent.KIND}}, {"terms": {"customer": some}}]}}
        yield from (one for one in read_records(store, condition) if isinstance(one, Consent))
