"""What customers have agreed to: the newest word on a purpose stands, from the moment it was said."""

import uuid
from collections.abc import Collection
from datetime import UTC, datetime

from indexing.customers.record import Consent
from indexing.customers.records import read_records, write_records
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.store import Store
from indexing.privacy.asker import Asker

__all__ = ["SOURCE", "agreed", "say"]

SOURCE = "privacy"
"""`Consent.source` of what was said here, rather than told by a connector."""


def say(store: Store, customer: str, purpose: str, *, granted: bool, asker: Asker, where: str | None = None) -> Consent:
    """Note that a customer agrees to a purpose, or does so no more; both are as easy, and hold at once."""
    now = datetime.now(UTC)
    word = Consent(
        id=f"{SOURCE}:consent:{uuid.uuid4().hex}",
        source=SOURCE,
        customer=customer,
        at=now,
        recorded_at=now,
        purpose=purpose,
        granted=granted,
        said_by=where or asker.name,
    )
    write_records(store, [word])
    store.refresh("customer-records")
    return word


def agreed(store: Store, customers: Collection[str], purpose: str, *, at: datetime | None = None) -> set[str]:
    """Return those of the customers who agree to a purpose now, or did `at` an aware time; silence is no agreement."""
    at = at or datetime.now(UTC)
    newest: dict[str, Consent] = {}
    for some in in_parts(customers):
        said = [{"term": {"kind": Consent.KIND}}, {"term": {"purpose": purpose}}, {"terms": {"customer": list(some)}}]
        for word in read_records(store, {"bool": {"filter": said}}):
            if isinstance(word, Consent) and word.at <= at and _order(word) > _order(newest.get(word.customer)):
                newest[word.customer] = word
    return {customer for customer, word in newest.items() if word.granted}


def _order(word: Consent | None) -> tuple[datetime, bool, str]:
    """Of two words of the same moment the no counts."""
    return (word.at, not word.granted, word.id) if word else (datetime.min.replace(tzinfo=UTC), False, "")
