"""The fields of a source's row, read by the source's file; FaultyRow says which column is to be mended."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from config.customer_rows import Column, Fields, PersonalColumn
from config.customer_source import CustomerSource
from crawlers.tables import FaultyRow
from indexing.customers.sync import values
from indexing.people.contact import normalised
from indexing.people.pseudonyms import Pseudonyms

__all__ = ["RowReader"]


class RowReader:
    """Reads the fields of one source; `expired` counts values that may be kept no longer."""

    def __init__(self, source: CustomerSource, names: Pseudonyms, now: datetime) -> None:
        self.source, self._names, self._now = source, names, now
        self._fields: Fields = source.fields
        self.expired = 0

    def text(self, row: Mapping[str, Any], name: str, longest: int = 400) -> str:
        """Return a field's text, "" where it is not mapped or says nothing."""
        stated: Column | None = getattr(self._fields, name, None)
        return self.said(row, stated, name, longest) if stated else ""

    def raw(self, row: Mapping[str, Any], name: str) -> tuple[Any, str]:
        """Return a field's value as the source gave it, and its column."""
        stated: Column | None = getattr(self._fields, name, None)
        if stated is None:
            return None, name
        found = row.get(stated.column) if stated.column else stated.value
        if stated.values and isinstance(found, str | int | bool):
            found = stated.values.get(str(found).lower() if isinstance(found, bool) else str(found).strip(), found)
        return found, stated.column or name

    def moment(self, row: Mapping[str, Any], name: str) -> datetime | None:
        """Return a field's time, None where it says none."""
        found, column = self.raw(row, name)
        return values.moment(found, column, self.source.zone, may_lack=True)

    def changed(self, row: Mapping[str, Any]) -> datetime | None:
        """Return when the row was last changed, by `updated_at` or its increments."""
        if self._fields.updated_at is not None:
            return self.moment(row, "updated_at")
        increments = self.source.read.increments
        if increments and increments.steps is None:
            return values.moment(row.get(increments.column), increments.column, self.source.zone, may_lack=True)
        return None

    def token(self, kind: str, text: str) -> str | None:
        """Return the keyed digest of a contact, None where it is nobody's own."""
        plain = normalised(kind, text)
        return self._names.of(f"contact:{kind}", plain) if plain else None

    def digest(self, kind: str, text: str) -> str:
        """Return a keyed digest of a source's own key."""
        return self._names.of(f"{self.source.id}:{kind}", text)

    def contact_key(self, customer: str, kind: str, value: str) -> str:
        """Return what tells one contact of a customer from the others."""
        return self.digest("contact", f"{customer} {kind} {value}")

    def keep_until(self, stated: PersonalColumn, moment: datetime | None, name: str) -> date | None:
        """Return the last day on which a value may be kept, counted from `moment`."""
        if stated.retention is None:
            return None
        if moment is None:
            raise FaultyRow(
                f"{name}: may be kept for a time after the row's last change, and the row does not say when that was:"
                " let the source fill it in"
            )
        return (moment.astimezone(self.source.zone) + stated.retention).date()

    def past(self, day: date | None) -> bool:
        """Say whether a value may be kept no longer, and count it."""
        gone = day is not None and day < self._now.astimezone(self.source.zone).date()
        self.expired += gone
        return gone

    def said(self, row: Mapping[str, Any], stated: Column, name: str, longest: int = 400) -> str:
        """Return the text of a stated column, or what is stated in its place."""
        if stated.column is None:
            return stated.value or ""
        found = values.text(row.get(stated.column), stated.column, longest)
        return stated.values.get(found, found)
