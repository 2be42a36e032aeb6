"""What customers agreed to: the newest word on each purpose stands; of two at once the refusal does."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from indexing.customers.record import Consent
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.store import Store
from indexing.profiles.gather import records_of

__all__ = ["PROFILING", "Consented", "consented", "standing"]

PROFILING = "profiling"
"""The purpose of being judged by a profile; whoever refuses it is in no list that is made of profiles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consented:
    """Customers by what they said of a purpose; the three together are all who were asked about."""

    agreed: tuple[str, ...]
    unsaid: tuple[str, ...]
    """Who never said a word on it: no consent."""
    refused: tuple[str, ...]
    """Who refused or withdrew, or refuse to be judged by a profile."""


def standing(consents: Iterable[Consent]) -> dict[str, bool]:
    """Return by purpose whether the customer agrees."""
    return {one.purpose: one.granted for one in sorted(consents, key=lambda one: (one.at, not one.granted))}


def consented(store: Store, customers: Collection[str], purposes: Sequence[str]) -> Consented:
    """Return who of the customers agrees, as the records stand this moment, whatever the profiles say.

    Of several purposes the first that a customer said a word on decides.
    """
    agreed: list[str] = []
    unsaid: list[str] = []
    refused: list[str] = []
    store.refresh("customer-records")
    for some in in_parts(customers, 500):
        records = records_of(store, some, {"term": {"kind": Consent.KIND}})
        for customer in some:
            word = standing(one for one in records.get(customer, ()) if isinstance(one, Consent))
            said = next((word[purpose] for purpose in purposes if purpose in word), None)
            if word.get(PROFILING) is False or said is False:
                refused.append(customer)
            else:
                (agreed if said else unsaid).append(customer)
    return Consented(agreed=tuple(agreed), unsaid=tuple(unsaid), refused=tuple(refused))
