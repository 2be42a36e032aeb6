"""From a list's records to customers: each with all its rows, or every one of those rows set aside with its reason."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

import msgspec

from crawlers.tables import FaultyRow, Record
from indexing.customers.columns import Columns
from indexing.customers.customer import Customer, Handle
from indexing.people.pseudonyms import Pseudonyms

__all__ = ["DeadRow", "Reading", "setting_aside"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadRow:
    """A row that could not be used, as it stands in the list."""

    file: str
    """The list's name, or the source's."""
    line: int
    reason: str
    content: str
    column: str | None = None
    customer: str | None = None
    """Whose row it is, where that could be read."""
    key: str | None = None
    """Equal for the same row in a later reading, where that can be told."""


class Reading:
    """One pass over a list: `read` and `dead` count rows, `seen` gives each customer's first line."""

    def __init__(self, columns: Columns, pseudonyms: Pseudonyms, at: datetime, aside: BinaryIO) -> None:
        self._columns, self._pseudonyms, self._at, self._aside = columns, pseudonyms, at, aside
        self.read = self.dead = 0
        self.seen: dict[str, int] = {}

    def customers(self, rows: Iterable[Record]) -> Iterator[tuple[Customer, int]]:
        """Yield each customer with the number of its rows; a list of one handle a row keeps a customer's together."""
        for part in self._parts(rows):
            self.read += len(part)
            read, problems = [], {}
            for row in part:
                try:
                    read.append(self._columns.customer(row, self._pseudonyms, self._at))
                except FaultyRow as problem:
                    problems[row.line] = str(problem)
            first = self.seen.setdefault(read[0].id, part[0].line) if read else part[0].line
            if not problems and first == part[0].line:
                yield _merged(read), len(part)
                continue
            again = f"customer_id: {read[0].id!r} stands on line {first} already" if read else ""
            for row in part:
                other = (
                    again if first != part[0].line else f"line {next(iter(problems))} of the same customer is faulty"
                )
                self.set_aside(row, problems.get(row.line, f"{other}: mend it, and keep a customer's rows together"))

    def set_aside(self, row: Record, reason: str) -> None:
        """Keep a row that cannot be used."""
        owner = None if row.problem else self._columns.customer_id(row).removeprefix(f"line {row.line}")
        letter = DeadRow(
            file=self._columns.file, line=row.line, reason=reason, content=row.text, customer=owner or None
        )
        self._aside.write(msgspec.json.encode(letter) + b"\n")
        self.dead += 1

    def _parts(self, rows: Iterable[Record]) -> Iterator[list[Record]]:
        if self._columns.long:
            for _, part in groupby(rows, key=self._columns.customer_id):
                yield list(part)
        else:
            for row in rows:
                yield [row]


@contextmanager
def setting_aside(place: Path) -> Iterator[BinaryIO]:
    """Give a file for dead rows, for its owner alone; on a clean exit it replaces `place`, or removes it when empty."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            empty = file.tell() == 0
        if empty:
            place.unlink(missing_ok=True)
        else:
            Path(temporary).replace(place)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _merged(read: list[Customer]) -> Customer:
    """Return one customer of what several rows say: the first tier and segment, every handle once."""
    handles: dict[tuple[str, str, str], Handle] = {}
    for handle in (handle for one in read for handle in one.handles):
        handles.setdefault((handle.platform, handle.kind, handle.pseudonym), handle)
    return replace(
        read[0],
        tier=next((one.tier for one in read if one.tier), None),
        segment=next((one.segment for one in read if one.segment), None),
        handles=tuple(handles.values()),
    )
