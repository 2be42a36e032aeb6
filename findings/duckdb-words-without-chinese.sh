#!/usr/bin/env bash
# To DuckDB no Chinese character is part of a word: \w finds none of them and \W all, so regexp_replace(text, '\W+', '', 'g'), which
# elsewhere takes punctuation away, leaves nothing of 手机发热！ and "5g" of 5G信号差. As a key for copies it makes one post of all that
# are in Chinese only: five complaints are one, and the count of distinct texts falls without an error. pyarrow's
# compute functions do the same; Python, pandas and polars keep the characters, so a pattern tried there and moved into SQL
# changes its meaning. \d and \s as well: full-width digits and the ideographic space are neither. DuckDB's page names RE2, whose
# own page says that these classes are ASCII. Write [^\p{L}\p{N}]+ instead.
# duckdb 2.0.1, pyarrow 26.0.1, polars 2.1.0, pandas 3.1.1, seen 2026-12-01, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1 pyarrow==26.0.1 polars==2.1.0 pandas==3.1.1
"$folder/venv/bin/python" - <<'PYTHON'
import re
from importlib.metadata import version

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.compute

TEXTS = ["手机发热！", "客服不回消息", "屏幕漏液，要求退货", "电池不耐用。", "5G信号差", "5G 速度慢", "It overheats!"]
print(*(f"{name} {version(name)}" for name in ("duckdb", "pyarrow", "polars", "pandas")))


def by_duckdb(pattern):
    rows = duckdb.execute(
        "SELECT regexp_replace(lower(text), ?, '', 'g') FROM (SELECT unnest(?::VARCHAR[]) AS text)", [pattern, TEXTS]
    ).fetchall()
    return [row[0] for row in rows]


lower = [text.lower() for text in TEXTS]
WAYS = {
    r"DuckDB, \W+": by_duckdb(r"\W+"),
    r"pyarrow, \W+": pyarrow.compute.replace_substring_regex(pyarrow.array(lower), r"\W+", "").to_pylist(),
    r"polars, \W+": polars.Series(lower).str.replace_all(r"\W+", "").to_list(),
    r"pandas, \W+": pandas.Series(lower).str.replace(r"\W+", "", regex=True).to_list(),
    r"Python, \W+": [re.sub(r"\W+", "", text) for text in lower],
    r"DuckDB, [^\p{L}\p{N}]+": by_duckdb(r"[^\p{L}\p{N}]+"),
}
for way, keys in WAYS.items():
    print(f"{way}: expected {len(TEXTS)} different keys, found {len(set(keys))}: {keys}")
words = duckdb.sql(r"SELECT regexp_extract_all('小米SU7续航', '\w+'), '华为' SIMILAR TO '\w+', regexp_matches('　', '\s')").fetchall()[0]
print(r"words in 小米SU7续航, is 华为 one, is U+3000 a space: expected (['小米SU7续航'], True, True), found", words)
lost = ["", "", "", "", "5g", "5g", "itoverheats"]
short, whole = list(WAYS.values())[:2], list(WAYS.values())[2:]
same = short == [lost] * 2 and all(len(set(keys)) == len(TEXTS) for keys in whole) and words == (["SU7"], False, False)
raise SystemExit(0 if same else "words are found otherwise now")
PYTHON
