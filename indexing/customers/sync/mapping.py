"""From a source's rows to what they say, by the fields of its file; FaultyRow says which column is to be mended."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from config.customer_rows import ContactFields, CustomerFields, PersonalColumn
from config.customer_source import CustomerSource
from config.errors import UserError
from crawlers.feeds import feeds
from crawlers.spider import spider_of
from crawlers.tables import FaultyRow
from indexing.customers.columns import stated_account
from indexing.customers.customer import HandleKind
from indexing.customers.sources import Row
from indexing.customers.sync import values
from indexing.customers.sync.entries import Contact, CustomerEntry, Entry, HandleSaid, RecordEntry
from indexing.customers.sync.events import BUILDERS, Build
from indexing.customers.sync.row_reader import RowReader
from indexing.people.contact import several
from indexing.people.personal import Basis, PersonalKind
from indexing.people.pseudonyms import Pseudonyms

__all__ = ["Mapper"]

_LONGEST_ID = 200
_TELEPHONE = re.compile(r"1[3-9]\d{9}")
_LONG = {PersonalKind.ADDRESS, PersonalKind.REMARK}


class Mapper(RowReader):
    """Reads the rows of one source as entries."""

    def __init__(self, source: CustomerSource, names: Pseudonyms, now: datetime) -> None:
        super().__init__(source, names, now)
        self._platforms = _platforms(source)

    def entry(self, row: Row, number: int) -> Entry:
        """Return what the row says."""
        if row.problem:
            raise FaultyRow(row.problem)
        fields = self._fields
        if isinstance(fields, CustomerFields):
            return self._customer(fields, row.values, number)
        if isinstance(fields, ContactFields):
            return self._contact(fields, row.values, number)
        return self._record(row.values, number)

    def customer_of(self, row: Row) -> str | None:
        """Return whose row it is, as far as that can be read."""
        try:
            return self._owner(row.values) if row.values else None
        except FaultyRow:
            return None

    def identity(self, row: Row) -> str:
        """Return what the same row has in a later reading too, mended or not, as far as that can be told."""
        raw = {name: self.raw(row.values, name)[0] for name in ("key", "number", "customer", "type", "value")}
        own = raw["key"] or raw["number"]
        said = f"{own}" if own else " ".join(str(one) for one in (raw["customer"], raw["type"], raw["value"]) if one)
        return self.digest("row", said or row.text or str(sorted(row.values.items(), key=str)))

    def _owner(self, row: Mapping[str, Any]) -> str:
        stated = self._fields.customer
        number = self.said(row, stated, "customer", _LONGEST_ID)
        if not number:
            raise FaultyRow(f"{stated.column or 'customer'}: missing: whose row is it?")
        if stated.keyed:
            return self.source.customer_id(self._names.of(f"customer:{self.source.namespace or ''}", number))
        if _TELEPHONE.fullmatch(number):
            raise FaultyRow(
                f"{stated.column}: is a telephone number, which would stand in the index as it is: name the customer's"
                " number instead, or write `customer: {column: …, keyed: true}`"
            )
        return self.source.customer_id(number)

    def _customer(self, fields: CustomerFields, row: Mapping[str, Any], number: int) -> CustomerEntry:
        customer, changed = self._owner(row), self.changed(row)
        registered = self.moment(row, "registered_at")
        dated = changed or registered
        personal = [(kind, getattr(fields, kind.value)) for kind in PersonalKind]
        contacts = [one for kind, stated in personal if stated for one in self._personal(kind, row, stated, dated)]
        handles = [self._handle(name, row, stated, dated) for name, stated in fields.handles.items()]
        tags, column = self.raw(row, "tags")
        deleted, said_in = self.raw(row, "deleted")
        return CustomerEntry(
            number=number,
            customer=customer,
            key=customer,
            changed=changed,
            deleted=values.yes(deleted, said_in),
            tier=self.text(row, "tier", 100) or None,
            segment=self.text(row, "segment", 100) or None,
            tags=values.texts(tags, column) if tags else (),
            registered_at=registered,
            contacts=tuple(contacts),
            handles=tuple(one for one in handles if one),
        )

    def _contact(self, fields: ContactFields, row: Mapping[str, Any], number: int) -> CustomerEntry:
        customer, changed, kind = self._owner(row), self.changed(row), self.text(row, "type").lower()
        deleted, said_in = self.raw(row, "deleted")
        contacts: tuple[Contact, ...] = ()
        handles: tuple[HandleSaid, ...] = ()
        if kind in tuple(PersonalKind):
            contacts = self._personal(PersonalKind(kind), row, fields.value, changed)
        elif kind in self._platforms:
            stated = self._handle(kind, row, fields.value, changed)
            handles = (stated,) if stated else ()
        else:
            raise FaultyRow(
                f"{fields.type.column or 'type'}: {kind!r} is no kind of contact: write one of"
                f" {', '.join((*PersonalKind, *sorted(self._platforms)))}, or say with `values` what it means"
            )
        if not contacts and not handles:
            raise FaultyRow(
                f"{fields.value.column or 'value'}: says nothing that may be kept: fill it in, or leave the row out"
            )
        what = [(one.kind, one.token or one.text) for one in contacts] + [
            (one.platform, one.pseudonym) for one in handles
        ]
        return CustomerEntry(
            number=number,
            customer=customer,
            key=self.contact_key(customer, *what[0]),
            changed=changed,
            deleted=values.yes(deleted, said_in),
            contacts=contacts,
            handles=handles,
        )

    def _personal(
        self, kind: PersonalKind, row: Mapping[str, Any], stated: PersonalColumn, dated: datetime | None
    ) -> tuple[Contact, ...]:
        """Return the values of a cell: none, one, or each telephone number of several."""
        text = self.said(row, stated, kind, 2_000 if kind in _LONG else 400)
        if not text:
            return ()
        until = self.keep_until(stated, dated, stated.column or kind)
        if self.past(until):
            return ()
        basis = Basis(stated.basis)
        return tuple(
            Contact(
                kind=kind,
                text=one,
                token=self.token(kind, one),
                purpose=stated.purpose,
                basis=basis,
                keep_until=until,
            )
            for one in several(kind, text)
        )

    def _handle(
        self, name: str, row: Mapping[str, Any], stated: PersonalColumn, dated: datetime | None
    ) -> HandleSaid | None:
        column = stated.column or name
        text = self.said(row, stated, name)
        if not text:
            return None
        until = self.keep_until(stated, dated, column)
        if self.past(until):
            return None
        platform, kind = self._platforms[name]
        kind, pseudonym = stated_account(self._names, platform, kind, text, column)
        return HandleSaid(platform=platform, kind=kind, pseudonym=pseudonym, column=column, keep_until=until)

    def _record(self, row: Mapping[str, Any], number: int) -> RecordEntry:
        rows = self.source.rows
        owner, at = self._owner(row), self.raw(row, "at")
        happened = values.moment(*at, self.source.zone)
        assert happened  # noqa: S101 - what may not lack does not
        changed = self.changed(row)
        build: Build = BUILDERS[rows](self, row, happened)
        own = self.text(row, "key") or build.own or f"{owner} {happened.astimezone(UTC).isoformat()} {build.beside}"
        key = self.digest(build.kind, own)
        return RecordEntry(
            number=number,
            customer=owner,
            key=key,
            changed=changed,
            id=f"{self.source.id}:{build.kind}:{key}",
            document=build.document(source=self.source.id, customer=owner, at=happened),
            subject=build.subject,
        )


def _platforms(source: CustomerSource) -> dict[str, tuple[str, HandleKind]]:
    """Return what `weibo` and `weibo_id` name; UserError for a handle of no platform."""
    known = {spider_of(feed).platform for feed in feeds()}
    named = {name: (name, HandleKind.NAME) for name in known} | {f"{name}_id": (name, HandleKind.ID) for name in known}
    for name in getattr(source.fields, "handles", ()):
        if name not in named:
            raise UserError(
                f"config/customers/{source.id}.yaml: fields.handles.{name}: no platform: write one of"
                f" {', '.join(sorted(named))}"
            )
    return named
