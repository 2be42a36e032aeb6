"""What the shop's systems record of customers: orders, visits, memberships, tickets, consents; no names in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, ClassVar, TypeAlias

import msgspec

__all__ = ["KINDS", "Consent", "Membership", "Order", "Record", "Ticket", "Visit", "from_document", "to_document"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    """What every record says."""

    KIND: ClassVar[str]
    id: str
    """`<source>:<kind>:<the source's own key>`: the same for the same row, however often it is read."""
    source: str
    """The file of config/customers that told of it."""
    customer: str
    at: datetime
    """When it happened, by the source's own time."""
    recorded_at: datetime
    """When the source last said something new of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(_Recorded):
    """A purchase, online or at a shop's till."""

    KIND: ClassVar[str] = "order"
    number: str | None = None
    """Keyed digest of the order's number (`Pseudonyms.of("contact:order", …)`), which posts that name it share."""
    amount: float | None = None
    """Paid, in `currency`; less than nothing for what was given back."""
    currency: str = "CNY"
    channel: str | None = None
    """Where it was bought, such as tmall, till."""
    store: str | None = None
    items: tuple[str, ...] = ()
    status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(_Recorded):
    """A visit to a shop."""

    KIND: ClassVar[str] = "visit"
    store: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(_Recorded):
    """The state of a membership from `at` on."""

    KIND: ClassVar[str] = "membership"
    tier: str | None = None
    points: int | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket(_Recorded):
    """A case at the service desk."""

    KIND: ClassVar[str] = "ticket"
    number: str | None = None
    """Keyed digest of the ticket's number, as an order's."""
    subject: str | None = None
    """Sealed about `tickets:<id>`: people write names and numbers there."""
    keep_until: date | None = None
    """The last day on which the subject may be kept."""
    status: str | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(_Recorded):
    """A customer's word on a purpose, from `at` on; the newest of a purpose stands."""

    KIND: ClassVar[str] = "consent"
    purpose: str
    granted: bool
    said_by: str | None = None
    """Where it was said: a form, a shop, a colleague."""


Record: TypeAlias = Order | Visit | Membership | Ticket | Consent
KINDS: Mapping[str, type[Record]] = MappingProxyType(
    {one.KIND: one for one in (Order, Visit, Membership, Ticket, Consent)}
)


def to_document(record: Record) -> dict[str, Any]:
    """Return the record as its Elasticsearch document, whose `_id` is the record's and `@timestamp` its `at`."""
    document = {name: value for name, value in msgspec.to_builtins(record).items() if value is not None}
    del document["id"]
    return {"kind": record.KIND, "@timestamp": document.pop("at"), **document}


def from_document(id: str, document: Mapping[str, Any]) -> Record:
    """Return the record that a document holds; msgspec.ValidationError names the field that is wrong."""
    fields = {**document, "id": id, "at": document["@timestamp"]}
    kind = fields.pop("kind")
    del fields["@timestamp"]
    return msgspec.convert(fields, KINDS[kind])
