"""The value at the customers' border: an account belongs to a customer, by what evidence, who said so, and when."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from indexing.customers.customer import HandleKind

__all__ = ["CONTESTED", "IMPORT", "CustomerLink", "StatedHandle", "from_document", "link_id", "to_document"]

IMPORT = "import"
"""Who makes and revokes links on the word of the shop's list; anybody else is a person."""
CONTESTED = "contested"
"""The type of what never held, since lists state the account of several: it leads there once one gives it up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedHandle:
    """Where the shop's list states the account, and as what (its pseudonym)."""

    file: str
    line: int
    column: str
    kind: HandleKind
    handle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLink:
    """An edge between an account and a customer; a revoked one stays, so that it can be seen and brought back."""

    id: str
    customer: str
    platform: str
    account: str
    """`author.id` as the mentions have it."""
    type: str = "stated_handle"
    weight: float = 1.0
    """How sure it is, 0 to 1."""
    evidence: StatedHandle | None = None
    """Where a list states it; None where other evidence says so."""
    says: tuple[str, ...] = ()
    """The evidence in words."""
    person: str | None = None
    """Who that is, once accounts and customers of one person are joined."""
    linked_at: datetime
    linked_by: str = IMPORT
    active: bool = True
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    revoked_for: str | None = None
    """Why, in words."""


def link_id(customer: str, platform: str, account: str) -> str:
    """Return the id of the link between a customer and an account: the same for the same pair."""
    return hashlib.sha256("\n".join((customer, platform, account)).encode()).hexdigest()[:20]


def to_document(link: CustomerLink) -> dict[str, Any]:
    """Return the link as its Elasticsearch document, `@timestamp` being the time at which it was made."""
    document = msgspec.to_builtins(link)
    del document["id"]
    document["@timestamp"] = document.pop("linked_at")
    return dict(document)


def from_document(id: str, document: Mapping[str, Any]) -> CustomerLink:
    """Return the link that a document holds; msgspec.ValidationError names the field that is wrong."""
    fields = {**document, "id": id, "linked_at": document["@timestamp"]}
    del fields["@timestamp"]
    return msgspec.convert(fields, CustomerLink)
