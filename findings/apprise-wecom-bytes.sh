#!/usr/bin/env bash
# Apprise, told to split what is too long (overflow=split), sends a WeCom bot messages three times too long: it counts 2,048
# characters, and WeCom takes 2,048 bytes (developer.work.weixin.qq.com, 群机器人: content 最长不超过2048个字节), which are 682 Chinese
# characters. Each full part of a Chinese report has 6,144 bytes and is refused, while a report in English of the same number of
# characters arrives. DingTalk and Feishu have limits in bytes too, and parts of 19,985 characters. Its page gives
# a length and no unit. Split by bytes before handing over. apprise 2.3.0, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check apprise==2.3.0 requests==2.34.2 requests-mock==1.12.1
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import apprise
import requests_mock

LIMIT = 2_048
print("apprise", version("apprise"))
most = {}
for language, sentence in (("English", "Complaints rise. "), ("Chinese", "五分钟内出现四十二条负面。")):
    app = apprise.Apprise()
    app.add("wecombot://00000000-0000-0000-0000-000000000000?overflow=split")
    with requests_mock.Mocker() as answers:
        answers.post(requests_mock.ANY, json={"errcode": 0, "errmsg": "ok"})
        assert app.notify(body=sentence * 1_000)
        parts = [request.json()["text"]["content"].encode() for request in answers.request_history]
    most[language] = max(map(len, parts))
    print(f"{language}: {len(parts)} messages, expected at most {LIMIT} bytes in each, found up to {most[language]}")
same = most["English"] <= LIMIT and most["Chinese"] == 3 * LIMIT
raise SystemExit(0 if same else "messages are split otherwise now")
PYTHON
