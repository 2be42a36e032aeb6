"""Who may be in a list for a purpose, by the word that stands (indexing/customers/consents.py)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from indexing.customers.consents import standing
from indexing.customers.record import Consent, Record
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.store import Store
from indexing.profiles.gather import records_of

__all__ = ["PROFILING", "Consented", "consented", "said_of"]

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


def said_of(records: Iterable[Record], at: datetime | None = None) -> dict[str, bool]:
    """Return by purpose whether the customer of these records agrees, now or at a time."""
    words = standing((one for one in records if isinstance(one, Consent)), at or datetime.now(UTC))
    return {purpose: one.granted for (_, purpose), one in words.items()}


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
            word = said_of(records.get(customer, ()))
            said = next((word[purpose] for purpose in purposes if purpose in word), None)
            if word.get(PROFILING) is False or said is False:
                refused.append(customer)
            else:
                (agreed if said else unsaid).append(customer)
    return Consented(agreed=tuple(agreed), unsaid=tuple(unsaid), refused=tuple(refused))
