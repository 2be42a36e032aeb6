"""Who among customers agrees to a purpose, by the words that stand (indexing/customers/consents.py)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from indexing.customers.consents import standing
from indexing.customers.record import Consent
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.store import Store
from indexing.profiles.gather import records_of

__all__ = ["PROFILING", "Consented", "consented"]

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


def consented(
    store: Store, customers: Collection[str], purposes: Sequence[str], *, at: datetime | None = None
) -> Consented:
    """Return who of the customers agrees now, or did `at` an aware time, whatever the profiles say.

    Of several purposes the first that a customer said a word on decides.
    """
    at = at or datetime.now(UTC)
    agreed: list[str] = []
    unsaid: list[str] = []
    refused: list[str] = []
    store.refresh("customer-records")
    for some in in_parts(customers, 500):
        records = records_of(store, some, {"term": {"kind": Consent.KIND}})
        for customer in some:
            words = standing((one for one in records.get(customer, ()) if isinstance(one, Consent)), at)
            word = {purpose: one.granted for (_, purpose), one in words.items()}
            said = next((word[purpose] for purpose in purposes if purpose in word), None)
            if word.get(PROFILING) is False or said is False:
                refused.append(customer)
            else:
                (agreed if said else unsaid).append(customer)
    return Consented(agreed=tuple(agreed), unsaid=tuple(unsaid), refused=tuple(refused))
