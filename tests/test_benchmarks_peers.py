"""`make bench`: our parsing beside a peer's on the same pages, each in its own process: HTML feeds, JSON feeds, RSS.

The peers' packages are installed into a folder of their own for the measure; feedparser is ours too.
"""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from crawlers.page import Response
from crawlers.reading.charset import decode_text
from crawlers.recording.record import read_case
from crawlers.spider import PlatformSpider
from tests.peer_parsers import measured
from tests.test_benchmarks_feeds import pages_of

pytestmark = pytest.mark.bench
PACKAGES = {
    "wechat_sogou": "wechatsogou==4.5.4",
    "x_search": "twitwi==0.25.1",
    "mastodon_tag": "Mastodon.py==2.3.3",
    "bluesky_search": "atproto==0.0.73",
    "wechat_article": "trafilatura==2.3.1",
}
CHECKOUTS = {"weibo_html": "weibo-search", "weibo_search": "weibo-crawler"}
"""By feed, the folder below `TINGFENG_PEERS` that holds a clone of github.com/dataabc/…: these are no packages."""
NEEDED = ("json5", "tqdm", "piexif", "requests", "openai", "loguru")
"""By these clones."""
AT_LEAST = dict.fromkeys((*PACKAGES, *CHECKOUTS), 0.0) | {"mastodon_tag": 3.0, "wechat_article": 3.0, "rss": 1 / 1.3}
"""How many times the peer's speed; 0 where it is printed and nothing promised: docs/feeds.md has the figures."""
CASES = {"weibo_html": "cards", "wechat_article": "article"}
"""Feeds whose page is a fixture's."""
ROUNDS = 20
SCRIPT = Path(__file__).with_name("peer_parsers.py")


def tweets(text: str) -> str:
    """Return a page with the fields that X answers to those who ask for them, which twitwi wants."""
    page = json.loads(text)
    for tweet in page["data"]:
        tweet |= {"source": "Twitter Web App", "possibly_sensitive": False, "reply_settings": "everyone"}
        tweet["public_metrics"] = {name: count or 0 for name, count in tweet["public_metrics"].items()} | {
            "quote_count": 0
        }
    for user in page["includes"]["users"]:
        user |= {"created_at": "2012-01-01T00:00:00.000Z", "location": "", "url": "", "description": ""}
        user |= {"profile_image_url": "https://example.org/a.jpg", "protected": False, "verified": False}
        user["public_metrics"] = dict.fromkeys(
            ("followers_count", "following_count", "tweet_count", "listed_count", "like_count"), 1
        )
    return json.dumps(page)


def case_of(feed: str) -> tuple[PlatformSpider, list[Response]]:
    """Return our own page after the platform's, which has all that the peer looks for."""
    spider, page = read_case(Path(__file__).parent / "fixtures" / feed / CASES[feed])
    return spider, [page]


def articles(text: str) -> str:
    """Return a page on which each article has its picture before it, as wechatsogou knows them."""
    shown = '<div class="img-box"><a href="/link?url=1"><img src="//img.example/1.jpg"></a></div><div class="txt-box">'
    return text.replace('<div class="txt-box">', shown)


WHOLE = {"x_search": tweets, "wechat_sogou": articles}


@pytest.fixture(scope="module")
def peers(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("peers")
    install = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "install",
        "--quiet",
        "--target",
        str(folder),
        *PACKAGES.values(),
        *NEEDED,
    ]
    if subprocess.run(install, check=False, capture_output=True).returncode:
        pytest.skip("the peers cannot be installed here")
    return str(folder)


@pytest.mark.parametrize("feed", AT_LEAST)
def test_parsing_beside_a_peer(feed: str, peers: str, tmp_path: Path) -> None:
    spider, pages = case_of(feed) if feed in CASES else pages_of(feed)
    whole = WHOLE.get(feed, str)
    texts = [whole(decode_text(page.body, page.headers["content-type"])) for page in pages]
    pages = [replace(page, body=text.encode()) for page, text in zip(pages, texts, strict=True)]
    file = tmp_path / "pages.json"
    file.write_text(json.dumps(texts), encoding="utf-8")
    path = peers if feed in PACKAGES else ""
    if feed in CHECKOUTS:
        folder = Path(os.environ.get("TINGFENG_PEERS", "")) / CHECKOUTS[feed]
        if not folder.is_dir():
            pytest.skip(f"TINGFENG_PEERS: no clone {CHECKOUTS[feed]}")
        path = f"{folder.resolve()}{os.pathsep}{peers}"
    ran = subprocess.run(
        [sys.executable, str(SCRIPT), feed, str(file), str(ROUNDS)],
        cwd=folder if feed in CHECKOUTS else tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    theirs = json.loads(ran.stdout)
    by_text = dict(zip(texts, pages, strict=True))

    def parse(text: str) -> int:
        page = spider.parse_page(by_text[text])
        return len(page.posts) + len(page.drafts)

    entries, seconds = measured(parse, texts, ROUNDS)
    times = theirs["seconds"] / seconds
    ours, peers_ = entries * ROUNDS / seconds, theirs["entries"] * ROUNDS / theirs["seconds"]
    print(f"\n{feed}: {ours:,.0f} posts/s, the peer {peers_:,.0f} entries/s: {times:.2f} times as fast")  # noqa: T201
    assert theirs["entries"] > 0
    assert times >= AT_LEAST[feed]
