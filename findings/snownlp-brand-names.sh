#!/usr/bin/env bash
# SnowNLP's sentiments judges the brand and not the sentence: 今天看到…的广告 ("saw an advertisement of … today") is 0.09, as good
# as surely negative, with 淘宝 and 0.87 with 海底捞. The name is a word like any other for its Bayes, learnt from shop
# reviews in which it stood by chance. Nor is it about length: a complaint written four times over is worse by
# seven powers of ten. So a share of negative posts by brand, or an average of the scores, measures the training reviews. The
# documents say that the model is of shopping reviews and the score a probability. Mask the names before, or train anew.
# snownlp 0.12.3, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check snownlp==0.12.3
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

from snownlp import SnowNLP

print("snownlp", version("snownlp"))
BRANDS = ["淘宝", "海尔", "三星", "华为", "比亚迪", "伊利", "苹果", "小米", "美的", "海底捞"]
scores = {brand: SnowNLP(f"今天看到{brand}的广告").sentiments for brand in BRANDS}
print("expected about one score for all; found", {brand: round(score, 2) for brand, score in scores.items()})
complaint = "客服不回消息，等了三天。"
once, often = SnowNLP(complaint).sentiments, SnowNLP(complaint * 4).sentiments
print(f"{complaint} once {once:.1e}, four times {often:.1e}")
same = scores["淘宝"] < 0.15 < 0.8 < scores["海底捞"] and sum(score > 0.5 for score in scores.values()) == 5
raise SystemExit(0 if same and often < once / 1e6 else "brands are judged otherwise now")
PYTHON
