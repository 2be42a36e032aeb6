#!/usr/bin/env bash
# parsel's "dt + dd" and "dt ~ dd" cost the square of a page's length: with four times the pairs on a page the first takes about
# 14 times as long and the second 40 to 80 times, and 1,600 pairs take thousands of times as long as in selectolax, which takes
# four times as long for four times the page and finds the same. Both are made into following-sibling::*, which gathers all that
# follow each dt before it takes the first or removes the doubles; XPath's preceding-sibling::*[1][self::dt] grows as the square
# too. Threads of forums, hot lists and archives put hundreds of pairs side by side, and every test is a short page: the crawl
# of the longest threads, which are the crises, is the slow one. Scrapy's page on selectors names no cost. Take all children in
# one go and pair them in Python. parsel 1.12.1 on lxml 6.1.3 beside selectolax 1.0.2, seen 2026-11-30, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check parsel==1.12.1 lxml==6.1.3 cssselect==1.6.0 selectolax==1.0.2
"$folder/venv/bin/python" - <<'PYTHON'
import time
from importlib.metadata import version

from parsel import Selector
from selectolax.lexbor import LexborHTMLParser

SMALL, LARGE = 400, 1600


def page(pairs):
    return "<html><body><dl>" + "<dt>网友</dt><dd>今天买的手机到手就发热</dd>" * pairs + "</dl></body></html>"


def seconds(parse, pairs, query):
    parsed, best = parse(page(pairs)), float("inf")
    for _ in range(3):
        begun = time.process_time()
        found = len(parsed.css(query))
        best = min(best, time.process_time() - begun)
    if found != pairs:
        raise SystemExit(f"{query} finds {found} of {pairs} now")
    return best


print("parsel", version("parsel"), "on lxml", version("lxml"), "beside selectolax", version("selectolax"))
changed = []
for query in ("dd", "dt + dd", "dt ~ dd"):
    (small, large), (fast, faster) = ([seconds(p, n, query) for n in (SMALL, LARGE)] for p in (Selector, LexborHTMLParser))
    growth, beside = large / small, large / faster
    print(f"{query}: {LARGE // SMALL} times the pairs, expected about 4 times the time, parsel takes {growth:.1f} times,", end=" ")
    print(f"selectolax {faster / fast:.1f} times; {LARGE:,} pairs take parsel {beside:,.0f} times as long as selectolax")
    squared = growth > 8 and beside > 500
    changed += [] if squared == (query != "dd") else [query]
raise SystemExit(f"costs otherwise now: {changed}" if changed else 0)
PYTHON
