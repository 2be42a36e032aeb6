"""What customers say of what their data are used for; the newest word stands (customers/consents.py)."""

import uuid
from datetime import UTC, datetime

from indexing.customers.asker import Asker
from indexing.customers.consents import take_back
from indexing.customers.record import Consent
from indexing.customers.records import write_records
from indexing.elasticsearch.store import Store

__all__ = ["SOURCE", "say"]

SOURCE = "privacy"
"""`Consent.source` of what was said here, rather than told by a connector."""


def say(store: Store, customer: str, purpose: str, *, granted: bool, asker: Asker, where: str | None = None) -> Consent:
    """Note that a customer agrees to a purpose, or does so no more; both are as easy, and hold at once.

    With a withdrawal go the values that were kept on that consent. Killed in between, saying it again does the rest.
    """
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
    if not granted:
        take_back(store, {customer: {purpose}}, now)
        store.refresh("customers")
    return word
