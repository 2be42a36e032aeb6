#!/usr/bin/env bash
# cn2an.transform, made to turn the numbers of a sentence into digits, turns brands as well: 三星 becomes 3星, 三一重工 31重工, 一加
# 1加, 一汽大众 1汽大众 and 双十一 双11, and 十分好 ("very good") is 10分好. Run before brands are matched, so that 一百元 and 100元
# are one, it empties the counts of every brand with a numeral in its name and leaves the others alone, so that a share of
# voice shifts without a sign. Its page shows sentences with dates, fractions and percentages and warns of no words. Match brands on
# the text as written. cn2an 0.5.24, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cn2an==0.5.24
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

from cn2an import transform

CASES = {
    "小米手机一百元": ("小米手机100元", "小米手机100元"),
    "三星手机一百元": ("三星手机100元", "3星手机100元"),
    "一加手机一百元": ("一加手机100元", "1加手机100元"),
    "三一重工二零二五年": ("三一重工2025年", "31重工2025年"),
    "一汽大众降价": ("一汽大众降价", "1汽大众降价"),
    "十分好": ("十分好", "10分好"),
}
print("cn2an", version("cn2an"))
changed = []
for written, (expected, seen) in CASES.items():
    found = transform(written, "cn2an")
    print(f"{written}: expected {expected}, found {found}")
    changed += [] if found == seen else [written]
raise SystemExit(f"turned otherwise now: {changed}" if changed else 0)
PYTHON
