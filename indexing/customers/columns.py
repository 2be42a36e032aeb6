"""What a list's columns mean: its header read once, and each record read by it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

from crawlers.formats.account_id import FORMS
from crawlers.tables import FaultyRow, Record, UnusableTable
from crawlers.tables.cells import SpoiltCell, mended
from indexing.customers.customer import Customer, Handle, HandleKind
from indexing.people.pseudonyms import Pseudonyms

__all__ = ["Columns", "read_header", "stated_account"]

_PERSONAL = ("name", "phone", "mobile", "email", "address", "birthday", "gender", "remark")
"""Columns that a shop's list may have and that are never read."""
_KEPT = ("customer_id", "tier", "segment")
_LONG = ("platform", "handle", "handle_kind")
_LONGEST_ID, _LONGEST_HANDLE, _LONGEST_GROUP = 200, 400, 100
_DECIMAL = re.compile(r"\d+[.,]\d+")
_ADDRESS = re.compile(r"(?:[a-z]+://|www\.)\S+|[a-z0-9.-]+\.[a-z]{2,}/\S+", re.IGNORECASE)
_SAYS_NOTHING = ("nan", "none", "null", "n/a", "na", "-", "无")


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
        if len(record.cells) <= place:
            return f"line {record.line}"
        try:
            return mended(record.cells[place])
        except SpoiltCell:
            return record.cells[place]

    def customer(self, record: Record, pseudonyms: Pseudonyms, at: datetime) -> Customer:
        """Return what one row says; FaultyRow says what is wrong with it."""
        if record.problem:
            raise FaultyRow(record.problem)
        if len(record.cells) < len(self.names) or any(record.cells[len(self.names) :]):
            raise FaultyRow(f"{len(record.cells)} cells where the header has {len(self.names)}: put commas in quotes")
        cells = zip(self.names, record.cells, strict=False)
        row = {name: _mended(cell, name) for name, cell in cells if name not in _PERSONAL}
        stated = [self._stated(row)] if self.long else self._stated_wide(row)
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

    def _stated_wide(self, row: Mapping[str, str]) -> list[tuple[str, HandleKind, str, str]]:
        named = ((platform, kind, self.names[place]) for place, (platform, kind) in self.wide.items())
        return [(platform, kind, row[column], column) for platform, kind, column in named]

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
    """Return the columns' meanings; UnusableTable names a column that is missing, unknown or there twice."""
    if record is None or record.problem:
        raise UnusableTable(f"{path}:1: {record.problem if record else 'empty'}: begin with a line of column names")
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
        raise UnusableTable(f"{path}:{record.line}: {'; '.join(problems)} ({hint})")
    return Columns(names=names, file=path.name, platforms=frozenset(platforms), wide=wide)


def _handle(pseudonyms: Pseudonyms, platform: str, kind: HandleKind, value: str, line: int, column: str) -> Handle:
    kind, pseudonym = stated_account(pseudonyms, platform, kind, value, column)
    return Handle(platform=platform, kind=kind, pseudonym=pseudonym, line=line, column=column)


def stated_account(
    pseudonyms: Pseudonyms, platform: str, kind: HandleKind, value: str, column: str
) -> tuple[HandleKind, str]:
    """Return what an account is stated by, which a page's address may change, and its pseudonym; or FaultyRow."""
    kind, value = _account(platform, kind, _checked(value, column, _LONGEST_HANDLE), column)
    if kind is HandleKind.ID:
        return kind, pseudonyms.of(platform, _id(platform, value, column))
    plain, pseudonym = pseudonyms.handles(platform, value)
    if not plain:
        raise FaultyRow(f"{column}: {value!r} holds no name: write the account's whole name")
    return kind, pseudonym


def _account(platform: str, kind: HandleKind, value: str, column: str) -> tuple[HandleKind, str]:
    """Return the account that a page's address names, or else what stands there."""
    form = FORMS.get(platform)
    if form and (found := form.page.fullmatch(value)):
        named = found.groupdict()
        return (HandleKind.ID, named["id"]) if named["id"] else (HandleKind.NAME, unquote(named["name"]))
    if _ADDRESS.fullmatch(value) and (form or kind is HandleKind.NAME):
        raise FaultyRow(f"{column}: {value!r} is an address: write the account's name or id alone")
    return kind, value


def _id(platform: str, value: str, column: str) -> str:
    """Return an account's id; FaultyRow where it cannot be one."""
    if value.lower() in _SAYS_NOTHING:
        raise FaultyRow(f"{column}: {value!r} is no account's id: leave the cell empty where none is known")
    if _DECIMAL.fullmatch(value):
        raise FaultyRow(f"{column}: {value!r} is no whole number: format the column as text and export again")
    if any(character.isspace() for character in value):
        raise FaultyRow(f"{column}: {value!r} holds white space: write the account's id alone")
    form = FORMS.get(platform)
    if form and not form.id.fullmatch(value):
        raise FaultyRow(f"{column}: {value!r} is no id of {platform}: write the id alone; a name belongs to a name")
    return value


def _mended(cell: str, column: str) -> str:
    try:
        return mended(cell)
    except SpoiltCell as problem:
        raise FaultyRow(f"{column}: {problem}") from problem


def _checked(value: str, column: str, longest: int, *, may_lack: bool = False) -> str:
    if not value and not may_lack:
        raise FaultyRow(f"{column}: missing: fill it in")
    if len(value) > longest or not value.isprintable():
        raise FaultyRow(f"{column}: more than {longest} characters, or some that cannot be printed: mend it")
    return value
