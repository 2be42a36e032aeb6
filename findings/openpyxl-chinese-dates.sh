#!/usr/bin/env bash
# openpyxl, and with it pandas.read_excel, reads a day as the bare number 46356 when the cell wears one of the date formats of a
# Chinese Excel that a file names by number alone: 31 (2026年11月30日), 57 (2026年11月), 58 (11月30日) and ten more (ECMA-376
# Part 1, 18.8.30, zh-cn). Such a cell carries no pattern in the file, and openpyxl's list of the built-in ones ends at 49 and
# leaves out 27 to 36. Other cells of the column are dates, no error comes, and 46356 passes as a count or a customer's number;
# joined by day, the purchase is lost. python-calamine 0.9.1, which pandas announces as its next reader, reads all of them as
# days (0.6.1 read none). openpyxl 3.1.5, pandas 3.1.1, python-calamine 0.9.1, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5 pandas==3.1.1 python-calamine==0.9.1 xlsxwriter==3.3.1
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import datetime as dt
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import pandas
import xlsxwriter
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

warnings.simplefilter("ignore")
FORMATS = [14, *range(27, 32), 36, *range(50, 55), 57, 58]
DAY = 46356
path = Path(sys.argv[1], "customers.xlsx")
with xlsxwriter.Workbook(path) as book:
    page = book.add_worksheet()
    for column, number in enumerate(FORMATS):  # a number below 164 is written alone, as Excel does, without a pattern
        page.write_number(0, column, DAY, book.add_format({"num_format": number}))
one = [cell.value for cell in load_workbook(path).active[1]]
two = pandas.read_excel(path, header=None).iloc[0].tolist()
three = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[0]
print(*(f"{name} {version(name)}" for name in ("openpyxl", "pandas", "python-calamine")))
for number, *found in zip(FORMATS, one, two, three, strict=True):
    print(f"format {number}: expected 2026-11-30, found {found[0]} (openpyxl), {found[1]} (pandas), {found[2]} (calamine)")
day = dt.datetime(2026, 11, 30)
same = one == [day] + [DAY] * 13 and [int(value) for value in two[1:]] == [DAY] * 13
same = same and all(str(value).startswith("2026-11-30") for value in three)
raise SystemExit(0 if same else "such dates are read otherwise now")
PYTHON
