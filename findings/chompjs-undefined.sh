#!/usr/bin/env bash
# chompjs, with which crawlers read the state that a page carries in a script, makes text of what is missing: undefined becomes
# the string "undefined", void 0 "void 0" and !0 "!0", which a browser reads as nothing, nothing and true. Pages made by Vue, as
# 小红书's and others' (window.__INITIAL_STATE__), hold undefined for whatever is not there. A text that is no text is then a post
# with the word undefined, an author without a name becomes one author of that name whom all such posts share, a count that is
# missing is no number, and `if note["deleted"]` is true for all. No error comes. That values it does not know are quoted stands
# in a pull request of 2020 (github.com/Nykakin/chompjs pull request 7) and not on its page; json5 raises an error. chompjs
# 1.4.1 beside json5 0.12.1, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check chompjs==1.4.1 json5==0.12.1
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import chompjs
import json5

CASES = {
    '{"desc": "到手就发热", "deleted": undefined}': {"desc": "到手就发热"},
    '{"user": {"nickname": undefined}}': {"user": {}},
    '{"likes": void 0, "pinned": !0, "ad": !1}': {"pinned": True, "ad": False},
    '{"desc": null}': {"desc": None},
}
SEEN = [
    {"desc": "到手就发热", "deleted": "undefined"},
    {"user": {"nickname": "undefined"}},
    {"likes": "void 0", "pinned": "!0", "ad": "!1"},
    {"desc": None},
]


def strictly(text):
    try:
        return json5.loads(text)
    except ValueError:
        return "an error"


print("chompjs", version("chompjs"), "json5", version("json5"))
found = [chompjs.parse_js_object(text) for text in CASES]
beside = [strictly(text) for text in CASES]
for (text, expected), read, strict in zip(CASES.items(), found, beside, strict=True):
    print(f"{text}: expected {expected} or an error, chompjs reads {read}, json5 {strict}")
same = found == SEEN and beside == ["an error"] * 3 + [{"desc": None}]
raise SystemExit(0 if same else "what is missing is read otherwise now")
PYTHON
