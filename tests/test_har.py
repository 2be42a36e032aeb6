"""What a person's browser has seen becomes the same posts as a crawl's, and nothing else of it is kept."""

import base64
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crawlers.errors import CrawlError
from crawlers.feeds import feeds
from crawlers.imports.har import UnusableHar, import_har
from crawlers.page import Response
from crawlers.post import Post, decode_post
from crawlers.recording.record import read_case
from crawlers.spider import PlatformSpider, spider_of
from crawlers.storage import queue
from crawlers.storage.stage import batches
from tingfeng import app

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 11, 30, 1, tzinfo=UTC)
SECRET = "do-not-keep-me"
CARDS = "m.weibo.cn/api/container/getIndex"
SEEN = [feed for feed in feeds() if spider_of(feed).in_browser]


def pages_of(feed: str) -> list[tuple[PlatformSpider, Response]]:
    """Return the feed's recorded pages that stand at an address of the platform itself."""
    cases = [read_case(path.parent) for path in sorted((FIXTURES / feed).glob("*/request.json"))]
    known = spider_of(feed).in_browser
    assert known
    anew = [(spider, page) for spider, page in cases if not spider.job.seen]  # a browser's visit knows no earlier crawl
    return [(spider, page) for spider, page in anew if known.query_of(page.url, posted(spider))]


def posted(spider: PlatformSpider) -> str:
    """Return what a browser posts with the request, where a feed's requests are posted."""
    asked = {"keyword": spider.job.query, "source_note_id": spider.job.query.rpartition("/")[2][:24], "page": 1}
    return json.dumps(asked, ensure_ascii=False)


def entry(page: Response, posted: str) -> dict[str, Any]:
    content = {"mimeType": "text/html", "text": base64.b64encode(page.body).decode(), "encoding": "base64"}
    headers = [{"name": name.title(), "value": value} for name, value in page.headers.items()]
    secrets = [{"name": name, "value": SECRET} for name in ("Cookie", "Authorization", "x-s")]
    return {
        "startedDateTime": page.fetched_at.isoformat(),
        "request": {"method": "POST", "url": page.url, "headers": secrets, "postData": {"text": posted}},
        "response": {
            "status": page.status,
            "headers": [*headers, {"name": "Set-Cookie", "value": SECRET}],
            "content": content,
        },
        "timings": {},
    }


def written(folder: Path, entries: Iterable[Any]) -> Path:
    path = folder / "visit.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": list(entries)}}), encoding="utf-8")
    return path


FOREIGN = [
    entry(Response(url=f"https://bank.example/?token={SECRET}", body=SECRET.encode(), fetched_at=NOW), SECRET),
    entry(Response(url="https://m.weibo.cn/api/config", body=SECRET.encode(), fetched_at=NOW), ""),
    {"request": "broken"},
]


def posts() -> list[Post]:
    return [decode_post(line) for batch in batches("posts") for line in batch.lines()]


@pytest.mark.parametrize("feed", SEEN)
def test_the_pages_of_a_feed_make_the_posts_that_a_crawl_makes(feed: str, tmp_path: Path, data: Path) -> None:
    pages = pages_of(feed)
    expected: set[str] = set()
    for spider, page in pages:
        if page.status == 200:
            try:
                read = spider.parse_page(page)
            except CrawlError:
                continue
            expected |= {post.id for post in (*read.posts, *(draft for _, draft in read.drafts))}
    assert expected, "no recorded page stands at the platform's own address"
    path = written(tmp_path, [*FOREIGN, *(entry(page, posted(spider)) for spider, page in pages)])
    report = import_har(path, now=NOW)
    assert {post.id for post in posts()} == expected
    assert report.entries == len(pages) + len(FOREIGN)
    assert report.foreign == len(FOREIGN)
    assert sum(found.pages for found in report.read.values()) == len(pages)
    assert {batch.feed for batch in batches("posts")} == {"imported"}
    assert len(queue.markers("analyse")) == len(report.batches)
    for file in data.rglob("*"):
        assert file == path or not file.is_file() or SECRET.encode() not in file.read_bytes(), file


def test_the_same_file_again_makes_the_same_posts(tmp_path: Path, data: Path) -> None:
    path = written(tmp_path, [entry(page, posted(spider)) for spider, page in pages_of("weibo_search")])
    import_har(path, now=NOW)
    first = {post.id for post in posts()}
    import_har(path, now=NOW.replace(hour=2))
    assert {post.id for post in posts()} == first


def test_what_only_looks_like_a_page_is_foreign(tmp_path: Path, data: Path) -> None:
    below_no_video = "https://api.bilibili.com/x/v2/reply/wbi/main?oid=900000001&type=17&mode=3"
    before_a_question = entry(pages_of("weibo_search")[0][1], "")
    before_a_question["request"] |= {"method": "OPTIONS"}
    entries = [entry(replace(pages_of("bilibili_replies")[0][1], url=below_no_video), ""), before_a_question]
    report = import_har(written(tmp_path, entries), now=NOW)
    assert (report.entries, report.foreign, report.batches) == (2, 2, ())


def test_a_text_that_the_browser_has_decoded_is_read_as_it_is(tmp_path: Path, data: Path) -> None:
    (spider, page), *_ = (one for one in pages_of("weibo_html") if one[1].status == 200)
    decoded = entry(page, "")
    decoded["response"]["content"] = {"mimeType": "text/html; charset=gb2312", "text": page.body.decode()}
    import_har(written(tmp_path, [decoded]), now=NOW)
    assert {post.id for post in posts()} == {post.id for post in spider.parse_page(page).posts}


@pytest.mark.parametrize("text", ["", "{", '{"log": {}}', "[]", '{"log": {"entries": [{"request"'])
def test_what_is_no_whole_har_changes_nothing(text: str, tmp_path: Path, data: Path) -> None:
    path = tmp_path / "visit.har"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnusableHar, match=r"visit\.har: no whole HAR file .*save it again"):
        import_har(path, now=NOW)
    assert batches("posts") == []


def test_the_command_tells_what_was_read_and_what_was_not(tmp_path: Path, data: Path) -> None:
    (tmp_path / "config").mkdir()
    env = {"TINGFENG_CONFIG": str(tmp_path / "config")}
    foreign = CliRunner().invoke(app, ["import", "har", str(written(tmp_path, FOREIGN))], env=env)
    assert foreign.exit_code == 1
    assert "entries 3 = pages 0 + foreign 3" in foreign.output
    pages = [entry(page, posted(spider)) for spider, page in pages_of("weibo_search")]
    done = CliRunner().invoke(app, ["import", "har", str(written(tmp_path, pages))], env=env)
    assert done.exit_code == 0
    assert "weibo_search" in done.output
    assert "refused: weibo_search:" in done.output
    assert SECRET not in done.output


@pytest.mark.parametrize(
    ("feed", "query", "address"),
    [
        ("weibo_search", "#星河#", f"{CARDS}?containerid=231522type%3D1%26t%3D10%26q%3D%23星河%23&page=2"),
        ("weibo_html", "星河", "s.weibo.com/realtime?q=星河&rd=realtime&Refer=weibo_realtime"),
        ("weibo_hot", "realtime", f"{CARDS}?containerid=106003type%3D25%26t%3D3%26filter_type%3Drealtimehot"),
        ("xiaohongshu_search", "星河", "www.xiaohongshu.com/search_result/?keyword=星河&source=web"),
        ("douyin_search", "星河", "www-hj.douyin.com/aweme/v1/web/general/search/stream/?aid=6383&keyword=星河"),
        ("douyin_comments", "7300000000000000001", "www.iesdouyin.com/share/slides/7300000000000000001/?region=CN"),
    ],
)
def test_a_page_is_known_by_each_address_under_which_browsers_ask_for_it(feed: str, query: str, address: str) -> None:
    known = spider_of(feed).in_browser
    assert known
    assert known.query_of(f"https://{address}") == query
