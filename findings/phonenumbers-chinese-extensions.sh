#!/usr/bin/env bash
# phonenumbers, which customer tables are cleaned with, knows China's numbers and not how an extension is written there. A landline
# with 转8001, 分机8001 or 内线8001 behind it, as companies print it, raises "did not seem to be a phone number" although the number
# before it is sound and the region is CN; with a hyphen (010-65978801-8001) no error comes, but the extension is taken for
# more digits, and is_valid_number says no. English ext and x, #, and the Russian доб are cut off and kept apart. Found in text
# (PhoneNumberMatcher) the same number is returned without its extension, so that all who share a switchboard look like
# one person. Replace 转, 分机 and 内线 by ";ext=" before. phonenumbers 9.0.43, seen 2026-12-01, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check phonenumbers==9.0.43
"$folder/venv/bin/python" - <<'PYTHON'
import phonenumbers

NUMBER = "010-55501234"  # 555 stands for no subscriber
WAYS = ["转8001", " 转 8001", "分机8001", "内线8001", "-8001", " ext 8001", "x8001", "#8001", " доб 8001", ";ext=8001"]


def read(text):
    try:
        found = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return "an error"
    return found.national_number, found.extension, phonenumbers.is_valid_number(found)


apart = (1055501234, "8001", True)
wanted = dict.fromkeys(WAYS[:4], "an error") | {"-8001": (10555012348001, None, False)} | dict.fromkeys(WAYS[5:], apart)
seen = {way: read(NUMBER + way) for way in WAYS}
print(f"phonenumbers {phonenumbers.__version__}, region CN")
for way, found in seen.items():
    print(f"  {NUMBER}{way:<10} {found}")
in_text = phonenumbers.PhoneNumberMatcher(f"电话 {NUMBER}转8001，找王工", "CN")
told = [(one.raw_string, one.number.extension) for one in in_text]
print("  found in a text:", told)
assert read(NUMBER) == (1055501234, None, True)
assert seen == wanted, "this has changed"
assert told == [(NUMBER, None)], "this has changed"
PYTHON
