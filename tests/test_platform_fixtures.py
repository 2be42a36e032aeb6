"""Each platform reads each of its recorded pages as the fixture says; a new fixture needs no test code."""

import json
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawlers import feeds as feeds_module
from crawlers.errors import CrawlError
from crawlers.feeds import feeds
from crawlers.page import Response
from crawlers.post import decode_post, encode_post
from crawlers.recording.pseudonyms import pseudonymised
from crawlers.recording.record import outcome, read_case, write_case
from crawlers.spider import CannotCrawl, PlatformSpider, spider_of

FIXTURES = Path(__file__).parent / "fixtures"
CASES = sorted(path.parent for feed in feeds() for path in (FIXTURES / feed).glob("*/request.json"))
ODD: list[Any] = [
    None,
    0,
    -1,
    True,
    "",
    [],
    {},
    "x",
    1.5,
    1e300,
    10**30,
    "\ud83d",
    "９",
    "9" * 20 + "年前",
    "<b>",
    [None],
]
_CALLED = re.compile(rb"\s*[\w.$]+\s*\((?P<value>\{.*\})\s*\)\s*;?\s*", re.DOTALL)
_ATTRIBUTE = re.compile(rb'\s[\w-]+="[^"]*"')


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_page_reads_as_its_fixture_says(case: Path) -> None:
    assert outcome(*read_case(case)) == json.loads((case / "posts.json").read_bytes())


@pytest.mark.parametrize("feed", feeds())
def test_each_platform_has_pages_with_posts_and_a_page_that_it_refuses(feed: str) -> None:
    told = [json.loads((case / "posts.json").read_bytes()) for case in CASES if case.parent.name == feed]
    assert any(page.get("posts") for page in told)
    assert {"SchemaChanged", "Unreachable"} <= {page.get("error") for page in told}


@pytest.mark.parametrize("feed", feeds())
def test_a_damaged_page_gives_checked_posts_or_a_verdict_and_nothing_else(feed: str) -> None:
    damage_pages(feed, times=150)


@pytest.mark.soak
@pytest.mark.parametrize("feed", feeds())
def test_ten_thousand_damaged_pages_of_each_platform(feed: str) -> None:
    damage_pages(feed, times=10_000)


def damage_pages(feed: str, *, times: int) -> None:
    cases = [read_case(case) for case in CASES if case.parent.name == feed]
    luck = random.Random(f"{feed} {times}")  # noqa: S311  # nothing secret is drawn
    for _ in range(times):
        spider, response = luck.choice(cases)
        damaged = replace(response, body=_damaged(response.body, luck))
        try:
            page = spider.parse_page(damaged)
        except CrawlError:
            continue
        for post in (*page.posts, *(draft for _, draft in page.drafts)):
            assert decode_post(encode_post(post)) == post
        for dead in page.dead:
            assert dead.reason
            dead.content.encode()


def _damaged(body: bytes, luck: random.Random) -> bytes:
    if luck.random() < 0.1:
        return body[: luck.randrange(len(body) + 1)]
    called = _CALLED.fullmatch(body)
    try:
        value = json.loads(called["value"] if called else body)
    except ValueError:
        attributes = list(_ATTRIBUTE.finditer(body))
        if attributes and luck.random() < 0.5:  # one goes, or says something else
            chosen, other = (
                luck.choice(attributes),
                luck.choice((b"", b' class=""', b' href="x"', b' mid="-1"', b' id="9"')),
            )
            return body[: chosen.start()] + other + body[chosen.end() :]
        place = luck.randrange(len(body) + 1)
        junk = luck.choice([b"", b"<", b"&#xD800;", b"]]>", b"\xff", b"\x00", b"<item>", b"</link>", b"<!--"])
        return body[:place] + junk + body[place + luck.randrange(30) :]
    places = list(_places(value))
    if places:
        holder, key = luck.choice(places)
        if luck.random() < 0.2:
            del holder[key]
        else:
            holder[key] = luck.choice(ODD)
    made = json.dumps(value).encode()
    return body[: called.start("value")] + made + body[called.end("value") :] if called else made


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield value, key
        yield from _places(one)


@pytest.mark.parametrize("feed", feeds())
def test_a_page_cut_anywhere_is_never_taken_for_a_whole_one(feed: str) -> None:
    for case in longest_of_each_kind(feed):
        spider, response = read_case(case)
        whole = response.body.rstrip()
        for length in range(0, len(whole) - 2 * len("</feed>"), max(97, len(whole) // 60)):
            try:
                page = spider.parse_page(replace(response, body=whole[:length]))
            except CrawlError:
                continue
            assert page.left_out, "what is whole in a document is read, and it is said that the rest is missing"


def longest_of_each_kind(feed: str) -> list[Path]:
    """Return, of the feed's pages with posts or topics, the longest with each ending and each first tag."""
    chosen: dict[tuple[str, bytes], tuple[int, Path]] = {}
    for case in CASES:
        told = json.loads((case / "posts.json").read_bytes())
        (body,) = case.glob("response.*")
        if case.parent.name == feed and (told.get("posts") or told.get("listed")) and "left_out" not in told:
            start = body.read_bytes().lstrip()
            chosen[body.suffix, start[:1]] = max(
                (len(start), case), chosen.get((body.suffix, start[:1]), (0, case)), key=lambda one: one[0]
            )
    assert chosen
    return [case for _, case in chosen.values()]


def test_a_page_is_recorded_without_its_authors(tmp_path: Path) -> None:
    for name in ("weibo_search/text_and_markup", "nodebb/topic", "rss/rss_2", "rss/json_feed_1_1"):
        spider, response = read_case(FIXTURES / name)
        authors = [post.author for post in spider.parse_page(response).posts if post.author]
        recorded = _recorded(spider, response, tmp_path / name)
        text = (recorded / "posts.json").read_text() + next(recorded.glob("response.*")).read_text()
        assert authors
        for author in authors:
            assert author.name is None or author.name not in text
        for hidden in ("1000200301", "@星河客服", "news.example.org (", "editor@news"):
            assert hidden not in text
        told = json.loads((FIXTURES / name / "posts.json").read_bytes())["posts"]
        assert [post["native_id"] for post in outcome(*read_case(recorded))["posts"]] == [p["native_id"] for p in told]


def _recorded(spider: PlatformSpider, response: Response, folder: Path) -> Path:
    authors = [post.author for post in spider.parse_page(response).posts if post.author]
    write_case(folder, spider, replace(response, body=pseudonymised(response, authors)))
    return folder


def test_a_new_feed_is_one_file_and_an_unknown_one_is_named(tmp_path: Path) -> None:
    package = Path(feeds_module.__file__).parent
    shutil.copytree(package.parent / "config", tmp_path / "config", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(package, tmp_path / "crawlers", ignore=shutil.ignore_patterns("__pycache__", "replay"))
    (tmp_path / "crawlers" / "platforms" / "example.py").write_text(
        "from crawlers.page import Response, Request, Page\n"
        "from crawlers.spider import PlatformSpider\n"
        "class Example(PlatformSpider):\n"
        "    platform = 'example'\n"
        "    def first(self) -> Request: return Request(url='https://example.org')\n"
        "    def parse_page(self, response: Response) -> Page: return Page()\n"
    )
    script = "from crawlers.feeds import feeds\nfrom crawlers.spider import spider_of\n"
    script += "assert 'example' in feeds() and spider_of('example').platform == 'example'"
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, timeout=60)
    with pytest.raises(
        CannotCrawl, match=r"feed 'exampel': no such feed: use one of \w+, .*nodebb, .*rss, .*weibo_search"
    ):
        spider_of("exampel")
