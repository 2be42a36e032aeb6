#!/usr/bin/env bash
# jellyfish takes any two different Chinese names of two characters for one: match_rating_comparison says True for 小米 and 华为,
# and metaphone makes of every Chinese name the empty string, so that all of them share one block. The answer for strings
# that a method cannot judge is None by its documents, and it is None only where the lengths differ much; nowhere do they say
# that the methods know Latin letters alone. Who links accounts by them merges strangers. jellyfish 1.3.0, seen 2026-11-30,
# python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check jellyfish==1.3.0
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version
from itertools import combinations

import jellyfish

print("jellyfish", version("jellyfish"))
NAMES = ["小米", "华为", "蒙牛", "伊利", "瑞幸", "蔚来"]
pairs = list(combinations(NAMES, 2))
same_by_rating = [pair for pair in pairs if jellyfish.match_rating_comparison(*pair)]
codes = {name: jellyfish.metaphone(name) for name in NAMES}
latin = jellyfish.match_rating_comparison("Xiaomi", "Huawei")
print(f"Xiaomi and Huawei alike: {latin}")
print(f"pairs of {len(NAMES)} brands: expected 0 alike (or None), found {len(same_by_rating)} of {len(pairs)}")
print(f"metaphone: expected {len(NAMES)} codes (or an error), found {codes}")
same = len(same_by_rating) == len(pairs) and set(codes.values()) == {""} and not latin
raise SystemExit(0 if same else "Chinese names are compared otherwise now")
PYTHON
