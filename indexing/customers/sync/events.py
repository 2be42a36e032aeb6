"""What a row says that is no customer: an order, a visit, a membership, a ticket or a consent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec

from config.customer_rows import PersonalColumn
from crawlers.tables import FaultyRow
from indexing.customers.sync import values
from indexing.customers.sync.row_reader import RowReader

__all__ = ["BUILDERS", "Build"]

_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A record on its way: its kind, its own fields, and what tells it from the source's others."""

    kind: str
    fields: Mapping[str, Any]
    own: str = ""
    """The source's own number of it."""
    beside: str = ""
    """What tells it from another of the same customer and time."""
    subject: str | None = None

    def document(self, *, source: str, customer: str, at: datetime) -> dict[str, Any]:
        """Return the record's document."""
        said = {name: value for name, value in self.fields.items() if value not in (None, "")}
        head = {"kind": self.kind, "@timestamp": at, "source": source, "customer": customer}
        return dict(msgspec.to_builtins({**head, **said}))


def _order(reader: RowReader, row: _Row, at: datetime) -> Build:
    number = reader.text(row, "number")
    if not number:
        raise FaultyRow(f"{reader.raw(row, 'number')[1]}: missing: every order has a number")
    items, column = reader.raw(row, "items")
    sold = "till" if reader.source.rows == "sale" else None
    return Build(
        kind="order",
        own=number,
        fields={
            "number": reader.token("order", number),
            "amount": values.amount(*reader.raw(row, "amount")),
            "currency": reader.text(row, "currency", 10).upper() or "CNY",
            "channel": reader.text(row, "channel", 100) or sold,
            "store": reader.text(row, "store", 100),
            "items": values.texts(items, column) if items else (),
            "status": reader.text(row, "status", 100),
        },
    )


def _visit(reader: RowReader, row: _Row, at: datetime) -> Build:
    store = reader.text(row, "store", 100)
    return Build(kind="visit", beside=store, fields={"store": store})


def _membership(reader: RowReader, row: _Row, at: datetime) -> Build:
    until, column = reader.raw(row, "until")
    return Build(
        kind="membership",
        fields={
            "tier": reader.text(row, "tier", 100),
            "points": values.whole(*reader.raw(row, "points")),
            "until": values.day(until, column, reader.source.zone),
        },
    )


def _ticket(reader: RowReader, row: _Row, at: datetime) -> Build:
    number = reader.text(row, "number")
    if not number:
        raise FaultyRow(f"{reader.raw(row, 'number')[1]}: missing: every ticket has a number")
    stated: PersonalColumn | None = getattr(reader.source.fields, "subject", None)
    subject = reader.text(row, "subject", 2_000)
    changed = reader.changed(row) or at
    until = reader.keep_until(stated, changed, stated.column or "subject") if stated and subject else None
    kept = bool(subject) and not reader.past(until)
    return Build(
        kind="ticket",
        own=number,
        subject=subject if kept else None,
        fields={
            "number": reader.token("ticket", number),
            "keep_until": until if kept else None,
            "status": reader.text(row, "status", 100),
            "closed_at": reader.moment(row, "closed_at"),
        },
    )


def _consent(reader: RowReader, row: _Row, at: datetime) -> Build:
    purpose, (granted, column) = reader.text(row, "purpose", 100), reader.raw(row, "granted")
    if not purpose:
        raise FaultyRow(f"{reader.raw(row, 'purpose')[1]}: missing: what is the consent for?")
    if not values.text(granted, column):
        raise FaultyRow(f"{column}: missing: silence is no consent: write yes or no")
    said = {"purpose": purpose, "granted": values.yes(granted, column), "said_by": reader.text(row, "said_by", 100)}
    return Build(kind="consent", beside=purpose, fields=said)


BUILDERS: Mapping[str, Callable[[RowReader, _Row, datetime], Build]] = MappingProxyType(
    {
        "order": _order,
        "sale": _order,
        "visit": _visit,
        "membership": _membership,
        "ticket": _ticket,
        "consent": _consent,
    }
)
"""By the kind of row."""
