#!/usr/bin/env bash
# pydantic reads a day or a moment in digits alone, as Chinese payment and shop services write it, as Unix time: "20261130" is
# the 23rd of August 1970, "202611301405" a night of June 1976 and "20261130140500" (WeChat Pay's time_end, yyyyMMddHHmmss) a day of
# January 2612, where Python's own datetime.fromisoformat says 2026-11-30. No error: the model is valid, orders
# of 1970 are older than any keeping time and are removed, those of 2612 are newer than any mark, so that an incremental
# reading takes nothing more. The same text with a T in it, or in a `date`, is refused. That digits are Unix time, in seconds up
# to 2e10 and milliseconds above, stands in the documents; that these digits are no exception has to be thought of. msgspec refuses
# them; pydantic's strict mode reads them from JSON as before. Let a validator parse the text.
# pydantic 2.14.3, msgspec 0.22.0, seen 2026-12-01, python3.11 or newer with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pydantic==2.14.3 msgspec==0.22.0
"$folder/venv/bin/python" - <<'PYTHON'
import json
from datetime import date, datetime
from importlib.metadata import version

import msgspec
from pydantic import BaseModel, TypeAdapter, ValidationError

print("pydantic", version("pydantic"), "msgspec", version("msgspec"))


class Order(BaseModel):
    id: str
    paid: datetime


SEEN = {
    "20261130": ("2026-11-30T00:00:00", "1970-08-23T12:05:30+00:00"),
    "202611301405": ("2026-11-30T14:05:00", "1976-06-03T00:55:01.405000+00:00"),
    "20261130140500": ("2026-11-30T14:05:00", "2612-01-19T19:42:20.500000+00:00"),
    "2026-11-30T14:05:00": ("2026-11-30T14:05:00", "2026-11-30T14:05:00"),
}


def told(read):
    try:
        return read().isoformat()
    except (ValidationError, msgspec.ValidationError):
        return "refused"


changed = []
for written, (expected, seen) in SEEN.items():
    text = json.dumps({"id": "1", "paid": written})
    found = told(lambda text=text: Order.model_validate_json(text).paid)
    beside = told(lambda written=written: msgspec.convert(written, datetime))
    print(f"{written}: expected {expected} or an error, found {found}; msgspec {beside}")
    changed += [] if found == seen and beside == ("refused" if written.isdecimal() else seen) else [written]
others = {
    "20261130 as a date": told(lambda: TypeAdapter(date).validate_python("20261130")),
    "20261130T140500": told(lambda: TypeAdapter(datetime).validate_python("20261130T140500")),
    "20261130 in strict mode": told(lambda: TypeAdapter(datetime).validate_json('"20261130"', strict=True)),
    "20261130 by fromisoformat": told(lambda: datetime.fromisoformat("20261130")),
}
print(*(f"{what}: {found}" for what, found in others.items()), sep="\n")
same = list(others.values()) == ["refused", "refused", SEEN["20261130"][1], SEEN["20261130"][0]]
raise SystemExit(0 if same and not changed else f"read otherwise now: {changed}")
PYTHON
