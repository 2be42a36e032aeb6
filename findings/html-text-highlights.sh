#!/usr/bin/env bash
# html-text, and through it extruct's microdata, tears Chinese words apart wherever a tag begins or ends: 红<em>米</em>手机 becomes
# 红 米 手机. Search pages of the platforms mark what was searched for with just such tags, so the brand one looks for is the one
# that is cut out or cut up, and a phrase search, a dictionary or a comparison of copies finds it no more. html-text's page says
# that it adds spaces around inline elements, for English sites that use them as blocks, and that punctuation is spared; nothing
# is said of languages without spaces, extruct's says nothing at all, and no argument turns it off (guess_punct_space=False
# gives the same). inscriptis and resiliparse leave the words whole. html-text 0.7.1, extruct 0.18.0, inscriptis 2.7.6,
# resiliparse 2.0.1, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check html-text==0.7.1 extruct==0.18.0 inscriptis==2.7.6 \
    resiliparse==2.0.1 2>/dev/null
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import extruct
import html_text
import inscriptis
from resiliparse.extract.html2text import extract_plain_text

WORDS = '我的红<em class="keyword">米</em>手机<b>爆炸</b>了，找<a href="/kf">小米</a>客服没人理'
PLAIN = "我的红米手机爆炸了，找小米客服没人理"
TORN = "我的红 米 手机 爆炸 了，找 小米 客服没人理"
PAGE = f"<html><body><p>{WORDS}</p></body></html>"
REVIEW = (
    '<html><body><div itemscope itemtype="https://schema.org/Review">'
    f'<p itemprop="reviewBody">{WORDS}</p></div></body></html>'
)
print(" ".join(f"{name} {version(name)}" for name in ("html-text", "extruct", "inscriptis", "resiliparse")))
found = {
    "html_text": html_text.extract_text(PAGE),
    "html_text, guess_punct_space=False": html_text.extract_text(PAGE, guess_punct_space=False),
    "extruct": extruct.extract(REVIEW, syntaxes=["microdata"])["microdata"][0]["properties"]["reviewBody"],
    "inscriptis": inscriptis.get_text(PAGE).strip(),
    "resiliparse": extract_plain_text(PAGE).strip(),
}
for name, text in found.items():
    print(f"{name}: expected {PLAIN}, found {text}")
torn = {name for name, text in found.items() if text != PLAIN}
same = torn == {"html_text", "html_text, guess_punct_space=False", "extruct"} and found["html_text"] == found["extruct"] == TORN
raise SystemExit(0 if same else f"torn now: {torn}")
PYTHON
