"""What docs/adding-a-platform.md promises a newcomer: one file of at most 80 lines and its pages, and nothing else."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from crawlers import feeds as feeds_module
from tests.crawl_server import Said, serving

ROOT = Path(__file__).resolve().parent.parent
PLATFORM = '''"""A news site's search, as its JSON gives it: newest first, chained by an address."""

from functools import partial
from urllib.parse import urlencode

import msgspec

from config.both import Both
from crawlers.page import Listed, Page, Request, Response
from crawlers.post import Author, Kind, Post
from crawlers.spider import PlatformSpider
from crawlers.reading.times import read_time
from crawlers.reading.wire import decode_item, decode_json


class _Item(msgspec.Struct, kw_only=True):
    id: int
    url: str
    title: str
    text: str
    time: str
    by: str | None = None


class _Reply(msgspec.Struct, kw_only=True):
    items: list[msgspec.Raw]
    next: str | None = None
    message: str | None = None


class ExampleNews(PlatformSpider):
    """Articles that hold the query's words."""

    platform = "example"  # Post.platform: the site family
    platform_name, feed_name = Both("例", "Example"), Both("例：新闻", "Example news")  # what people read
    home = "https://api.example.org"  # `base_url` in config/ replaces it
    delay = 2  # seconds between two requests; so are max_pages, overlap, robots … defaults

    def first(self) -> Request:
        return Request(url=f"{self.base}/search?{urlencode({'q': self.job.query})}")

    def parse_page(self, response: Response) -> Page:
        found = decode_json(response.body, _Reply)  # cut → Unreachable, another shape → SchemaChanged
        posts, dead = self.read_each(found.items, partial(self._parse_item, response))
        return Page(
            posts=tuple(posts),
            dead=tuple(dead),  # set aside with the reason; the others go on
            listed=tuple(Listed(id=post.id, at=post.published_at) for post in posts),
            next=Request(url=found.next) if found.next else None,
            nothing=found.message,  # only the platform's own words for "nothing"
        )

    def _parse_item(self, response: Response, raw: msgspec.Raw) -> Post:
        item = decode_item(raw, _Item)  # a required field that lacks → a dead letter
        published_at, precision = read_time(item.time, response.moment)
        return self.post(  # platform, feed, query and the time of the fetch are filled in
            response,
            kind=Kind.ARTICLE,
            native_id=str(item.id),
            url=item.url,
            title=item.title,
            text=item.text,
            author=Author(id=item.by, name=item.by) if item.by else None,
            published_at=published_at,
            time_precision=precision,
        )
'''
TRIED = """
import sys
from pathlib import Path
from config.brand import Target
from crawlers.errors import SchemaChanged, Unreachable
from crawlers.network.live import first_page
from crawlers.engine.prepare import prepare
from crawlers.recording.record import outcome, read_case, record
from crawlers.engine.run import crawl
from crawlers.network.report import Verdict

target = Target(feed="example_news", query="星河", base_url=sys.argv[1])
spider, job = prepare(target, run_id="fixture", max_pages=1)
case = record(spider, first_page(spider), "two_articles", Path("fixtures"))
told = outcome(*read_case(case))
assert [post["title"] for post in told["posts"]] == ["发布会", "降价"], told
assert told["posts"][0]["author"]["name"].startswith("用户") and "张三丰" not in str(told)
report = crawl(target, "w1")
assert (report.verdict, report.posts, report.dead, report.complete) == (Verdict.OK, 3, 1, True), report
"""


def test_a_newcomers_platform_is_one_file_of_eighty_lines_as_the_document_shows_it(tmp_path: Path) -> None:
    document = (ROOT / "docs" / "adding-a-platform.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```python\n(.*?)```", document, re.DOTALL)
    lines = [line for line in shown.splitlines() if line.strip() and '"""' not in line]
    assert len(PLATFORM.splitlines()) <= 80
    assert [line for line in lines if line not in PLATFORM.splitlines()] == []
    package = Path(feeds_module.__file__).parent
    for name in ("config", "crawlers"):
        ignored = shutil.ignore_patterns("__pycache__", "replay")
        shutil.copytree(package.parent / name, tmp_path / name, ignore=ignored)
    (tmp_path / "crawlers" / "platforms" / "example_news.py").write_text(PLATFORM, encoding="utf-8")

    def item(number: int, title: str, **more: str) -> str:
        at = f"2026-11-2{number} 10:00"
        fields = {
            "url": f"https://example.org/{number}",
            "title": title,
            "text": "正文",
            "time": at,
            "by": "张三丰",
            **more,
        }
        inner = ",".join(f'"{name}":"{value}"' for name, value in fields.items())
        return f'{{"id":{number},{inner}}}'

    def answers(path: str, *_: object) -> Said:
        page = pages.get(path.partition("?")[0])
        return Said(body=page.encode()) if page else Said(status=404)  # it has no robots.txt

    with serving(answers) as server:
        more = f'"next":"{server.url}/more"'
        pages = {
            "/search": f'{{"items":[{item(2, "发布会")},{item(1, "降价")}],{more}}}',
            "/more": f'{{"items":[{item(0, "旧闻")},{{"id":9}}]}}',
        }
        done = subprocess.run(
            [sys.executable, "-c", TRIED, server.url],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-3000:]
