"""One reading of a source, from its first row to its last, before anything is written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from config.customer_source import CustomerSource
from crawlers.tables import FaultyRow
from indexing.customers.reading import DeadRow
from indexing.customers.sources import Row, connector
from indexing.customers.sync.dead import content_of
from indexing.customers.sync.entries import Entry, digest
from indexing.customers.sync.mapping import Mapper
from indexing.customers.sync.spool import Spool
from indexing.customers.sync.standing import Watermark

__all__ = ["Reading", "read_all"]

_NAMES_COLUMN = ": "


@dataclass(slots=True)
class Reading:
    """What was read: `current` gives by an entry's key the digest of the one that counts, when it changed and where."""

    rows: int = 0
    repeated: int = 0
    """Rows that told of what another row of this reading tells as new or newer."""
    dead: list[DeadRow] = field(default_factory=list)
    current: dict[str, tuple[bytes, datetime | None, int]] = field(default_factory=dict)
    alive: set[str] = field(default_factory=set)
    """Of rows that were dead before, those that are not any more."""

    def counts(self, entry: Entry) -> bool:
        """Say whether the entry is the one of its key that counts."""
        return self.current[entry.key][2] == entry.number


def read_all(
    source: CustomerSource,
    mapper: Mapper,
    mark: Watermark,
    spool: Spool,
    *,
    dead_before: set[str],
    progress: Callable[[int], None] = lambda rows: None,
) -> Reading:
    """Read every row into the spool; a SourceError when the source does not give all of them."""
    reading = Reading()
    for row in _numbered(source, mark.since, reading):
        try:
            mark.see(row.values) if not row.problem else None
            entry = mapper.entry(row, reading.rows)
            if _is_news(reading, entry, row):
                spool.add(entry)
        except FaultyRow as problem:
            reading.dead.append(_dead(source, mapper, row, reading.rows, str(problem)))
        else:
            if dead_before:
                reading.alive |= {mapper.identity(row)} & dead_before
        if reading.rows % 1_000 == 0:
            progress(reading.rows)
    return reading


def _numbered(source: CustomerSource, since: str | None, reading: Reading) -> Iterator[Row]:
    for row in connector(source)(source, since):
        reading.rows += 1
        yield row


def _is_news(reading: Reading, entry: Entry, row: Row) -> bool:
    """Say whether an entry is to be kept; of two that differ the newer counts, and FaultyRow where none is."""
    said = digest(entry)
    known = reading.current.get(entry.key)
    if known is None:
        reading.current[entry.key] = (said, entry.changed, entry.number)
        return True
    before, changed, number = known
    if before == said:
        reading.repeated += 1
        return False
    if entry.changed is None or changed is None or entry.changed == changed:
        raise FaultyRow(
            f"{row.place}: tells of the same as row {number:,} and says other things: keep one of them, or map"
            " updated_at, by which the newer counts"
        )
    reading.repeated += 1
    if entry.changed < changed:
        return False
    reading.current[entry.key] = (said, entry.changed, entry.number)
    return True


def _dead(source: CustomerSource, mapper: Mapper, row: Row, number: int, problem: str) -> DeadRow:
    column, found, _ = problem.partition(_NAMES_COLUMN)
    return DeadRow(
        file=source.id,
        line=number,
        column=column if found and column in row.values else None,
        reason=f"{row.place}: {problem}" if not problem.startswith(row.place) else problem,
        content=row.text if row.text is not None else content_of(dict(row.values)),
        customer=mapper.customer_of(row),
        key=mapper.identity(row),
    )
