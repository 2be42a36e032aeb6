"""A crawl that is killed with SIGKILL at any instant and run again ends as if nobody had disturbed it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from config.brand import Target
from crawlers.engine import process as crawling
from crawlers.engine.run import CrawlerDied, batch_of, crawl
from crawlers.network.report import Verdict
from crawlers.post import Post, decode_post
from crawlers.spider import Job
from tests.crawl_server import NOTHING, NOW, Said, Server, cards, message, page_of, serving
from tests.forked_crawlers import STARTED

PAGES = 4
RUN = """
import os, signal, sys
from fsspec.implementations.local import LocalFileSystem
from config.brand import Target
from crawlers.engine import run, watermark

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

where, url = sys.argv[1:]
move, save = LocalFileSystem.mv, watermark.save

def moving(self, source, target, **options):
    if where in ("posts", "manifest", "runs") and {"posts": "/posts/", "runs": "/runs/"}.get(where, "") in target:
        if target.endswith(".manifest" if where == "manifest" else ".jsonl"):
            die()
    return move(self, source, target, **options)

def saving(*arguments):
    if where == "before the watermark":
        die()
    save(*arguments)
    if where == "after the watermark":
        die()

LocalFileSystem.mv, watermark.save = moving, saving
run.crawl(Target(feed="weibo_search", query="q", base_url=url), "w1")
"""


@pytest.fixture(scope="module")
def held() -> threading.Event:
    """Let page 3 wait while this is not set."""
    event = threading.Event()
    event.set()
    return event


@pytest.fixture(scope="module")
def server(held: threading.Event) -> Iterator[Server]:
    def answers(path: str, _headers: Mapping[str, str], _before: int) -> Said:
        page = page_of(path)
        if page == 3:
            held.wait(60)
        return Said(
            body=cards(*(message(n, n) for n in range(page * 10, page * 10 + 10))) if page <= PAGES else NOTHING
        )

    with serving(answers) as one:
        yield one


@pytest.fixture(scope="module")
def undisturbed(server: Server, tmp_path_factory: pytest.TempPathFactory) -> list[Post]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINGFENG_DATA", str(tmp_path_factory.mktemp("undisturbed")))
        return _crawled(server)


def _target(server: Server) -> Target:
    return Target(feed="weibo_search", query="q", base_url=server.url)


def _crawled(server: Server) -> list[Post]:
    report = crawl(_target(server), "w1")
    assert (report.verdict, report.complete, report.new) == (Verdict.OK, True, PAGES * 10)
    return _posts(server)


def _posts(server: Server) -> list[Post]:
    lines = batch_of(_target(server), "w1").lines()
    return [replace(decode_post(line), fetched_at=NOW) for line in lines]


def _killed(where: str, server: Server, data: Path) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "TINGFENG_DATA": str(data), "PYTHONPATH": str(Path(__file__).parent.parent)}
    return subprocess.Popen([sys.executable, "-c", RUN, where, server.url], env=environment)


@pytest.fixture(autouse=True)
def _started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let crawling processes start as they do for users: those that are forked cannot be told by their command."""
    monkeypatch.setattr(crawling, "_start", STARTED)


def _workers(data: Path) -> list[str]:
    """Return the crawling processes that work for this data folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:
            continue
        if b"crawlers.network.worker" in words and f"TINGFENG_DATA={data}\0".encode() in environment:
            found.append(process.name)
    return found


def _wait_until_gone(data: Path) -> None:
    until = time.monotonic() + 120
    while _workers(data):
        assert time.monotonic() < until, "the crawling process outlives the one that started it"
        time.sleep(0.1)


def test_kills_between_the_writes_lose_and_double_nothing(
    server: Server, undisturbed: list[Post], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    for where in ("posts", "manifest", "runs", "before the watermark", "after the watermark"):
        assert _killed(where, server, tmp_path).wait(120) == -signal.SIGKILL
        if where in ("posts", "manifest"):
            assert batch_of(_target(server), "w1").manifest() is None
        else:
            assert _posts(server) == undisturbed
        assert (tmp_path / "watermarks").exists() == (where == "after the watermark")
    assert _crawled(server) == undisturbed
    _wait_until_gone(tmp_path)


def test_a_kill_while_paging_leaves_nothing_behind(
    server: Server, held: threading.Event, undisturbed: list[Post], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    asked = len(server.paths("page=3"))
    held.clear()
    try:
        process = _killed("while paging", server, tmp_path)
        while len(server.paths("page=3")) == asked:
            assert process.poll() is None
            time.sleep(0.02)
        assert _workers(tmp_path)
        process.kill()
        assert process.wait(120) == -signal.SIGKILL
        _wait_until_gone(tmp_path)
    finally:
        held.set()
    assert batch_of(_target(server), "w1").manifest() is None
    assert not (tmp_path / "watermarks").exists()
    assert _crawled(server) == undisturbed
    following = crawl(_target(server), "w2")
    assert (following.new, following.known, following.complete) == (0, PAGES * 10, True)
    kept = json.loads(next((tmp_path / "watermarks").rglob("*.json")).read_bytes())
    assert kept["window"] == "w2" and len(kept["after"]["seen"]) == PAGES * 10


def test_a_crawling_process_that_is_killed_is_told_and_leaves_nothing_half_written(
    server: Server, held: threading.Event, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    asked = len(server.paths("page=3"))
    held.clear()

    def kill() -> None:
        while len(server.paths("page=3")) == asked:
            time.sleep(0.02)
        for process in _workers(tmp_path):
            os.kill(int(process), signal.SIGKILL)

    killing = threading.Thread(target=kill)
    killing.start()
    try:
        with pytest.raises(CrawlerDied, match=r"weibo_search 'q': the process ended with -9; .*weibo_search-q-.*\.log"):
            crawl(_target(server), "w1")
    finally:
        held.set()
        killing.join(60)
    assert not (tmp_path / "watermarks").exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".log"] == []


def test_a_page_whose_reading_never_ends_is_a_verdict(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawling, "_WORKER", "tests.hanging_worker")
    monkeypatch.setattr(crawling, "_READ_AT_MOST", 0.5)
    job = Job(feed="rss", query="https://forum.example/1", run_id="r")
    with crawling.Crawler() as crawler:
        end = crawler.run(job, lambda line: pytest.fail(f"{line!r} is no post"))
    assert (end.verdict, end.advance) == (Verdict.SCHEMA_CHANGED, False)
    assert "https://forum.example/1: could not be read within 0.5 s" in end.message


def test_a_process_without_a_word_is_ended_after_its_time_and_not_before(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawling, "_WORKER", "tests.hanging_worker")
    monkeypatch.setattr(crawling, "_GRACE", 0.5)
    begun = time.monotonic()
    with crawling.Crawler() as crawler:
        end = crawler.run(Job(feed="rss", query="https://forum.example/1", run_id="r", timeout=1), lambda _: None)
    assert (end.verdict, end.message) == (Verdict.CUT_SHORT, "ended after 2 s without a word")
    assert time.monotonic() - begun >= 1.5
