#!/usr/bin/env bash
# Birthdays by the traditional calendar are a CRM column in China. lunardate gives a day too many for every day from 1933-07-22 to
# 08-20, 1954-11-25 to 12-24 and 1978-09-02 to 10-01: whoever was born on 1978-09-17 has 八月十五 in the registers and 八月十六 by
# lunardate, and converted back 八月十五 of 1978 becomes September 16th, the eve of that year's Mid-Autumn Festival. Each time a month's
# new moon fell near midnight; of 1933 the month is even another kind, an ordinary sixth in place of the leap fifth. The other days from
# 1920 to 2030 are as in borax, lunar-python, LunarCalendar and zhdate, which agree on all of them. Nothing is raised.
# lunardate 0.3.0 beside borax 4.1.3, lunar-python 1.4.8, LunarCalendar 0.0.9, zhdate 0.1, seen 2026-12-01, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    lunardate==0.3.0 borax==4.1.3 lunar-python==1.4.8 LunarCalendar==0.0.9 zhdate==0.1
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import date, datetime, timedelta
from importlib.metadata import version

from borax.calendars import LunarDate as Borax
from lunar_python import Solar
from lunarcalendar import Converter
from lunarcalendar import Solar as Day
from lunardate import LunarDate
from zhdate import ZhDate

print(*(f"{name} {version(name)}" for name in ("lunardate", "borax", "lunar-python", "LunarCalendar", "zhdate")))


def by_lunar_python(day):
    found = Solar.fromYmd(day.year, day.month, day.day).getLunar()
    return found.getYear(), abs(found.getMonth()), found.getDay()


def by_zhdate(day):
    found = ZhDate.from_datetime(datetime(day.year, day.month, day.day))
    return found.lunar_year, found.lunar_month, found.lunar_day


def parts(found):
    return found.year, found.month, found.day


packages = {
    "borax": lambda day: parts(Borax.from_solar_date(day.year, day.month, day.day)),
    "lunar-python": by_lunar_python,
    "LunarCalendar": lambda day: parts(Converter.Solar2Lunar(Day(day.year, day.month, day.day))),
    "zhdate": by_zhdate,
}
day, others_differ, spans = date(1920, 1, 1), 0, []
while day < date(2031, 1, 1):
    told = {convert(day) for convert in packages.values()}
    others_differ += len(told) > 1
    if parts(LunarDate.from_solar_date(day.year, day.month, day.day)) not in told:
        if spans and spans[-1][1] == day - timedelta(1):
            spans[-1][1] = day
        else:
            spans.append([day, day])
    day += timedelta(1)
print("days on which the four differ: expected 0, found", others_differ)
print("lunardate differs from all four: expected never, found", [f"{first} to {last}" for first, last in spans])
back = LunarDate(1978, 8, 15).to_solar_date()
print("八月十五 of 1978: expected 1978-09-17, found", back, "- by borax", Borax(1978, 8, 15).to_solar_date())
wanted = [("1933-07-22", "1933-08-20"), ("1954-11-25", "1954-12-24"), ("1978-09-02", "1978-10-01")]
same = [(str(first), str(last)) for first, last in spans] == wanted and not others_differ and back == date(1978, 9, 16)
raise SystemExit(0 if same else "lunardate tells other days now")
PYTHON
