#!/usr/bin/env bash
# jionlp.parse_money reads prices as Chinese say them as others, and calls each "accurate": 三千五 (3,500) is 3,005 yuan, 三万八
# (38,000) 30,008, 一百二 (120) 102, 1万2 (12,000) 20,004 and 1万2千元 even 22,000. With every unit spoken (三千五百元), or as 1.2万,
# they are right, and cn2an reads the short ones too, so that the two disagree on the same words. The function's documents name
# no limit. Prices of cars, flats and phones are said so: a claim for damages or a drop in price comes out a seventh short or
# nearly doubled. Try a reader of prices with these before trusting it. jionlp 1.5.31, cn2an 0.5.24, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jionlp==1.5.31 cn2an==0.5.24
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import jionlp
from cn2an import cn2an

CASES = {
    "三千五百元": (3_500, 3_500),
    "1.2万": (12_000, 12_000),
    "三千五": (3_500, 3_005),
    "三千五块钱": (3_500, 3_005),
    "三万八": (38_000, 30_008),
    "一百二": (120, 102),
    "1千2": (1_200, 1_002),
    "1万2": (12_000, 20_004),
    "1万2千元": (12_000, 22_000),
}
print("jionlp", version("jionlp"), "cn2an", version("cn2an"))
changed = []
for written, (expected, seen) in CASES.items():
    read = jionlp.parse_money(written)
    found, sure = float(read["num"]), read["definition"]
    other = cn2an(written.rstrip("元块钱"), "smart")
    print(f"{written}: expected {expected}, found {found:.0f} ({sure}); cn2an {other}")
    changed += [] if (found, sure, other) == (seen, "accurate", expected) else [written]
raise SystemExit(f"read otherwise now: {changed}" if changed else 0)
PYTHON
