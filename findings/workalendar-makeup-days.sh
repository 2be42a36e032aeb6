#!/usr/bin/env bash
# workalendar's China knows the years 2018 to 2023. For a later weekday it raises an error that says so; for a later Saturday or
# Sunday it answers is_working_day False without a look at the year, and so it calls every make-up workday of 2024 to 2026 a
# day off: 19 of them, on which teams are at work and a rota or a "workdays only" schedule stays silent. Code that catches the
# error, or asks about weekends only, goes on; a UserWarning on stderr names the years once. chinesecalendar knows the days. The
# documents list China among the calendars. workalendar 17.0.0 beside chinesecalendar 1.11.0, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check workalendar==17.0.0 chinesecalendar==1.11.0
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import date, timedelta
from importlib.metadata import version

import chinese_calendar
from workalendar.asia import China

print("workalendar", version("workalendar"), "beside chinesecalendar", version("chinesecalendar"))


def told(year):
    days = [date(year, 1, 1) + timedelta(number) for number in range(365)]
    make_up = [day for day in days if day.weekday() >= 5 and chinese_calendar.is_workday(day)]
    taken = [day for day in make_up if China().is_working_day(day)]
    try:
        China().is_working_day(date(year, 3, 3 if date(year, 3, 3).weekday() < 5 else 6))
        weekday = "answered"
    except Exception as error:
        weekday = f"{type(error).__name__}: {error}"
    return len(make_up), len(taken), weekday


found = {year: told(year) for year in (2023, 2024, 2025, 2026)}
for year, (make_up, taken, weekday) in found.items():
    print(f"{year}: of {make_up} make-up workdays expected {make_up} (or an error), found {taken}; a weekday is {weekday}")
lost = sum(make_up for year, (make_up, taken, _) in found.items() if year > 2023 and not taken)
same = found[2023][0] == found[2023][1] and lost == 19
same = same and all("configure" in found[year][2] for year in (2024, 2025, 2026))
raise SystemExit(0 if same else "make-up workdays are told otherwise now")
PYTHON
