#!/usr/bin/env bash
# recordlinkage's clean, the first step of its guide, empties every Chinese name: it keeps A to Z, digits, blank and hyphen. The
# comparisons then work on what is left: 华为客服 and 小米客服 are both "" and equal by compare.exact and at one block, and
# 王先生123 and 李女士123 are both "123". Strings that are missing never match; emptied ones always do, so strangers' accounts
# merge by the thousand, and blocking pairs everybody. The default pattern stands in the signature; the guide does not say what
# it does to other scripts. Give replace_by_none=r"[^\w \-]+". recordlinkage 0.16, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check recordlinkage==0.16
"$folder/venv/bin/python" - <<'PYTHON'
import warnings
from importlib.metadata import version

import pandas
import recordlinkage
from recordlinkage.preprocessing import clean

warnings.simplefilter("ignore")
print("recordlinkage", version("recordlinkage"))
NAMES = pandas.Series(["华为客服", "小米客服", "蒙牛", "王先生123", "李女士123", None], name="name")


def links(cleaned):
    accounts = pandas.DataFrame({"name": cleaned})
    index = recordlinkage.Index()
    index.block("name")
    pairs = index.index(accounts)
    compare = recordlinkage.Compare()
    compare.exact("name", "name", label="same")
    return sorted(tuple(sorted(pair)) for pair, same in compare.compute(pairs, accounts)["same"].items() if same)


usual, given = clean(NAMES), clean(NAMES, replace_by_none=r"[^\w \-]+")
print(f"cleaned: expected {NAMES.tolist()}, found {usual.tolist()}")
print(f"accounts linked: expected [], found {links(usual)}; with a pattern of one's own {links(given)}")
same = usual.tolist()[:5] == ["", "", "", "123", "123"]
same = same and links(usual) == [(0, 1), (0, 2), (1, 2), (3, 4)] and links(given) == []
raise SystemExit(0 if same else "Chinese names are cleaned otherwise now")
PYTHON
