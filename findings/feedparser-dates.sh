#!/usr/bin/env bash
# feedparser's *_parsed gives a wrong moment, and no sign of it, for dates that feeds in Asia write: a Chinese date becomes
# the first of its month, HKT counts as GMT, 03:15 PM is the morning, Unix seconds become the year 1795; bozo stays 0.
# So a date must be read from the entry's own words. feedparser 6.0.14, python3 with venv.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check feedparser==6.0.14
"$folder/venv/bin/python" - <<'PYTHON'
import feedparser

FEED = "<rss version='2.0'><channel><title>t</title><item><title>x</title><pubDate>{}</pubDate></item></channel></rss>"
SEEN = {
    "2026年11月27日 14:05": (2026, 11, 1, 0, 0),
    "2026/11/27 14:05": (2026, 11, 1, 0, 0),
    "Fri, 20 Nov 2026 09:15:00 HKT": (2026, 11, 20, 9, 15),
    "20 Nov 2026 03:15 PM": (2026, 11, 20, 3, 15),
    "1796000000": (1795, 11, 30, 0, 0),
}
print("feedparser", feedparser.__version__)
changed = []
for written, seen in SEEN.items():
    feed = feedparser.parse(FEED.format(written))
    parsed = feed.entries[0].get("published_parsed")
    found = tuple(parsed)[:5] if parsed else None
    print(f"{written:32} published_parsed {found} bozo {bool(feed.bozo)}")
    changed += [] if (found, bool(feed.bozo)) == (seen, False) else [written]
raise SystemExit(f"read otherwise now: {changed}" if changed else 0)
PYTHON
