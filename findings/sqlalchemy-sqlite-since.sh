#!/usr/bin/env bash
# "Give me all rows from this moment on" loses rows on SQLite through SQLAlchemy: a row that SQLite's own CURRENT_TIMESTAMP (or
# any system that writes whole seconds) dated 2026-08-02 14:00:00 is not >= datetime(2026, 8, 2, 14, 0), not even where the table
# is reflected and the column is a DATETIME. SQLAlchemy binds the moment as "2026-08-02 14:00:00.000000", SQLite compares
# texts, and the shorter text is the lesser one; the row itself is read back as exactly that datetime. Incremental readers
# that go on from the last moment they saw, as >= last, miss every row that came later within the same second, without a
# word. Go on from a second earlier. sqlalchemy 2.1.9, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check sqlalchemy==2.1.9
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime, timedelta

import sqlalchemy
from sqlalchemy import MetaData, Table, create_engine, select, text

engine = create_engine("sqlite://")
with engine.begin() as base:
    base.execute(text("create table orders (id integer, updated_at datetime)"))
    base.execute(text("insert into orders values (1, '2026-08-02 14:00:00'), (2, '2026-08-02 14:00:00')"))
    orders = Table("orders", MetaData(), autoload_with=base)
    last = base.execute(select(orders.c.updated_at).where(orders.c.id == 1)).scalar_one()
    again = base.execute(select(orders.c.id).where(orders.c.updated_at >= last)).scalars().all()
    earlier = base.execute(select(orders.c.id).where(orders.c.updated_at >= last - timedelta(seconds=1))).scalars().all()
print("sqlalchemy", sqlalchemy.__version__)
print(f"rows with updated_at >= {last!r}, the very value that was read: expected [1, 2], found {again}; a second earlier {earlier}")
seen = (last, again, earlier) == (datetime(2026, 8, 2, 14), [], [1, 2])
raise SystemExit(0 if seen else "found otherwise now")
PYTHON
