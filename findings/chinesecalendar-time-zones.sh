#!/usr/bin/env bash
# chinesecalendar looks at the date written in a datetime and not at the moment: the same moment is a holiday as 00:30 in
# Shanghai and a workday as 16:30 UTC of the day before. Posts and schedulers carry UTC, so the first eight hours of every
# holiday count as the day before it, and so do those of the workday after it: their posts are compared with
# the wrong kind of day, and an alert at 00:30 on the first of October goes to the weekday's list. A library of days in China
# alone might be thought to know China's zone, or to refuse another. Its documents show dates and are silent on zones. Turn
# to Asia/Shanghai first and hand on a date. chinesecalendar 1.11.0, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check chinesecalendar==1.11.0
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import UTC, datetime, timedelta, timezone
from importlib.metadata import version

import chinese_calendar

print("chinesecalendar", version("chinesecalendar"))
SHANGHAI = timezone(timedelta(hours=8))
changed = []
for shanghai, seen in (
    (datetime(2026, 10, 1, 0, 30, tzinfo=SHANGHAI), (True, False)),
    (datetime(2026, 10, 8, 0, 30, tzinfo=SHANGHAI), (False, True)),
    (datetime(2026, 10, 8, 8, 30, tzinfo=SHANGHAI), (False, False)),
):
    utc = shanghai.astimezone(UTC)
    found = chinese_calendar.is_holiday(shanghai), chinese_calendar.is_holiday(utc)
    print(f"holiday at {shanghai}: {found[0]}; at {utc}, the same moment: expected {found[0]}, found {found[1]}")
    changed += [] if found == seen and utc == shanghai else [str(shanghai)]
raise SystemExit(f"told otherwise now: {changed}" if changed else 0)
PYTHON
