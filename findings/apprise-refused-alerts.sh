#!/usr/bin/env bash
# Apprise reports success for an alert that DingTalk or WeCom refused: both answer HTTP 200 and say errcode 310000 (a word that
# the bot must see is missing), 93000 (no such bot) or 45009 (too many messages) in the body, and the plugins look at the
# status alone. So `if app.notify(…)` is true and no retry comes. The plugin for Feishu reads the body: the same mistake there
# is reported as a failure. The codes are from DingTalk's and WeCom's documents for their bots (open.dingtalk.com,
# developer.work.weixin.qq.com). Whoever alerts Chinese teams through Apprise must read the answer. apprise 2.3.0, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check apprise==2.3.0 requests==2.34.2 requests-mock==1.12.1
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import apprise
import requests_mock

CASES = [
    ("dingtalk://aaaabbbbccccdddd", {"errcode": 310000, "errmsg": "keywords not in content"}, True),
    ("dingtalk://aaaabbbbccccdddd", {"errcode": 130101, "errmsg": "send too fast"}, True),
    ("wecombot://00000000-0000-0000-0000-000000000000", {"errcode": 93000, "errmsg": "invalid webhook url"}, True),
    ("wecombot://00000000-0000-0000-0000-000000000000", {"errcode": 45009, "errmsg": "api freq out of limit"}, True),
    ("feishu://aaaabbbbccccdddd", {"code": 19024, "msg": "Key Words Not Found", "data": {}}, False),
]
print("apprise", version("apprise"))
changed = []
for address, body, seen in CASES:
    app = apprise.Apprise()
    app.add(address)
    with requests_mock.Mocker() as answers:
        answers.post(requests_mock.ANY, json=body)
        found, asked = bool(app.notify(title="声量异常", body="五分钟内 42 条负面")), answers.call_count
    print(f"{address.partition(':')[0]} answers {body}: expected False, notify() says {found} after {asked} request")
    changed += [] if (found, asked) == (seen, 1) else [f"{address} {body}"]
raise SystemExit(f"reported otherwise now: {changed}" if changed else 0)
PYTHON
