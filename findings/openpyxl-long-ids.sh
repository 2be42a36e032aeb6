#!/usr/bin/env bash
# openpyxl writes a whole number of 17 digits or more with its first 16 digits and says nothing: two posts of Douyin, whose ids
# have 19, are one in the file, and one of them is neither. Excel would show 15 digits, but no Excel takes part here: Python
# integers go in, and the file's own XML holds 4.976543210123457e+18, so no reader can mend it. Who hands posts on as a sheet
# and joins it to the index again later joins others' posts or none. The documents do not speak of the digits. Write ids as
# strings. openpyxl 3.1.5, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check openpyxl==3.1.5
"$folder/venv/bin/python" - <<'PYTHON'
import io
import re
import zipfile
from importlib.metadata import version

import openpyxl

print("openpyxl", version("openpyxl"))
IDS = [4976543210123456, 4976543210123456789, 4976543210123456790, "4976543210123456791"]
SEEN = [4976543210123456, 4.976543210123457e18, 4.976543210123457e18, "4976543210123456791"]
book, file = openpyxl.Workbook(), io.BytesIO()
for one in IDS:
    book.active.append([one])
book.save(file)
written = re.findall(r"<v>([^<]*)</v>", zipfile.ZipFile(file).read("xl/worksheets/sheet1.xml").decode())
found = [row[0] for row in openpyxl.load_workbook(file).active.values]
print(f"in the file's XML: {written}")
print(f"read again: expected {IDS}, found {found}")
same = found == SEEN and written[1] == written[2]
raise SystemExit(0 if same else "long ids are written otherwise now")
PYTHON
