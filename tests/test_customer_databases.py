"""Customers' data from databases: SQLite, and a real PostgreSQL that drops its connections."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy

from indexing.customers.record import Order
from indexing.customers.sources import Row, SourceError
from indexing.customers.sync import run
from indexing.customers.sync.dead import read_dead
from indexing.customers.sync.run import sync
from indexing.customers.sync.standing import load
from tests.cluster_parts import postgres, until
from tests.customer_files import KEPT, customers, records, shown, source
from tests.killing import dying

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

NOW = datetime(2026, 8, 3, 4, tzinfo=UTC)
DAY = timedelta(days=1)
ROOT = Path(__file__).resolve().parent.parent
ORDERS = {"customer": "member", "number": "no", "at": "at", "amount": "paid", "updated_at": "updated"}
INCREMENTAL = {"column": "updated", "overlap": "1h"}
URL = "TINGFENG_TEST_DATABASE"


@pytest.fixture
def config(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TINGFENG_CONFIG", str(data / "config"))
    return data / "config"


@pytest.fixture
def shop(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlite3.Connection]:
    """Give a database with forty orders, of the first of August on, an hour apart on the shop's wall clock."""
    path = data / "shop.db"
    monkeypatch.setenv(URL, f"sqlite:///{path}")
    base = sqlite3.connect(path, isolation_level=None)
    base.execute('create table "order" (member text, no text, at text, paid real, updated text)')
    base.executemany('insert into "order" values (?, ?, ?, ?, ?)', [row(number) for number in range(40)])
    yield base
    base.close()


def row(number: int, paid: float = 10.5) -> tuple[str, str, str, float, str]:
    at = f"{datetime(2026, 8, 1) + timedelta(hours=number):%Y-%m-%d %H:%M:%S}"
    return f"C{number % 7}", f"TB2026{number:06}", at, paid, at


def orders(config: Path, **read: Any) -> Any:
    asked = {"kind": "sql", "url_env": URL, "table": "order", "incremental": INCREMENTAL, **read}
    return source(config, "erp", "order", {name: value for name, value in asked.items() if value}, ORDERS)


def test_only_what_is_new_is_read_with_an_overlap(
    emptied_store: "Store", config: Path, shop: sqlite3.Connection
) -> None:
    stated = orders(config)
    first = sync(emptied_store, stated, now=NOW)
    assert (first.read, first.stored, first.since) == (40, 40, None)
    again = sync(emptied_store, stated, now=NOW)
    assert (again.read, again.stored, again.unchanged) == (2, 0, 2), "the last hour is read again, and changes nothing"
    assert again.since == "2026-08-02T14:00:00", "on the source's own wall clock"
    shop.execute('insert into "order" values (?, ?, ?, ?, ?)', ("C9", "LATE2026", *row(0)[2:4], row(39)[4]))
    shop.execute('update "order" set paid = 99, updated = ? where no = ?', ("2026-08-02 16:00:00", row(3)[1]))
    later = sync(emptied_store, stated, now=NOW + DAY)
    assert (later.read, later.stored) == (4, 2), "what became visible late, and what was changed"
    found = [one for one in records(emptied_store) if isinstance(one, Order)]
    assert (len(found), sum(one.amount == 99 for one in found)) == (41, 1)


def test_another_meaning_of_the_columns_reads_everything_again(
    emptied_store: "Store", config: Path, shop: sqlite3.Connection
) -> None:
    sync(emptied_store, orders(config), now=NOW)
    asked = {"kind": "sql", "url_env": URL, "table": "order", "incremental": INCREMENTAL}
    stated = source(config, "erp", "order", asked, {**ORDERS, "channel": {"value": "tmall"}})
    report = sync(emptied_store, stated, now=NOW)
    assert (report.read, report.stored, report.since) == (40, 40, None)
    assert sync(emptied_store, stated, now=NOW).read == 2


def test_a_clock_that_is_ahead_hides_nothing_that_comes_after(
    emptied_store: "Store", config: Path, shop: sqlite3.Connection
) -> None:
    stated = orders(config)
    shop.execute('update "order" set updated = ? where no = ?', ("2099-01-01 00:00:00", row(3)[1]))
    sync(emptied_store, stated, now=NOW)
    shop.execute('insert into "order" values (?, ?, ?, ?, ?)', ("C1", "NEW202601", *row(0)[2:4], "2026-08-03 12:00:00"))
    assert sync(emptied_store, stated, now=NOW + DAY).stored == 1


def test_a_number_that_grows_tells_what_is_new(emptied_store: "Store", config: Path, shop: sqlite3.Connection) -> None:
    stated = orders(
        config, table=None, query='select rowid as seq, o.* from "order" o', incremental={"column": "seq", "steps": 5}
    )
    assert sync(emptied_store, stated, now=NOW).stored == 40
    shop.execute('insert into "order" values (?, ?, ?, ?, ?)', row(40))
    report = sync(emptied_store, stated, now=NOW)
    assert (report.since, report.read, report.stored) == ("35", 7, 1)


def test_a_dead_row_of_an_increment_stays_until_it_is_mended(
    emptied_store: "Store", config: Path, shop: sqlite3.Connection
) -> None:
    stated = orders(config)
    shop.execute('update "order" set member = null where no = ?', (row(3)[1],))
    shop.execute('update "order" set updated = null where no = ?', (row(4)[1],))
    report = sync(emptied_store, stated, now=NOW)
    assert (report.stored, report.dead) == (38, 2)
    assert ["member: missing" in one.reason for one in read_dead("erp")].count(True) == 1
    assert sync(emptied_store, stated, now=NOW).dead == 0
    assert len(read_dead("erp")) == 2, "what is not read again stays"
    fixed = ("C3", "2026-08-02 15:30:00")
    shop.execute('update "order" set member = ?, updated = ? where no = ?', (*fixed, row(3)[1]))
    assert sync(emptied_store, stated, now=NOW).stored == 1
    (left,) = read_dead("erp")
    assert "updated: missing: without it nobody can tell" in left.reason


@pytest.mark.parametrize(
    ("read", "told"),
    [
        ({"table": "nosuch"}, "the database has no table 'nosuch'"),
        ({"table": None, "query": "select 1 as x"}, "the query has no column 'member', 'updated'"),
        ({"table": None, "query": "selec 1"}, "the database did not give all rows"),
        ({"incremental": {"column": "nosuch"}}, "the table order has no column 'nosuch'"),
        ({"url_env": "TINGFENG_NO_SUCH"}, "TINGFENG_NO_SUCH is not set"),
    ],
)
def test_a_database_that_is_not_what_the_file_says_is_named(
    emptied_store: "Store", config: Path, shop: sqlite3.Connection, read: dict[str, Any], told: str
) -> None:
    with pytest.raises(SourceError, match=told):
        sync(emptied_store, orders(config, **read), now=NOW)
    assert (records(emptied_store), load("erp").mark) == ([], None)
    assert told in (load("erp").failure or "")


def test_an_address_or_driver_that_is_wrong_is_named_without_the_address(
    emptied_store: "Store", config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for url in ("hunter2", "nosuchdb://u:hunter2@h/d", "postgresql+psycopg://u:hunter2@127.0.0.1:1/d"):
        monkeypatch.setenv(URL, url)
        with pytest.raises(SourceError) as caught:
            sync(emptied_store, orders(config), now=NOW)
        assert "hunter2" not in str(caught.value)
        assert URL in str(caught.value) or "driver" in str(caught.value)


def test_names_of_tables_and_columns_are_quoted(emptied_store: "Store", config: Path, shop: sqlite3.Connection) -> None:
    shop.execute('create table "t; drop table x" ("a"" or 1=1" text, no text, at text)')
    shop.execute('insert into "t; drop table x" values (?, ?, ?)', ("C1", "TB20260001", "2026-08-01"))
    stated = source(
        config, "odd", "order", {"kind": "sql", "url_env": URL, "table": "t; drop table x"},
        {"customer": 'a" or 1=1', "number": "no", "at": "at"},
    )  # fmt: skip
    assert sync(emptied_store, stated, now=NOW).stored == 1


def test_a_connection_that_drops_midway_changes_nothing(
    emptied_store: "Store", config: Path, shop: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated = orders(config, at_once=7)
    mapped = sqlalchemy.engine.CursorResult.__iter__

    def some(self: Any) -> Iterator[Any]:
        for number, one in enumerate(mapped(self)):
            if number == 20:
                raise sqlalchemy.exc.OperationalError("select secret", {}, Exception("server closed the connection"))
            yield one

    with monkeypatch.context() as patch:
        patch.setattr(sqlalchemy.engine.CursorResult, "__iter__", some)
        with pytest.raises(SourceError, match=r"did not give all rows \(server closed the connection\)"):
            sync(emptied_store, stated, now=NOW)
    assert (records(emptied_store), load("erp").mark) == ([], None)
    assert sync(emptied_store, stated, now=NOW).stored == 40


@pytest.mark.parametrize("step", range(4))
def test_a_death_at_any_step_of_writing_ends_as_an_undisturbed_run(
    emptied_store: "Store", config: Path, shop: sqlite3.Connection, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexing.customers.sync.spool._AT_ONCE", 15)
    stated = orders(config)
    name = ("_apply", "_apply", "keep_dead", "_note")[step]
    with dying((0, 2, 0, 0)[step], run, name):
        sync(emptied_store, stated, now=NOW)
    assert len(records(emptied_store)) == (0, 30, 40, 40)[step]
    assert load("erp").mark is None, "the watermark has not moved"
    report = sync(emptied_store, stated, now=NOW)
    assert (report.read, report.stored + report.unchanged) == (40, 40)
    assert len(records(emptied_store)) == 40
    assert sync(emptied_store, stated, now=NOW).stored == 0


KILLED = """
import os, signal, sys
from config.customer_source import load_source
from indexing.customers.sync import apply, run, spool
from indexing.elasticsearch.store import Store, connect

spool._AT_ONCE, calls, real = 10, 0, apply.send
def send(*arguments):
    global calls
    calls += 1
    if calls == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments)
apply.send = send
run.sync(Store(connect(), prefix=sys.argv[1]), load_source("erp"))
"""


def test_a_kill_in_the_middle_loses_nobody_and_leaves_nothing_readable(
    emptied_store: "Store", config: Path, shop: sqlite3.Connection, data: Path, es_url: str
) -> None:
    stated = orders(config)
    environment = {**os.environ, "ELASTICSEARCH_URL": es_url}
    done = subprocess.run([sys.executable, "-c", KILLED, emptied_store.prefix], cwd=ROOT, env=environment)
    assert done.returncode == -signal.SIGKILL
    assert 0 < len(records(emptied_store)) < 40
    left = [path for path in data.rglob("*") if path.is_file() and path.name != "shop.db"]
    assert not [path for path in left if b"TB2026" in path.read_bytes()]
    assert sync(emptied_store, stated, now=NOW).read == 40
    assert len(records(emptied_store)) == 40


def test_a_real_postgresql_is_streamed_and_may_drop_the_connection(
    emptied_store: "Store", config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres() as address:
        url = f"postgresql+psycopg://airflow@{address}"
        monkeypatch.setenv(URL, url)
        engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
        until(lambda: ready(engine), 60, "PostgreSQL takes statements")
        with engine.connect() as shop:
            run_all(shop)
        stated = source(
            config, "crm", "customer",
            {"kind": "sql", "url_env": URL, "table": "crm.members", "at_once": 50,
             "incremental": {"column": "updated_at"}},
            {"customer": "id", "phone": {"column": "mobile", **KEPT, "retention": "730d"}, "tier": "level",
             "tags": "tags", "registered_at": "joined", "updated_at": "updated_at", "deleted": "gone"},
        )  # fmt: skip
        with dropping(engine, after=120, patch=monkeypatch), pytest.raises(SourceError, match="did not give all rows"):
            sync(emptied_store, stated, now=NOW)
        assert (customers(emptied_store), load("crm").mark) == ({}, None)
        report = sync(emptied_store, stated, now=NOW)
        assert (report.read, report.stored, report.dead) == (300, 300, 0)
        one = customers(emptied_store)["7"]
        assert (shown(one)["phone"], one.tier, one.tags) == ("13912340007", "金卡", ("老客", "爱茶"))
        assert one.registered_at == datetime(2019, 12, 31, 16, tzinfo=UTC), "a day in the source's zone"
        with engine.connect() as shop:
            shop.execute(sqlalchemy.text("update crm.members set gone = true, updated_at = now() where id = 7"))
        later = sync(emptied_store, stated, now=datetime.now(UTC) + DAY)
        assert later.stored == 1
        assert (customers(emptied_store)["7"].active, customers(emptied_store)["7"].personal) == (False, ())
        engine.dispose()


def ready(engine: sqlalchemy.Engine) -> bool:
    try:
        engine.connect().close()
    except sqlalchemy.exc.OperationalError:
        return False
    return True


def run_all(shop: sqlalchemy.Connection) -> None:
    """Make the shop's table of 300 members."""
    for statement in (
        "create schema crm",
        "create table crm.members (id bigint primary key, mobile text, level text, tags text[], joined date,"
        " updated_at timestamptz, gone boolean)",
        "insert into crm.members select n, (13912340000 + n)::text, '金卡', array['老客', '爱茶'], '2020-01-01',"
        " timestamptz '2026-08-01 00:00:00+08' + n * interval '1 minute', false from generate_series(1, 300) n",
    ):
        shop.execute(sqlalchemy.text(statement))


class dropping:
    """End all other connections of the database, from its own side, once so many rows were read."""

    def __init__(self, engine: sqlalchemy.Engine, *, after: int, patch: pytest.MonkeyPatch) -> None:
        self._engine, self._after, self._patch = engine, after, patch

    def __enter__(self) -> None:
        real, engine, after = Row, self._engine, self._after

        def counted(**fields: Any) -> Any:
            if fields["place"] == f"row {after:,}":
                with engine.connect() as shop:
                    ended = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                    shop.execute(sqlalchemy.text(f"{ended} and backend_type = 'client backend'"))
            return real(**fields)

        self._patch.setattr("indexing.customers.sources.sql.Row", counted)

    def __exit__(self, *_: object) -> None:
        self._patch.setattr("indexing.customers.sources.sql.Row", Row)
