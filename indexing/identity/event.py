"""A link event: somebody, at some time, joined or parted two nodes for a reason; never changed, only undone."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

__all__ = ["SOFTWARE", "LinkEvent", "Op", "account", "customer", "customer_of", "event", "from_document", "to_document"]

SOFTWARE = "tingfeng"
"""Who joins and parts on evidence alone; anybody else is a person."""


class Op(StrEnum):
    """What happened."""

    LINK = "link"
    UNLINK = "unlink"
    APART = "apart"
    """The two are not one person: neither proposed nor joined, whatever speaks for it."""
    PROPOSE = "propose"
    """The two may be one person: a person should look."""
    UNDO = "undo"
    ERASE = "erase"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEvent:
    """One event. `one` and `other` are nodes in their order: `account:<platform>:<key>`, `customer:<id>`."""

    id: str
    at: datetime
    op: Op
    one: str
    other: str = ""
    kind: str = ""
    """The kind of edge that is made or taken back."""
    probability: float = 1.0
    says: tuple[str, ...] = ()
    """The evidence in words, without any value."""
    by: str
    undoes: str = ""
    """The id of the event that this one takes back."""
    customers: tuple[str, ...] = ()
    """The ids of the customers that it is about."""


def customer(id: str) -> str:
    """Return a customer's node."""
    return f"customer:{id}"


def account(platform: str, key: str) -> str:
    """Return an account's node."""
    return f"account:{platform}:{key}"


def customer_of(node: str) -> str | None:
    """Return the customer's id, or None for an account."""
    return node.removeprefix("customer:") if node.startswith("customer:") else None


def event(op: Op, one: str, other: str = "", *, at: datetime, by: str, **more: Any) -> LinkEvent:
    """Return an event with the id that the same event always has, so that it is written once however often."""
    first, second = sorted((one, other)) if other else (one, other)
    said = (op, first, second, more.get("kind", ""), more.get("undoes", ""), by, at.isoformat())
    return LinkEvent(
        id=hashlib.sha256("\n".join(said).encode()).hexdigest()[:24],
        at=at,
        op=op,
        one=first,
        other=second,
        by=by,
        customers=tuple(sorted(filter(None, map(customer_of, (first, second))))),
        **more,
    )


def to_document(one: LinkEvent) -> dict[str, Any]:
    """Return the event as its Elasticsearch document, whose `_id` is the event's."""
    document = msgspec.to_builtins(one)
    del document["id"]
    document["@timestamp"] = document.pop("at")
    return dict(document)


def from_document(id: str, document: Mapping[str, Any]) -> LinkEvent:
    """Return the event that a document holds; msgspec.ValidationError names the field that is wrong."""
    fields = {**document, "id": id, "at": document["@timestamp"]}
    del fields["@timestamp"]
    return msgspec.convert(fields, LinkEvent)
