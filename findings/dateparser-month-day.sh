#!/usr/bin/env bash
# dateparser reads a month and day without a year, as Weibo and forums write for this year's posts, as a post of the year 2011:
# 11-20 as soon as the language is said to be Chinese, 11月20日 14:05 as soon as it is not (and with it nothing at all). A crawler
# that trusts it dates the posts of November 15 years back and drops them as old; those of October become August 2010.
# A date without a year must be read by a rule of one's own. Asked of the project since 2019 (github.com/scrapinghub/dateparser
# issues 519 and 858, open); its documents name zh as supported. dateparser 1.5.0, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dateparser==1.5.0
"$folder/venv/bin/python" - <<'PYTHON'
import warnings
from datetime import datetime
from importlib.metadata import version

import dateparser

warnings.simplefilter("ignore")
NOW = datetime(2026, 11, 30, 14, 0)
CASES = [
    ("11-20", ["zh"], datetime(2026, 11, 20), datetime(2011, 11, 20)),
    ("11-20", None, datetime(2026, 11, 20), datetime(2026, 11, 20)),
    ("11月20日 14:05", ["zh"], datetime(2026, 11, 20, 14, 5), None),
    ("11月20日 14:05", None, datetime(2026, 11, 20, 14, 5), datetime(2011, 11, 20, 14, 5)),
    ("10月08日 09:30", None, datetime(2026, 10, 8, 9, 30), datetime(2010, 8, 30, 9, 30)),
]
print("dateparser", version("dateparser"), "at", NOW)
changed = []
for written, languages, expected, seen in CASES:
    found = dateparser.parse(written, languages=languages, settings={"RELATIVE_BASE": NOW})
    print(f"{written} languages={languages}: expected {expected}, found {found}")
    changed += [] if found == seen else [f"{written} {languages}"]
raise SystemExit(f"read otherwise now: {changed}" if changed else 0)
PYTHON
