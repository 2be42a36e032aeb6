"""How far a source was read, and what came of it: `<stages' root>/watermarks/customers/<source>.json`, replaced whole.

It lies below the stages' root, so that whichever worker reads next goes on where the last one stopped. It moves only
after all that was read is written.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from config import settings
from config.customer_source import CustomerSource
from config.errors import UserError
from crawlers.storage.files import read, replace
from crawlers.tables import FaultyRow
from indexing.customers.sync import values

__all__ = ["Standing", "Watermark", "load", "meaning", "save"]

_ZONED = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$|^\d{9,}$")
"""A time that says its zone, or counts from one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a source's readings; nothing in it is personal."""

    mark: str | None = None
    """The greatest value of the column that grows: a time in UTC, or a number."""
    naive: bool = False
    """Whether the source's times name no zone."""
    meaning: str | None = None
    """A digest of what the source's file said; with another meaning everything is read again."""
    last_success: datetime | None = None
    last_failure: datetime | None = None
    failure: str | None = None
    """Why the last reading failed; None once one has succeeded since."""
    books: Mapping[str, int] = field(default_factory=dict)
    """The counts of the last reading that succeeded."""


def meaning(source: CustomerSource) -> str:
    """Return a digest of all that a source's file says."""
    return hashlib.sha256(source.model_dump_json().encode()).hexdigest()[:16]


def load(source: str) -> Standing:
    """Return where a source stands; UserError names a file that cannot be read."""
    path = _path(source)
    content = read(path)
    try:
        return Standing() if content is None else msgspec.json.decode(content, type=Standing)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: no watermark ({error}): remove the file; the next sync reads everything") from error


def save(source: str, standing: Standing) -> None:
    """Replace the file, durably."""
    replace(_path(source), msgspec.json.encode(standing))


class Watermark:
    """The greatest value of a source's growing column, as its rows go by in whatever order."""

    def __init__(self, source: CustomerSource, standing: Standing, now: datetime) -> None:
        self._increments, self._zone, self._now = source.read.increments, source.zone, now
        self._greatest: datetime | int | None = None
        self._naive, self._before = standing.naive, standing

    @property
    def since(self) -> str | None:
        """From where to read: behind the last mark by the overlap; None for everything."""
        mark, increments = self._before.mark, self._increments
        if mark is None or increments is None:
            return None
        if increments.steps is not None:
            return str(int(mark) - increments.steps) if mark.lstrip("-").isdigit() else None
        if mark.lstrip("-").isdigit():
            return None  # the column held numbers, and holds times now
        begin = datetime.fromisoformat(mark) - increments.overlap
        return _as_source(begin, self._zone, naive=self._naive)

    def see(self, row: Mapping[str, Any]) -> None:
        """Take note of a row; FaultyRow where its column says nothing that grows."""
        if self._increments is None:
            return
        found, column = row.get(self._increments.column), self._increments.column
        grown: datetime | int | None
        if self._increments.steps is not None:
            grown = values.whole(found, column)
        else:
            moment = values.moment(found, column, self._zone, may_lack=True)
            grown = min(moment, self._now) if moment else None  # a clock that is ahead would hide what comes after
            self._naive = found.tzinfo is None if isinstance(found, datetime) else not _ZONED.search(str(found))
        if grown is None:
            raise FaultyRow(f"{column}: missing: without it nobody can tell that the row is new")
        if self._greatest is None or grown > self._greatest:  # type: ignore[operator]
            self._greatest = grown

    def moved(self) -> tuple[str | None, bool]:
        """Return the mark after all of this was written, never below the one before, and whether times name no zone."""
        before = self._before.mark
        if self._greatest is None:
            return before, self._naive
        mark = self._greatest.isoformat() if isinstance(self._greatest, datetime) else str(self._greatest)
        if before is not None and before.lstrip("-").isdigit() == mark.lstrip("-").isdigit():
            return (max(mark, before, key=_ordered), self._naive)
        return mark, self._naive


def _ordered(mark: str) -> Any:
    return int(mark) if mark.lstrip("-").isdigit() else datetime.fromisoformat(mark)


def _as_source(moment: datetime, zone: ZoneInfo, *, naive: bool) -> str:
    """Return a time as the source writes it: on its own wall clock, or in UTC."""
    return (moment.astimezone(zone).replace(tzinfo=None) if naive else moment.astimezone(UTC)).isoformat()


def _path(source: str) -> str:
    return f"{settings.stage_root().rstrip('/')}/watermarks/customers/{source}.json"
