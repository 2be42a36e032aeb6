"""`make bench`: 100,000 customers and 300,000 orders from a database, beside a blind bulk of the same documents.

The blind one knows no source, no keys and no checks: it writes finished documents as fast as the official client's
helper can. Each is written into an empty index; then the same is read again, which writes nothing.
"""

import csv
import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from pydantic import BaseModel, Field
from rich.console import Console
from rich.table import Table

from config.customer_source import CustomerSource
from indexing.customers.sources import connector
from indexing.customers.sync.mapping import Mapper
from indexing.customers.sync.run import sync
from indexing.elasticsearch.store import Store
from indexing.people.pseudonyms import pseudonyms
from tests.customer_files import KEPT, source

pytestmark = pytest.mark.bench
CUSTOMERS = int(os.environ.get("CUSTOMERS", "100000"))
ORDERS = 3 * CUSTOMERS
NOW = datetime(2026, 8, 3, tzinfo=UTC)
URL = "TINGFENG_BENCH_DATABASE"
MEMBER = {
    "customer": "id", "name": {"column": "name", **KEPT}, "phone": {"column": "phone", **KEPT, "retention": "730d"},
    "tier": "tier", "registered_at": "joined", "updated_at": "updated",
    "handles": {"weibo_id": {"column": "weibo", **KEPT}},
}  # fmt: skip
ORDER = {
    "customer": "member", "number": "no", "at": "at", "amount": "paid", "channel": "channel", "items": "items",
    "updated_at": "updated",
}  # fmt: skip


def fill(base: sqlite3.Connection) -> None:
    dice = random.Random(15)  # noqa: S311 - makes rows
    base.execute(
        "create table members (id text, name text, phone text, tier text, joined text, updated text, weibo text)"
    )
    base.execute(
        "create table orders (member text, no text, at text, paid real, channel text, items text, updated text)"
    )
    day = datetime(2026, 1, 1)
    base.executemany("insert into members values (?, ?, ?, ?, ?, ?, ?)", (
        (f"C{n}", f"客{n:06}", f"139{n:08}", "金卡", "2020-01-01", f"{day + timedelta(seconds=n)}", str(10**9 + n))
        for n in range(CUSTOMERS)
    ))  # fmt: skip
    base.executemany("insert into orders values (?, ?, ?, ?, ?, ?, ?)", (
        (f"C{dice.randrange(CUSTOMERS)}", f"TB2026{n:08}", f"{day + timedelta(seconds=n)}", dice.randrange(9_999) / 10,
         "tmall", "手机|壳", f"{day + timedelta(seconds=n)}")
        for n in range(ORDERS)
    ))  # fmt: skip
    base.commit()


def documents(store: Store, kind: str) -> Iterator[dict[str, Any]]:
    from elasticsearch.helpers import scan

    for hit in scan(store.client, index=store.alias(kind), size=5_000):
        yield {"_id": hit["_id"], "_source": hit["_source"]}


def blind(store: Store, kind: str, made: list[dict[str, Any]]) -> None:
    from elasticsearch.helpers import bulk

    bulk(store.client, ({"_index": store.alias(kind), **one} for one in made), chunk_size=1_000)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    done = work()
    return time.perf_counter() - begin, done


def test_a_first_sync_beside_a_blind_bulk(
    new_store: Callable[[], Store], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    monkeypatch.setenv(URL, f"sqlite:///{data}/shop.db")
    with sqlite3.connect(data / "shop.db") as base:
        fill(base)
    kept, other = new_store(), new_store()
    table = Table("what", "rows", "sync", "blind bulk", "ratio", "again", "new only", title="customers from a database")
    for name, rows, fields, kind in (
        ("members", "customer", MEMBER, "customers"),
        ("orders", "order", ORDER, "customer-records"),
    ):
        read = {"kind": "sql", "url_env": URL, "table": name, "incremental": {"column": "updated"}}
        stated = source(data / "config", name, rows, read, fields)
        table.add_row(*measured(kept, other, stated, kind))
    Console().print(table)
    Console().print(f"largest memory of the process: {psutil.Process().memory_full_info().rss / 2**20:,.0f} MiB")


class PlainRow(BaseModel):
    """What the plain way knows of a row: types, and nothing of telephones, seals or what was there before."""

    id: str = Field(min_length=1)
    name: str
    phone: str
    tier: str
    joined: datetime
    updated: datetime
    weibo: int


def plainly(path: Path, base: sqlite3.Connection) -> int:
    base.execute(
        "create table plain"
        " (id text primary key, name text, phone text, tier text, joined text, updated text, weibo text)"
    )
    with path.open(encoding="utf-8", newline="") as file:
        rows = [PlainRow.model_validate(row) for row in csv.DictReader(file)]
    base.executemany("insert into plain values (?, ?, ?, ?, ?, ?, ?)", (
        tuple(map(str, row.model_dump().values())) for row in rows
    ))  # fmt: skip
    base.commit()
    return len(rows)


def test_a_list_of_customers_beside_csv_pydantic_and_sqlite(
    new_store: Callable[[], Store], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plain way: csv, a pydantic model, an insert; ours reads, seals, digests, merges and writes to the index."""
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    (data / "config").mkdir(exist_ok=True)
    path = data / "config" / "members.csv"
    with sqlite3.connect(data / "shop.db") as base:
        fill(base)
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = base.execute("select * from members")
            writer = csv.writer(file)
            writer.writerow([column[0] for column in rows.description])
            writer.writerows(rows)
        beside, count = timed(lambda: plainly(path, base))
    store = new_store()
    stated = source(data / "config", "members", "customer", {"kind": "file", "path": "members.csv"}, MEMBER)
    mapper = Mapper(stated, pseudonyms(), NOW)
    read, _ = timed(
        lambda: [mapper.entry(row, number) for number, row in enumerate(connector(stated)(stated, None), 2)]
    )
    ours, report = timed(lambda: sync(store, stated, now=NOW))
    assert (report.stored, report.dead) == (count, 0)
    again, report = timed(lambda: sync(store, stated, everything=True, now=NOW))
    assert report.stored == 0
    Console(width=120).print(
        f"{count:,} customers of a CSV: read and understood {count / read:,.0f} rows a second, stored"
        f" {count / ours:,.0f}, again {count / again:,.0f}; csv + pydantic + sqlite {count / beside:,.0f}:"
        f" {read / beside:.1f} × and {ours / beside:.1f} × its time"
    )


def measured(kept: Store, other: Store, stated: CustomerSource, kind: str) -> tuple[str, ...]:
    first, report = timed(lambda: sync(kept, stated, now=NOW))
    assert report.stored == report.read
    again, report = timed(lambda: sync(kept, stated, everything=True, now=NOW))
    assert (report.stored, report.unchanged) == (0, report.read)
    new, least = timed(lambda: sync(kept, stated, now=NOW))
    assert least.stored == 0
    kept.refresh(kind)
    made = list(documents(kept, kind))
    beside, _ = timed(lambda: blind(other, kind, made))
    speeds = [f"{seconds:.0f} s, {report.read / seconds:,.0f}/s" for seconds in (first, beside)]
    return (kind, f"{report.read:,}", *speeds, f"{first / beside:.2f}", f"{again:.0f} s", f"{new:.1f} s")
