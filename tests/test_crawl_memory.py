"""A long crawl takes hardly more memory than a short one: neither the spider's process nor ours keeps what it read."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.crawl_server import Said, serving

PAGE = 100
SHORT, LONG, MOST_GROWTH = 2_000, 50_000, 100
NEWEST = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
CRAWL = """
import re, sys
from pathlib import Path
from config.brand import Target
from crawlers.engine.process import Crawler
from crawlers.engine.run import crawl

def most(process):
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path(f"/proc/{process}/status").read_text())[1]) / 1024

with Crawler() as crawler:
    target = Target(feed="bluesky_search", query="星河", base_url=sys.argv[1])
    report = crawl(target, sys.argv[2], max_pages=10_000, crawler=crawler)
    children = " ".join(path.read_text() for path in Path("/proc/self/task").glob("*/children")).split()
    print(report.new, report.verdict, report.complete, most("self"), sum(map(most, children)), len(children))
"""


def view(number: int) -> dict[str, object]:
    """Return a post; each has a text of its own, as long as people write."""
    at = (NEWEST - timedelta(seconds=number)).isoformat().replace("+00:00", "Z")
    did = f"did:plc:{number % 997:024d}"
    text = f"第 {number} 条：" + "星河手机的屏幕真好，电池也够用。" * 6
    return {
        "uri": f"at://{did}/app.bsky.feed.post/{number:013d}",
        "author": {"did": did, "handle": f"u{number % 997}.example", "displayName": f"用户{number % 997}"},
        "record": {"$type": "app.bsky.feed.post", "createdAt": at, "text": text, "langs": ["zh"]},
        "indexedAt": at,
        "likeCount": number % 50,
    }


def answers(path: str, _headers: Mapping[str, str], _before: int) -> Said:
    start = int(parse_qs(urlsplit(path).query).get("cursor", ["0"])[0])
    last = int(urlsplit(path).path.split("/")[1])
    posts = [view(number) for number in range(start, min(start + PAGE, last))]
    more = {"cursor": str(start + PAGE)} if start + PAGE < last else {}
    return Said(body=json.dumps({"posts": posts, **more}).encode(), headers={"Content-Type": "application/json"})


def crawled(url: str, posts: int, folder: Path) -> float:
    """Crawl so many posts in a process of its own; return what it and its spider's took, in MiB."""
    told = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "TINGFENG_DATA": str(folder)}
    asked = [sys.executable, "-c", CRAWL, f"{url}/{posts}", "20261120T000000Z"]
    done = subprocess.run(asked, env=told, check=True, capture_output=True, text=True)
    new, verdict, complete, own, spiders, children = done.stdout.split()
    assert (int(new), verdict, complete, children) == (posts, "ok", "True", "1")
    print(f"{posts:,} posts: {float(own):.0f} MiB here, {float(spiders):.0f} MiB in the spider's process")  # noqa: T201
    return float(own) + float(spiders)


@pytest.mark.soak
def test_fifty_thousand_posts_take_hardly_more_memory_than_two_thousand(tmp_path: Path) -> None:
    with serving(answers) as server:
        short = crawled(server.url, SHORT, tmp_path / "short")
        long = crawled(server.url, LONG, tmp_path / "long")
    assert long - short < MOST_GROWTH
