"""What a list's columns mean: its header read once, and each record read by it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from indexing.customers.customer import Customer, Handle, HandleKind
from indexing.customers.table import Record, UnusableList
from indexing.privacy import Pseudonyms

__all__ = ["Columns", "FaultyRow", "read_header"]

_PERSONAL = ("name", "phone", "mobile", "email", "address", "birthday", "gender", "remark")
"""Columns that a shop's list may have and that are never read."""
_KEPT = ("customer_id", "tier", "segment")
_LONG = ("platform", "handle", "handle_kind")
_LONGEST_ID, _LONGEST_HANDLE, _LONGEST_GROUP = 200, 400, 100
_ROUNDED = re.compile(r"\d(\.\d+)?[eE]\+\d+")


class FaultyRow(Exception):
    """One row cannot be used; the reason says what to mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where each meaning stands: places from 0. A list is wide (a column a platform) or long (a row a handle)."""

    names: tuple[str, ...]
    file: str
    platforms: frozenset[str]
    wide: Mapping[int, tuple[str, HandleKind]]

    @property
    def long(self) -> bool:
        """Whether each row states one handle."""
        return "handle" in self.names

    def customer_id(self, record: Record) -> str:
        """Return whose row it seems to be; nobody else's, where that cannot be read."""
        place = self.names.index("customer_id")
        return record.cells[place] if len(record.cells) > place else f"line {record.line}"

    def customer(self, record: Record, pseudonyms: Pseudonyms, at: datetime) -> Customer:
        """Return what one row says; FaultyRow says what is wrong with it."""
        if record.problem:
            raise FaultyRow(record.problem)
        if len(record.cells) < len(self.names) or any(record.cells[len(self.names) :]):
            raise FaultyRow(f"{len(record.cells)} cells where the header has {len(self.names)}: put commas in quotes")
        row = dict(zip(self.names, record.cells, strict=False))
        stated = [self._stated(row)] if self.long else self._stated_wide(record.cells)
        return Customer(
            id=_checked(row["customer_id"], "customer_id", _LONGEST_ID),
            imported_at=at,
            file=self.file,
            tier=_checked(row.get("tier", ""), "tier", _LONGEST_GROUP, may_lack=True) or None,
            segment=_checked(row.get("segment", ""), "segment", _LONGEST_GROUP, may_lack=True) or None,
            handles=tuple(
                _handle(pseudonyms, platform, kind, value, record.line, column)
                for platform, kind, value, column in stated
                if value
            ),
        )

    def _stated_wide(self, cells: Sequence[str]) -> list[tuple[str, HandleKind, str, str]]:
        return [(platform, kind, cells[place], self.names[place]) for place, (platform, kind) in self.wide.items()]

    def _stated(self, row: Mapping[str, str]) -> tuple[str, HandleKind, str, str]:
        platform, kind = row["platform"].lower(), row.get("handle_kind", "").lower() or "name"
        if platform not in self.platforms:
            raise FaultyRow(f"platform: {platform!r} is none: write one of {', '.join(sorted(self.platforms))}")
        if kind not in tuple(HandleKind):
            raise FaultyRow(f"handle_kind: {kind!r} is none: write id or name")
        if not row["handle"]:
            raise FaultyRow("handle: missing: write the account's name or id")
        return platform, HandleKind(kind), row["handle"], "handle"


def read_header(record: Record | None, path: Path, platforms: Collection[str]) -> Columns:
    """Return the columns' meanings; UnusableList names a column that is missing, unknown or there twice."""
    if record is None or record.problem:
        raise UnusableList(f"{path}:1: {record.problem if record else 'empty'}: begin with a line of column names")
    names = tuple(name.lower() for name in record.cells)
    while names and not names[-1]:
        names = names[:-1]
    wide: dict[int, tuple[str, HandleKind]] = {}
    for place, name in enumerate(names):
        platform = name.removesuffix("_id")
        if platform in platforms:
            wide[place] = (platform, HandleKind.NAME if platform == name else HandleKind.ID)
    known = {*_KEPT, *_LONG, *_PERSONAL, *(names[place] for place in wide)}
    problems = [
        *(f"{name!r} is no column of a list" for name in names if name not in known),
        *(f"{name!r} stands twice: keep one" for name in sorted(set(names)) if names.count(name) > 1),
        *(["customer_id: missing: add the shop's own number"] if "customer_id" not in names else []),
        *(
            ["platform and handle belong together: add the other"]
            if ("platform" in names) != ("handle" in names)
            else []
        ),
        *(["handles stand both in columns and in rows: keep one way"] if wide and "handle" in names else []),
    ]
    if problems:
        handles = ", ".join(f"{platform}, {platform}_id" for platform in sorted(platforms))
        hint = f"known columns: {', '.join((*_KEPT, *_LONG, *_PERSONAL))}, {handles}"
        raise UnusableList(f"{path}:{record.line}: {'; '.join(problems)} ({hint})")
    return Columns(names=names, file=path.name, platforms=frozenset(platforms), wide=wide)


def _handle(pseudonyms: Pseudonyms, platform: str, kind: HandleKind, value: str, line: int, column: str) -> Handle:
    value = _checked(value, column, _LONGEST_HANDLE)
    if kind is HandleKind.ID:
        if _ROUNDED.fullmatch(value):
            raise FaultyRow(f"{column}: {value!r} was rounded by a spreadsheet: format the column as text")
        if any(character.isspace() for character in value):
            raise FaultyRow(f"{column}: {value!r} holds white space: write the account's id alone")
        return Handle(platform=platform, kind=kind, pseudonym=pseudonyms.of(platform, value), line=line, column=column)
    plain, pseudonym = pseudonyms.handles(platform, value)
    if not plain:
        raise FaultyRow(f"{column}: {value!r} holds no name: write the account's whole name")
    return Handle(platform=platform, kind=kind, pseudonym=pseudonym, line=line, column=column)


def _checked(value: str, column: str, longest: int, *, may_lack: bool = False) -> str:
    if not value and not may_lack:
        raise FaultyRow(f"{column}: missing: fill it in")
    if len(value) > longest or not value.isprintable():
        raise FaultyRow(f"{column}: more than {longest} characters, or some that cannot be printed: mend it")
    return value
