"""`tingfeng customers sync`: read all that a source gives, and then write it.

Until the last row is read nothing is written, so that half a file, a lost connection or a wrong column changes
nothing. Then each document is written whole, and only where something is new; the watermark moves after the last of
them, so that whoever is killed reads the same again and writes what is missing.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from config.customer_source import CustomerSource
from config.errors import UserError
from config.seal import keyring
from indexing.customers.reading import DeadRow
from indexing.customers.sources import SourceError
from indexing.customers.sync.absent import Absent, absent, remove
from indexing.customers.sync.apply import (
    Barred,
    Target,
    apply_contacts,
    apply_customers,
    apply_records,
)
from indexing.customers.sync.dead import dead_file, keep_dead, read_dead
from indexing.customers.sync.entries import CustomerEntry, Entry, RecordEntry
from indexing.customers.sync.mapping import Mapper
from indexing.customers.sync.reading import Reading, read_all
from indexing.customers.sync.spool import Spool
from indexing.customers.sync.standing import Standing, Watermark, load, meaning, save
from indexing.elasticsearch.store import Store
from indexing.people.erased import load_erased
from indexing.people.pseudonyms import pseudonyms

__all__ = ["SyncReport", "sync"]

_LISTED = ("customer", "contact")


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What became of a source's rows: read = stored + unchanged + dead."""

    read: int
    stored: int
    unchanged: int
    dead: int
    removed: int
    """Customers whom the source no longer holds, or of whom it states less."""
    expired: int
    """Values that may be kept no longer and were not taken in."""
    barred: int
    """Rows, among the unchanged, of customers who may not be taken in."""
    since: str | None
    """From where it was read; None for everything."""
    dead_letters: Path | None

    def books(self) -> dict[str, str]:
        """Return the counts for people."""
        names = ("read", "stored", "unchanged", "dead", "removed", "expired", "barred")
        counts = {name: f"{getattr(self, name):,}" for name in names}
        where = {"dead rows": str(self.dead_letters)} if self.dead_letters else {}
        return counts | ({"since": self.since} if self.since else {}) | where


def sync(
    store: Store,
    source: CustomerSource,
    *,
    everything: bool = False,
    accept_gone: bool = False,
    barred: Barred | None = None,
    now: datetime | None = None,
    progress: Callable[[str, int, int], None] = lambda step, done, of: None,
) -> SyncReport:
    """Bring the index up to what the source gives: what is new since the last time, or `everything`.

    Who was erased is not taken in, unless `barred` says otherwise.
    A SourceError leaves the index, the dead rows and the watermark as they were; `tingfeng customers sources` shows it.
    """
    now = now or datetime.now(UTC)
    standing = load(source.id)
    try:
        return _sync(store, source, standing, everything, accept_gone, barred or _erased, now, progress)
    except UserError as error:
        save(source.id, replace(load(source.id), last_failure=now, failure=str(error)))
        raise


def _sync(
    store: Store,
    source: CustomerSource,
    standing: Standing,
    everything: bool,
    accept_gone: bool,
    barred: Barred,
    now: datetime,
    progress: Callable[[str, int, int], None],
) -> SyncReport:
    target = Target(store=store, source=source, keys=keyring(), now=now, first=standing.last_success is None)
    mapper = Mapper(source, pseudonyms(), now)
    anew = everything or standing.meaning not in (None, meaning(source))
    mark = Watermark(source, replace(standing, mark=None) if anew else standing, now)
    before = read_dead(source.id) if mark.since else []
    with Spool(source.rows) as spool:
        reading = read_all(
            source,
            mapper,
            mark,
            spool,
            dead_before={one.key for one in before if one.key},
            progress=lambda rows: progress(f"{source.id}: read", rows, 0),
        )
        gone = _gone(target, mapper, reading, whole=mark.since is None, accepted=accept_gone)
        written = _write(target, reading, spool, barred, progress)
    keep_dead(source.id, _all_dead(before, reading))
    report = SyncReport(
        read=reading.rows,
        stored=written.stored,
        unchanged=reading.rows - written.stored - len(reading.dead),
        dead=len(reading.dead),
        removed=remove(target, gone),
        expired=mapper.expired,
        barred=written.barred,
        since=mark.since,
        dead_letters=dead_file(source.id) if reading.dead else None,
    )
    _note(source, mark, report, now)
    return report


@dataclass(slots=True)
class _Written:
    stored: int = 0
    barred: int = 0


def _erased(customers: Collection[str]) -> set[str]:
    """Return who of these was erased, up to this moment: reading a source takes long."""
    return load_erased().among(customers)


def _write(
    target: Target, reading: Reading, spool: Spool, barred: Barred, progress: Callable[[str, int, int], None]
) -> _Written:
    done, count = _Written(), 0
    for part in spool.parts():
        out = set(barred({one.customer for one in part}))
        taken = [one for one in part if reading.counts(one) and one.customer not in out]
        done.barred += sum(one.customer in out for one in part)
        done.stored += _apply(target, taken)
        count += len(part)
        progress(f"{target.source.id}: written", count, len(reading.current))
    return done


def _apply(target: Target, entries: Sequence[Entry]) -> int:
    """Write a part, and return how many of its rows told something new."""
    customers = [one for one in entries if isinstance(one, CustomerEntry)]
    records = [one for one in entries if isinstance(one, RecordEntry)]
    if target.source.rows == "customer":
        return len(apply_customers(target, customers))
    if target.source.rows == "contact":
        new = apply_contacts(target, customers)
        return sum(one.customer in new for one in customers)
    return len(apply_records(target, records))


def _gone(target: Target, mapper: Mapper, reading: Reading, *, whole: bool, accepted: bool) -> Absent:
    """Return who is gone: only a whole reading can tell, and only while every row of it can be used."""
    if target.source.rows not in _LISTED or not whole:
        return Absent()
    if not reading.rows:
        raise SourceError(f"{target.source.id}: holds no row: look at how it was made; nothing was changed")
    return Absent() if reading.dead else absent(target, mapper, reading.current.keys(), accepted=accepted)


def _all_dead(before: list[DeadRow], reading: Reading) -> list[DeadRow]:
    """Return the dead rows of this reading, and of those before it that were not read again."""
    again = reading.alive | {one.key for one in reading.dead}
    return [*(one for one in before if one.key not in again), *reading.dead]


def _note(source: CustomerSource, mark: Watermark, report: SyncReport, now: datetime) -> None:
    reached, naive = mark.moved()
    books = {name: getattr(report, name) for name in ("read", "stored", "unchanged", "dead", "removed")}
    save(source.id, Standing(mark=reached, naive=naive, meaning=meaning(source), last_success=now, books=books))
