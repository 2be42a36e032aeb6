"""Crawls over real HTTP: what a troubled server gives, what is written, and what the next crawl makes of it."""

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from config.brand import Target
from config.load import ConfigError
from crawlers.engine import watermark
from crawlers.engine.process import Crawler
from crawlers.engine.run import CrawlerDied, batch_of, crawl, report_of
from crawlers.feeds import feeds
from crawlers.network.ending import Ending, ending
from crawlers.network.report import CrawlProgress, CrawlReport, Verdict, decode_report
from crawlers.post import Post, decode_post
from crawlers.spider import CannotCrawl
from tests.crawl_server import NOTHING, NOW, Said, Server, cards, message, page_of, serving


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config" / "platforms").mkdir(parents=True)
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path / "config"))


@pytest.fixture(scope="module")
def crawler() -> Iterator[Crawler]:
    """Give one crawling process for all: starting it takes longest."""
    with Crawler() as one:
        yield one


def weibo(server: Server, query: str = "星河手机") -> Target:
    return Target(feed="weibo_search", query=query, base_url=server.url)


def posts_of(target: Target, window: str) -> list[Post]:
    return [decode_post(line) for line in batch_of(target, window).lines()]


def test_a_troubled_search_is_read_whole_and_the_next_crawl_reads_only_what_is_new(crawler: Crawler) -> None:
    pages = {
        1: cards(*(message(number, number) for number in range(10))),
        2: cards(*(message(number, number) for number in range(10, 20)), {"text": 5}),
        3: NOTHING,
        4: cards(*(message(number, number + 300, isLongText=number == 25) for number in range(20, 30))),
    }
    long_text = json.dumps({"ok": 1, "data": {"longTextContent": "第25条的<b>全文</b>"}}).encode()

    def answers(path: str, _headers: Mapping[str, str], before: int) -> Said:
        if path.startswith("/statuses/extend"):
            return Said(body=long_text)
        page = page_of(path)
        if page == 1 and not before:
            return Said(status=500)
        if page == 5 and not before:
            return Said(status=429, headers={"Retry-After": "1"})
        return Said(body=pages.get(page, NOTHING), cut=page == 2 and not before)

    seen: list[CrawlProgress] = []
    with serving(answers) as server:
        target = weibo(server)
        first = crawl(target, "w1", progress=seen.append, crawler=crawler)
        asked = len(server.asked)
        second = crawl(target, "w2", crawler=crawler)
        again = len(server.asked) - asked
    assert (first.verdict, first.complete, first.posts, first.new, first.dead) == (Verdict.OK, True, 30, 30, 1)
    assert server.count(server.paths("page=2")[0]) >= 2
    assert [progress.posts for progress in seen] == sorted(progress.posts for progress in seen)
    assert seen[-1] == CrawlProgress(pages=first.pages, posts=30, dead=1)
    found = {post.native_id: post for post in posts_of(target, "w1")}
    assert len(found) == 30 and "第25条的全文" in {post.text for post in found.values()}
    assert {post.run_id for post in found.values()} == {first.run_id}
    (dead,) = batch_of(target, "w1").dead_letters()
    assert dead.reason == "mid: '' is no number" and json.loads(dead.content) == {"text": 5}
    manifest = batch_of(target, "w1").manifest()
    assert manifest and manifest.complete and manifest.books == {"posts": 30, "new": 30, "known": 0}
    assert [decode_report(line) for line in batch_of(target, "w1").to("runs").lines()] == [first]
    assert first.watermark == NOW
    assert (second.verdict, second.posts, second.new, second.known, second.complete) == (Verdict.OK, 30, 0, 30, True)
    assert again < asked
    user_agents = {headers["user-agent"] for _, headers in server.asked}
    assert len(user_agents) == 1 and user_agents.pop().startswith("tingfeng")


def test_a_refusal_half_way_keeps_what_was_found_and_the_next_crawl_closes_the_gap(crawler: Crawler) -> None:
    refuse = True

    def answers(path: str, _headers: Mapping[str, str], _before: int) -> Said:
        page = page_of(path)
        if page == 3 and refuse:
            return Said(status=432)
        return Said(body=cards(message(page, page)) if page < 6 else NOTHING)

    with serving(answers) as server:
        target = weibo(server)
        assert report_of(target, "w1") is None
        report = crawl(target, "w1", crawler=crawler)
        assert re.search(r"HTTP 432.*raise `delay` in config/platforms/weibo_search.yaml", report.message)
        assert len(posts_of(target, "w1")) == 2 and report_of(target, "w1") == report
        assert (report.verdict, report.complete, report.watermark) == (Verdict.BLOCKED, False, None)
        refuse = False
        cut = crawl(target, "w2", max_pages=2, crawler=crawler)
        assert (cut.verdict, cut.complete, cut.new, cut.known) == (Verdict.CUT_SHORT, False, 0, 2)
        healed = crawl(target, "w3", crawler=crawler)
        assert (healed.verdict, healed.new, healed.known) == (Verdict.OK, 3, 2)
        refuse = True
        rerun = crawl(target, "w3", crawler=crawler)
        assert (rerun.verdict, rerun.posts, rerun.new) == (Verdict.BLOCKED, 5, 3)
        manifest = batch_of(target, "w3").manifest()
        assert manifest and manifest.complete and manifest.count == 5
        stand = watermark.load(target, "w4", "127.0.0.1")
        assert stand.before.published == healed.watermark == NOW - timedelta(minutes=1)


RSS = '<rss version="2.0"><channel><title>t</title>{}</channel></rss>'


def item(number: int, minutes: float) -> str:
    date = (NOW - timedelta(minutes=minutes)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return f"<item><guid>https://n.example/{number}</guid><title>第{number}篇</title><pubDate>{date}</pubDate></item>"


def test_a_feed_that_did_not_change_is_not_sent_again_and_one_that_ran_away_has_a_gap(crawler: Crawler) -> None:
    documents = [RSS.format("".join(item(n, 100 - n) for n in range(3))), RSS.format(item(9, 1))]
    current = 0

    def answers(path: str, headers: Mapping[str, str], _before: int) -> Said:
        if path == "/robots.txt":
            return Said(body=b"User-agent: *\nDisallow: /private\n")
        etag = f'"{current}"'
        if headers.get("if-none-match") == etag:
            return Said(status=304, headers={"ETag": etag})
        return Said(body=documents[current].encode(), headers={"ETag": etag, "Content-Type": "text/xml"})

    with serving(answers) as server:
        target = Target(feed="rss", query="https://news.example/feed.xml", base_url=server.url)
        first, second = crawl(target, "w1", crawler=crawler), crawl(target, "w2", crawler=crawler)
        current = 1
        gap, after = crawl(target, "w3", crawler=crawler), crawl(target, "w4", crawler=crawler)
        forbidden = crawl(Target(feed="rss", query=f"{server.url}/private/feed.xml"), "w1")  # asks robots.txt itself
    assert (first.posts, first.verdict, first.complete) == (3, Verdict.OK, True)
    assert (second.posts, second.verdict, second.complete, second.watermark) == (0, Verdict.OK, True, first.watermark)
    assert server.asked[-1][0] == "/robots.txt"
    assert (gap.verdict, gap.complete, gap.new) == (Verdict.CUT_SHORT, False, 1)
    assert gap.watermark == NOW - timedelta(minutes=1)
    assert (after.verdict, after.complete, after.known) == (Verdict.OK, True, 1)
    assert forbidden.verdict is Verdict.BLOCKED and "robots.txt forbids it" in forbidden.message
    assert not server.paths("/private")


@pytest.mark.parametrize("status", [500, 503])
def test_nothing_is_asked_for_while_a_site_cannot_say_what_may_be_read(status: int) -> None:
    """RFC 9309, 2.3.1.4; once it can say again, the same crawl reads it."""
    busy = True

    def answers(path: str, _headers: Mapping[str, str], _before: int) -> Said:
        if path == "/robots.txt":
            return Said(status=status if busy else 404)
        return Said(body=RSS.format(item(1, 1)).encode(), headers={"Content-Type": "text/xml"})

    with serving(answers) as server:
        target = Target(feed="rss", query="https://news.example/feed.xml", base_url=server.url)
        refused = crawl(target, "w1")
        assert (refused.verdict, refused.posts) == (Verdict.UNREACHABLE, 0)
        assert f"robots.txt: HTTP {status}" in refused.message
        assert not server.paths("/feed.xml"), "nothing but robots.txt was asked for"
        busy = False
        read = crawl(target, "w2")
    assert (read.verdict, read.posts) == (Verdict.OK, 1)


def test_who_is_asked_too_often_says_so_by_robots_txt_too(crawler: Crawler) -> None:
    def answers(_path: str, _headers: Mapping[str, str], _before: int) -> Said:
        return Said(status=429)

    with serving(answers) as server:
        target = Target(feed="rss", query="https://news.example/feed.xml", base_url=server.url)
        refused = crawl(target, "w1", crawler=crawler)
        assert not server.paths("/feed.xml")
    assert refused.verdict == Verdict.RATE_LIMITED
    assert "robots.txt: HTTP 429" in refused.message


def test_a_forum_below_a_path_is_read_with_its_topics(crawler: Crawler) -> None:
    def at(minutes: float) -> int:
        return int((NOW - timedelta(minutes=minutes)).timestamp() * 1000)

    def post(pid: int, minutes: float) -> dict[str, Any]:
        return {"pid": pid, "content": f"<p>{pid}</p>", "timestamp": at(minutes), "user": {"uid": 5, "username": "甲"}}

    def topic(tid: int, minutes: float) -> dict[str, Any]:
        return {"tid": tid, "slug": f"{tid}/x", "title": "主题", "mainPid": tid * 100, "lastposttime": at(minutes)}

    def paging(page: int, count: int) -> dict[str, int]:
        return {"currentPage": page, "pageCount": count}

    pages: dict[str, Any] = {
        "recent?page=1": {"topics": [topic(7, 1), topic(8, 5)], "pagination": paging(1, 2)},
        "recent?page=2": {"topics": [topic(9, 500)], "pagination": paging(2, 2)},
        "topic/7/x?page=1": {**topic(7, 1), "posts": [post(700, 900), post(701, 800)], "pagination": paging(1, 3)},
        "topic/7/x?page=2": {**topic(7, 1), "posts": [post(702, 700), post(703, 600)], "pagination": paging(2, 3)},
        "topic/7/x?page=3": {**topic(7, 1), "posts": [post(704, 1)], "pagination": paging(3, 3)},
        "topic/9/x?page=1": {**topic(9, 500), "posts": [post(900, 500), {"pid": 901}], "pagination": paging(1, 1)},
    }

    def answers(path: str, _headers: Mapping[str, str], _before: int) -> Said:
        if found := pages.get(path.removeprefix("/forum/api/")):
            return Said(body=json.dumps(found).encode())
        return Said(status=403 if "/topic/8/" in path else 404)

    with serving(answers) as server:
        target = Target(feed="nodebb", query="https://bbs.example.org/forum", base_url=f"{server.url}/forum")
        first = crawl(target, "w1", crawler=crawler)
        server.asked.clear()
        second = crawl(target, "w2", crawler=crawler)
    assert (first.verdict, first.complete, first.dead, first.platform) == (Verdict.OK, True, 1, "forum")
    numbers = ["topic/7", "post/701", "post/704", "post/702", "post/703", "topic/9"]
    found = posts_of(target, "w1")
    assert sorted(post.native_id for post in found) == sorted(f"bbs.example.org/forum/{number}" for number in numbers)
    assert {post.root_id for post in found if post.kind == "comment"} == {"forum:post:bbs.example.org/forum/topic/7"}
    assert (second.verdict, second.new, second.known) == (Verdict.OK, 0, 5)
    assert server.paths("/topic/9/") == [] and len(server.paths("/topic/7/")) == 3


def test_a_login_wall_an_unknown_page_and_silence_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEIBO_COOKIE", "SUB=a-secret-cookie")
    (tmp_path / "config" / "platforms" / "weibo_search.yaml").write_text(
        "cookie_env: WEIBO_COOKIE\nuser_agent: tingfeng-test (someone@example.org)\nminimum: 1\n"
    )

    def answers(path: str, _headers: Mapping[str, str], _before: int) -> Said:
        query = parse_qs(urlsplit(path).query)["containerid"][0]
        if "login" in query:
            return Said(status=302, headers={"Location": f"http://localhost:{port}/visitor?entry=m"})
        if "elsewhere" in query:
            return Said(status=302, headers={"Location": f"http://localhost:{port}{path.replace('elsewhere', 'odd')}"})
        return Said(body=NOTHING if "empty" in query else b'{"ok": 1, "data": {"list": []}}')

    def run(query: str) -> CrawlReport:
        return crawl(weibo(server, query), "w1")

    with serving(answers) as server:
        port = urlsplit(server.url).port
        login, odd, empty = run("login"), run("elsewhere"), run("empty")
        closed = server.url
    assert login.verdict is Verdict.LOGIN_REQUIRED and "the cookie in WEIBO_COOKIE has expired" in login.message
    assert not server.paths("/visitor")
    assert odd.verdict is Verdict.SCHEMA_CHANGED and not odd.complete
    kept = next((tmp_path / "data" / "logs").glob("*.page"))
    assert str(kept) in odd.message and kept.read_bytes() == b'{"ok": 1, "data": {"list": []}}'
    assert (empty.verdict, empty.complete, empty.posts) == (Verdict.SHORT, True, 0)
    nobody = crawl(Target(feed="weibo_search", query="login", base_url=closed), "w2")
    assert nobody.verdict is Verdict.UNREACHABLE and "nothing answers there" in nobody.message
    for path, headers in server.asked:
        assert headers["user-agent"] == "tingfeng-test (someone@example.org)"
        own_host = not headers["host"].startswith("localhost")
        assert headers.get("cookie") == ("SUB=a-secret-cookie" if own_host else None), path
    written = [path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert written and not any(b"a-secret-cookie" in content for content in written)


def test_a_fault_of_our_own_raises_writes_nothing_and_quotes_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawlers.engine.process._WORKER", "crawlers.no_such_worker")
    target = Target(feed="weibo_search", query="q", base_url="http://127.0.0.1:1")
    with pytest.raises(CrawlerDied, match=r"(?s)ended with 1; .*No module named crawlers.no_such_worker"):
        crawl(target, "w1")
    assert batch_of(target, "w1").manifest() is None


def test_what_cannot_be_crawled_is_refused_before_anything_runs(tmp_path: Path) -> None:
    for feed, query, words in (
        ("rss", "小米", "give the address of a feed"),
        ("nodebb", "小米", "give a forum's address"),
        ("weibo", "小米", f"use one of {', '.join(feeds())}"),
    ):
        with pytest.raises(CannotCrawl, match=words):
            crawl(Target(feed=feed, query=query), "w1")
    (tmp_path / "config" / "platforms" / "rss.yaml").write_text("cookie_env: NOT_SET\n")
    with pytest.raises(ConfigError, match=r"rss.yaml:1: cookie_env: NOT_SET is not set: export it"):
        crawl(Target(feed="rss", query="https://n.example/feed"), "w1")
    assert not (tmp_path / "data").exists()
    target = Target(feed="rss", query="https://m.example/feed")
    path = tmp_path / "data" / "watermarks" / "rss"
    path.mkdir(parents=True)
    watermark.save(target, watermark.Stand(host="x", window="w", before=watermark.Mark()))
    next(path.iterdir()).write_text("{")
    with pytest.raises(Exception, match="no watermark .* remove the file"):
        watermark.load(target, "w1", "x")


def test_importing_the_crawlers_does_not_import_scrapy() -> None:
    script = (
        "import sys, crawlers.post, crawlers.storage.stage, crawlers.engine.run, crawlers.feeds, crawlers.spider\n"
        "from crawlers.feeds import feeds; from crawlers.spider import spider_of\n"
        "[spider_of(feed) for feed in feeds()]\n"
        "assert not {'scrapy', 'twisted'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )


def test_an_answer_that_unpacks_to_too_much_is_refused(crawler: Crawler) -> None:
    bomb = gzip.compress(b'{"ok": 1, "data": {"cards": [' + b" " * 20_000_000)

    def answers(_path: str, _headers: Mapping[str, str], _before: int) -> Said:
        return Said(body=bomb, headers={"Content-Encoding": "gzip"})

    with serving(answers) as server:
        report = crawl(weibo(server), "w1", crawler=crawler)
    assert report.verdict is Verdict.SCHEMA_CHANGED and "unpacks to more than 16,777,216 bytes" in report.message


def test_another_host_is_crawled_from_the_beginning() -> None:
    target, mark = Target(feed="rss", query="https://n.example/feed"), watermark.Mark(seen=("a",))
    watermark.save(target, watermark.Stand(host="127.0.0.1", window="w1", before=watermark.Mark(), after=mark))
    assert watermark.load(target, "w1", "127.0.0.1").before == watermark.Mark()
    assert watermark.load(target, "w2", "127.0.0.1").before == mark
    assert watermark.load(target, "w2", "n.example").before == watermark.Mark()


def test_a_watermark_that_stays_too_long_gives_the_gap_up() -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    end = Ending(verdict=Verdict.CUT_SHORT, newest=start + timedelta(days=9))
    stand = watermark.Stand(host="x", window="w1", before=watermark.Mark(published=start, seen=("a", "b")))
    once = stand.moved(end, ["b", "c"], start)
    assert once.after == watermark.Mark(published=start, seen=("a", "b", "c"), behind_since=start)
    later = watermark.Stand(host="x", window="w2", before=once.after)
    assert later.moved(end, [], start + timedelta(days=2)).after == once.after
    given_up = later.moved(end, [], start + timedelta(days=3)).after
    assert given_up == watermark.Mark(published=start + timedelta(days=9), seen=("a", "b", "c"))
    assert ending(Verdict.OK).advance and not ending(Verdict.BLOCKED).advance
