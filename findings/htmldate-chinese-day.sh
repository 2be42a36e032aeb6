#!/usr/bin/env bash
# htmldate, which trafilatura and others ask for the date of a news page, gives the first of January of the right year for a
# page that names its date as Chinese sites do, 发布时间：2026年11月27日; only a time of day behind the date, and nothing before
# it, lets it read the day. A valid date and no sign of doubt: posts of the whole year heap up on New Year's Day and fall out
# of every window. Its documents speak of many languages and name no such limit; extensive_search=False at least finds nothing.
# htmldate 1.11.0, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check htmldate==1.11.0
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

from htmldate import find_date

PAGE = "<html><head><title>公告</title></head><body><div class='time'>{}</div><p>正文</p></body></html>"
CASES = [
    ("2025-11-27", True, "2025-11-27", "2025-11-27"),
    ("2025年11月27日 14:05", True, "2025-11-27", "2025-11-27"),
    ("2025年11月27日", True, "2025-11-27", "2025-01-01"),
    ("发布时间：2025年11月27日", True, "2025-11-27", "2025-01-01"),
    ("发布时间：2025年11月27日 14:05", True, "2025-11-27", "2025-01-01"),
    ("2025年9月3日", True, "2025-09-03", "2025-01-01"),
    ("2025年9月3日", False, "2025-09-03", None),
]
print("htmldate", version("htmldate"))
changed = []
for written, extensive, expected, seen in CASES:
    found = find_date(PAGE.format(written), extensive_search=extensive)
    print(f"{written}, extensive search {extensive}: expected {expected}, found {found}")
    changed += [] if found == seen else [f"{written} {extensive}"]
raise SystemExit(f"read otherwise now: {changed}" if changed else 0)
PYTHON
