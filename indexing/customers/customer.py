"""A customer as the index keeps one: the shop's id, what the shop calls the group, and pseudonyms of stated handles."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec

from indexing.people.personal import Personal

__all__ = ["Customer", "Handle", "HandleKind", "Stated", "from_document", "same", "to_document"]


class HandleKind(StrEnum):
    """What a handle names an account by; a platform never gives an id to another account, but a name it may."""

    ID = "id"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """An account that the shop's list states: where, and the keyed pseudonym of its id or name."""

    platform: str
    kind: HandleKind
    pseudonym: str
    line: int
    column: str
    source: str | None = None
    """The file of config/customers that states it; None for the list that was imported."""
    keep_until: date | None = None
    """The last day on which it may be kept, where its source says one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What one source says of a customer of whom several do; `list` is the imported list."""

    source: str
    rank: int = 100
    """Where sources say different things, the lower counts; then the source's name."""
    active: bool = True
    tier: str | None = None
    segment: str | None = None
    tags: tuple[str, ...] = ()
    registered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One customer of the shop. What is personal about one is sealed, and only what a source states a purpose for."""

    id: str
    """The shop's own number; of a source that numbers customers otherwise, `<namespace>:<number>`."""
    imported_at: datetime
    """When the list last said something new of this customer."""
    file: str
    """The name of the list."""
    tier: str | None = None
    segment: str | None = None
    active: bool = True
    """False once the list no longer holds the customer."""
    handles: tuple[Handle, ...] = ()
    personal: tuple[Personal, ...] = ()
    tags: tuple[str, ...] = ()
    registered_at: datetime | None = None
    """By the source's own date, since when they are a customer."""
    stated: tuple[Stated, ...] = ()
    """Which sources say what; nothing while the imported list alone does."""


def same(one: Customer, other: Customer) -> bool:
    """Whether both say the same, whenever they were imported."""
    return replace(one, imported_at=other.imported_at) == other


def to_document(customer: Customer) -> dict[str, Any]:
    """Return the customer as its Elasticsearch document, whose `_id` is the customer's."""
    document = msgspec.to_builtins(customer)
    del document["id"]
    document["@timestamp"] = document.pop("imported_at")
    return dict(document)


def from_document(id: str, document: Mapping[str, Any]) -> Customer:
    """Return the customer that a document holds; msgspec.ValidationError names the field that is wrong."""
    fields = {**document, "id": id, "imported_at": document["@timestamp"]}
    del fields["@timestamp"]
    return msgspec.convert(fields, Customer)
