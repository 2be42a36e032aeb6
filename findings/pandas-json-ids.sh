#!/usr/bin/env bash
# pandas.read_json turns ids that a platform wrote as strings, so that nobody rounds them, into floats as soon as one post
# lacks the id: two posts become one. Without a gap they become integers and lose their leading zeros. A number that needs
# more than 64 bits wraps round to another id, and dtype=str does not help: the string is made of the wrapped number.
# Only dtype=False (for strings) keeps them. The documents say that dtype is inferred, not that strings of digits are numbers;
# the rounding of columns without a gap was mended in 3.0 (github.com/pandas-dev/pandas issue 44684), these were not.
# It matters to whoever reads posts from JSON lines. pandas 3.1.1, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pandas==3.1.1
"$folder/venv/bin/python" - <<'PYTHON'
import io

import pandas

GAP = '{"id":"4976543210123456789"}\n{"id":"4976543210123456790"}\n{"id":null}\n'
ZERO = '{"id":"0076543210123456789"}\n'
LONG = '{"id":49765432101234567891}\n'
CASES = [
    ("strings, one missing", GAP, {}, 2, lambda ids: ids.nunique()),
    ("the same, dtype=False", GAP, {"dtype": False}, 2, lambda ids: ids.nunique()),
    ("a string with zeros first", ZERO, {}, "0076543210123456789", lambda ids: str(ids[0])),
    ("a number of 20 digits", LONG, {}, "49765432101234567891", lambda ids: str(ids[0])),
    ("the same, dtype=str", LONG, {"dtype": {"id": str}}, "49765432101234567891", lambda ids: str(ids[0])),
]
SEEN = [1, 2, "76543210123456789", "12871943953815464659", "12871943953815464659"]
print("pandas", pandas.__version__)
changed = []
for (name, text, more, expected, view), seen in zip(CASES, SEEN, strict=True):
    found = view(pandas.read_json(io.StringIO(text), lines=True, **more)["id"])
    print(f"{name}: expected {expected}, found {found}")
    changed += [] if found == seen else [name]
raise SystemExit(f"read otherwise now: {changed}" if changed else 0)
PYTHON
