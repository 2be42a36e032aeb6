"""The shop's list into tingfeng-customers: every row is stored, unchanged, of an erased one, or a dead letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path

from config import settings
from crawlers.feeds import feeds
from crawlers.spider import spider_of
from crawlers.tables import UnusableTable, records
from indexing.customers.columns import read_header
from indexing.customers.customer import Customer, from_document
from indexing.customers.reading import Reading, setting_aside
from indexing.customers.stated import with_list, without_list
from indexing.customers.writing import update_customers
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.people.erased import load_erased
from indexing.people.pseudonyms import pseudonyms

__all__ = ["ImportReport", "import_customers"]

_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of a list: read = stored + unchanged + erased + dead, in rows; `removed` stood in it before."""

    read: int
    stored: int
    unchanged: int
    erased: int
    """Of customers who were erased, and so are not taken in."""
    dead: int
    removed: int
    dead_letters: Path | None
    """Where the dead rows lie with their lines and reasons; None when there are none."""

    def books(self) -> dict[str, str]:
        """Return the counts for people."""
        counts = {
            name: f"{getattr(self, name):,}" for name in ("read", "stored", "unchanged", "erased", "dead", "removed")
        }
        return counts | ({"dead letters": str(self.dead_letters)} if self.dead_letters else {})


def import_customers(store: Store, path: Path, *, now: datetime | None = None) -> ImportReport:
    """Bring tingfeng-customers to what the list says; the file's name is the list's name.

    Customers who no longer stand in a list without faults are kept as inactive, without their handles. Raises
    UnusableTable, with nothing changed, when the file as a whole cannot be read.
    """
    now = now or datetime.now(UTC)
    rows = records(path)
    columns = read_header(next(rows, None), path, {spider_of(feed).platform for feed in feeds()})
    place = settings.data_dir() / "dead" / "customers" / f"{path.name}.jsonl"
    stored = unchanged = barred = removed = 0
    with setting_aside(place) as aside:
        reading = Reading(columns, pseudonyms(), now, aside)
        customers = reading.customers(rows)
        while batch := list(islice(customers, _BATCH)):
            gone = load_erased().among([customer.id for customer, _ in batch])  # somebody may be erased meanwhile
            new = _store(store, [customer for customer, _ in batch if customer.id not in gone])
            stored += sum(count for customer, count in batch if customer.id in new)
            barred += sum(count for customer, count in batch if customer.id in gone)
            unchanged += sum(count for customer, count in batch if customer.id not in new | gone)
        if not reading.read:
            raise UnusableTable(f"{path}: holds no customer: look at how it was made; nothing was changed")
        if not reading.dead:  # a row that cannot be read may be anybody's, so that nobody can be said to be missing
            removed = _remove_absent(store, columns.file, reading.seen, now)
    return ImportReport(
        read=reading.read,
        stored=stored,
        unchanged=unchanged,
        erased=barred,
        dead=reading.dead,
        removed=removed,
        dead_letters=place if reading.dead else None,
    )


def _store(store: Store, customers: Sequence[Customer]) -> set[str]:
    """Write those customers of whom something is new, and return their ids."""
    return update_customers(store, {one.id: partial(with_list, listed=one) for one in customers})


def _remove_absent(store: Store, file: str, seen: dict[str, int], now: datetime) -> int:
    index = store.alias("customers")
    with_retries(lambda: store.client.indices.refresh(index=index))
    query = {"bool": {"filter": [{"term": {"file": file}}, {"term": {"active": True}}]}}
    removed = 0
    with store_errors():
        hits = scan(store.client, index=index, query={"query": query}, size=_BATCH)
        absent = (from_document(hit["_id"], hit["_source"]) for hit in hits if hit["_id"] not in seen)
        while batch := list(islice(absent, _BATCH)):
            removed += len(update_customers(store, {one.id: partial(_unlisted, now) for one in batch}))
    return removed


def _unlisted(now: datetime, known: Customer | None) -> Customer | None:
    return without_list(known, now) if known else None
