"""Customers taken out of the system for a purpose: only who agreed, and on record before the file is written."""

import hashlib
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from config.privacy import May
from config.segment import Segment
from indexing.customers.asker import Asker
from indexing.customers.reveal import reveal
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.mentions.document import timestamp
from indexing.people.personal import PersonalKind
from indexing.profiles.consents import consented
from indexing.profiles.gather import customers_among
from indexing.segments.members import members, profiles_of

__all__ = ["COLUMNS", "Outreach", "exported_in", "note_export", "rows", "take_out"]

COLUMNS = (
    "customer",
    "tier",
    "segment",
    "value_band",
    "since",
    "channels",
    "purchases.orders",
    "purchases.last_at",
    "member.points",
    "churn.band",
    "voice.mentions",
    "voice.negative",
    "voice.nsr",
    "cases.open",
)
"""What a file holds of a profile."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Outreach:
    """One export: members = exported + without_consent + refused."""

    id: str
    by: str
    purpose: str
    segment: str
    definition: str
    format: str
    contacts: tuple[str, ...]
    members: int
    without_consent: int
    refused: int
    customers: tuple[str, ...]
    at: datetime

    @property
    def exported(self) -> int:
        """How many customers are in the file."""
        return len(self.customers)

    def books(self) -> dict[str, str]:
        """Return the counts for people."""
        names = ("members", "exported", "without_consent", "refused")
        return {"export": self.id} | {name: f"{getattr(self, name):,}" for name in names}


def take_out(
    store: Store,
    segment: Segment,
    asker: Asker,
    purpose: str,
    *,
    form: str,
    contacts: Collection[PersonalKind] = (),
    now: datetime | None = None,
) -> Outreach:
    """Note that the members who agree to the purpose are taken out, and return it; NotAllowed where one may not."""
    asker.must(May.EXPORT)
    now = now or datetime.now(UTC)
    ids = members(store, segment, now=now)
    said = consented(store, ids, [purpose])
    outreach = Outreach(
        id=f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}",
        by=asker.name,
        purpose=purpose,
        segment=segment.id,
        definition=hashlib.sha256(segment.model_dump_json().encode()).hexdigest()[:16],
        format=form,
        contacts=tuple(sorted(map(str, contacts))),
        members=len(ids),
        without_consent=len(said.unsaid),
        refused=len(said.refused),
        customers=said.agreed,
        at=now,
    )
    note_export(store, outreach)
    return outreach


def note_export(store: Store, outreach: Outreach) -> None:
    """Put the export on record; StoreError where that cannot be written, so that no file is made."""
    source: dict[str, Any] = {
        "@timestamp": timestamp(outreach.at),
        "by": outreach.by,
        "purpose": outreach.purpose,
        "segment": outreach.segment,
        "definition": outreach.definition,
        "format": outreach.format,
        "contacts": list(outreach.contacts),
        "members": outreach.members,
        "exported": outreach.exported,
        "without_consent": outreach.without_consent,
        "refused": outreach.refused,
        "customers": list(outreach.customers),
    }
    index = store.alias("exports")
    [answer] = send(store.client, [Action(operation="create", index=index, id=outreach.id, source=source)])
    if not answer.done and answer.status != 409:  # sent again, after its answer was lost
        raise StoreError(f"{index}: the export is refused ({answer.reason}), so that nothing was exported")


def exported_in(store: Store, id: str) -> tuple[str, ...] | None:
    """Return the customers that an export took out; None where there is none of this id."""
    doc = with_retries(lambda: store.client.mget(index=store.alias("exports"), ids=[id]))["docs"][0]
    return tuple(doc["_source"].get("customers", ())) if doc.get("found") else None


def rows(store: Store, outreach: Outreach, asker: Asker) -> Iterator[Mapping[str, Any]]:
    """Yield a profile a customer of the export, with the contacts that were asked for, each look on record."""
    wanted = [PersonalKind(kind) for kind in outreach.contacts]
    for start in range(0, len(outreach.customers), _AT_ONCE):
        some: Sequence[str] = outreach.customers[start : start + _AT_ONCE]
        known = customers_among(store, some) if wanted else {}
        for profile in profiles_of(store, some):
            values: dict[str, Any] = {}
            if profile["customer"] in known:
                customer = known[profile["customer"]]
                kept = replace(customer, personal=tuple(one for one in customer.personal if one.kind in wanted))
                seen = reveal(store, kept, asker, outreach.purpose, wanted)
                values = {f"personal.{kind}": list(found) for kind, found in seen.items()}
            yield {**profile, **values}
