"""What one row says, read by its source's fields; everything here is still as the source wrote it, and in memory."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias

import msgspec

from indexing.customers.customer import HandleKind
from indexing.people.personal import Basis, PersonalKind

__all__ = ["Contact", "CustomerEntry", "Entry", "HandleSaid", "RecordEntry", "digest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A personal value as the source wrote it."""

    kind: PersonalKind
    text: str
    token: str | None = None
    purpose: str
    basis: Basis
    keep_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleSaid:
    """An account that the row states; the pseudonym says which."""

    platform: str
    kind: HandleKind
    pseudonym: str
    column: str
    keep_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerEntry:
    """What a row of customers or contacts says of one customer."""

    number: int
    customer: str
    key: str
    """Equal for rows that tell of the same thing."""
    changed: datetime | None = None
    deleted: bool = False
    tier: str | None = None
    segment: str | None = None
    tags: tuple[str, ...] = ()
    registered_at: datetime | None = None
    contacts: tuple[Contact, ...] = ()
    handles: tuple[HandleSaid, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEntry:
    """What a row of orders, visits, memberships, tickets or consents says."""

    number: int
    customer: str
    key: str
    changed: datetime | None = None
    id: str
    document: dict[str, Any] = field(default_factory=dict)
    """The record's document, without when it was recorded."""
    subject: str | None = None
    """What a ticket is about, which is sealed before it is written."""


Entry: TypeAlias = CustomerEntry | RecordEntry


def digest(entry: Entry) -> bytes:
    """Return what equal entries share, wherever they stand."""
    content = msgspec.to_builtins(entry)
    del content["number"]
    return hashlib.blake2b(msgspec.msgpack.encode(content, order="deterministic"), digest_size=12).digest()
