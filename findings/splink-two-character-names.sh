#!/usr/bin/env bash
# splink's NameComparison, made for names out of the box, cannot see that two names of two characters are alike: 张伟 and 张玮 (one
# character of two, said the same) get the level of strangers, as 张伟 and 李娜 do. Its lowest level asks for Jaro-Winkler >= 0.7;
# one shared character of two makes 0.667, and DuckDB adds Winkler's bonus for a common beginning only above 0.7, so that
# its three thresholds (0.92, 0.88, 0.7) are one. Zhang Wei and Zhang Wai are on the second highest. No training mends it, for such pairs and
# strangers share a level: a typing mistake in a name of two characters counts as another person. Compare by pinyin or
# by the parts of characters as well. splink 5.0.0, duckdb 2.0.1, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check splink==5.0.0 duckdb==2.0.1 pandas==3.1.1
"$folder/venv/bin/python" - <<'PYTHON'
import logging
from importlib.metadata import version

import pandas
import splink.comparison_library as comparisons
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

logging.disable(logging.CRITICAL)
PAIRS = {
    ("Zhang Wei", "Zhang Wai"): True,
    ("Zhang Wei", "Li Na"): False,
    ("张伟", "张玮"): True,
    ("王芳", "王方"): True,
    ("欧阳娜娜", "欧阳那那"): True,
    ("张伟", "李娜"): False,
}
rows = [
    {"unique_id": f"{number}-{place}", "pair": str(number), "name": name}
    for number, pair in enumerate(PAIRS)
    for place, name in enumerate(pair)
]
settings = SettingsCreator(
    link_type="dedupe_only",
    blocking_rules_to_generate_predictions=[block_on("pair")],
    comparisons=[comparisons.NameComparison("name")],
)
database = DuckDBAPI()
made = Linker(database.register(pandas.DataFrame(rows)), settings).inference.predict().as_pandas_dataframe()
levels = {
    frozenset((left, right)): int(level)
    for left, right, level in zip(made["name_l"], made["name_r"], made["gamma_name"], strict=True)
}
print("splink", version("splink"), "duckdb", version("duckdb"))
for (left, right), alike in PAIRS.items():
    print(f"{left} and {right}: expected a level {'above' if alike else 'of'} 0, found {levels[frozenset((left, right))]}")
found = [levels[frozenset(pair)] for pair in PAIRS]
raise SystemExit(0 if found[0] > 0 and not any(found[1:]) else "names are compared otherwise now")
PYTHON
