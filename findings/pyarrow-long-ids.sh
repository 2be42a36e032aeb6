#!/usr/bin/env bash
# One id above 9,223,372,036,854,775,807 makes two other posts one in pyarrow: its readers of CSV and JSON lines know no whole
# numbers but int64, take a column that does not fit for float64 and round every id in it. 64-bit ids without a sign, which
# begin above that number half the time, and order numbers of 20 digits come as such. No error, no warning; the column's type
# alone tells. DuckDB keeps the same files exact as HUGEINT. pyarrow's list of inferred types names int64 and float64, not
# that whole numbers end in the latter. Give column_types or an explicit schema with string. pyarrow 26.0.1 beside
# duckdb 2.0.1, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1 duckdb==2.0.1
"$folder/venv/bin/python" - <<'PYTHON'
import tempfile
from pathlib import Path

import duckdb
import pyarrow
from pyarrow import csv, json

IDS = ["4976543210123456789", "4976543210123456790", "10376543210123456789"]
folder = Path(tempfile.mkdtemp())
sheet, lines = folder / "posts.csv", folder / "posts.jsonl"
print("pyarrow", pyarrow.__version__, "beside duckdb", duckdb.__version__)


def told(ids):
    sheet.write_text("\n".join(["id", *ids]) + "\n")
    lines.write_text("".join(f'{{"id":{one}}}\n' for one in ids))
    read = {"csv": csv.read_csv(sheet)["id"], "json lines": json.read_json(lines)["id"]}
    own = {name: (str(column.type), len(set(column.to_pylist()))) for name, column in read.items()}
    for name, path in (("csv", sheet), ("json", lines)):
        query = f"select any_value(typeof(id)), count(distinct id) from read_{name}('{path}')"
        own[f"duckdb {name}"] = duckdb.sql(query).fetchall()[0]
    return own


two, three = told(IDS[:2]), told(IDS)
for sort in (sheet, lines):
    sort.unlink()
folder.rmdir()
for name in two:
    print(f"{name}: two ids are {two[name]}; with a third expected 3 different, found {three[name]}")
same = [two["csv"], two["json lines"]] == [("int64", 2)] * 2
same = same and [three["csv"], three["json lines"]] == [("double", 2)] * 2
same = same and three["duckdb csv"] == three["duckdb json"] == ("HUGEINT", 3)
raise SystemExit(0 if same else "long ids are read otherwise now")
PYTHON
