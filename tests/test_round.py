"""Many targets in one go: what one of them does costs no other, and each host is asked by one crawl at a time."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.brand import Target
from crawlers.engine import process as crawling
from crawlers.engine.deal import MOST_TASKS, deal, dealt, report_task, summary
from crawlers.engine.process import CrawlerDied
from crawlers.engine.round import Outcome, crawl_all
from crawlers.engine.run import report_of
from crawlers.network.report import CrawlReport, Verdict
from tests.crawl_server import NOTHING, Answers, Said, Server, cards, message, page_of, serving

DELAY = 0.3
CRAWL_ALL = """
import sys
from config.brand import Target
from crawlers.engine.round import crawl_all
crawl_all([Target(feed="weibo_search", query=f"{n}", base_url=sys.argv[1]) for n in (3, 4)], "w2")
"""


@pytest.fixture(autouse=True)
def platforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "config" / "platforms"
    folder.mkdir(parents=True)
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    return folder


def one_page(path: str, _headers: Mapping[str, str], _before: int) -> Said:
    return Said(body=cards(message(1, 1)) if page_of(path) == 1 else NOTHING)


@contextmanager
def hosts(count: int, answers: Answers = one_page) -> Iterator[list[Server]]:
    """Serve at as many addresses of this machine."""
    with ExitStack() as stack:
        yield [stack.enter_context(serving(answers, f"127.0.0.{number + 1}")) for number in range(count)]


def target(server: Server, query: str = "q") -> Target:
    return Target(feed="weibo_search", query=query, base_url=server.url)


def verdicts(outcomes: list[Outcome]) -> list[Verdict | type[Exception]]:
    return [outcome.report.verdict if outcome.report else type(outcome.error or Exception()) for outcome in outcomes]


def test_a_host_is_asked_by_one_crawl_at_a_time_its_delay_apart_whichever_process_asks(platforms: Path) -> None:
    (platforms / "weibo_search.yaml").write_text(f"delay: {DELAY}\n")
    under_way, most = threading.Semaphore(1), []

    def answers(path: str, headers: Mapping[str, str], before: int) -> Said:
        most.append(under_way.acquire(blocking=False))
        try:
            time.sleep(0.1)
            return one_page(path, headers, before)
        finally:
            under_way.release()

    with serving(answers) as server:
        other = subprocess.Popen([sys.executable, "-c", CRAWL_ALL, server.url])
        outcomes = crawl_all([target(server, "1"), target(server, "2")], "w1")
        assert other.wait(120) == 0
    assert verdicts(outcomes) == [Verdict.OK] * 2
    assert all(report_of(target(server, f"{n}"), "w2") for n in (3, 4))
    assert len(server.asked_at) == len(most) >= 8 and all(most)
    assert min(later - at for at, later in pairwise(server.asked_at)) >= DELAY / 2  # the delay less what arriving takes


def test_hosts_do_not_wait_for_one_that_is_slow() -> None:
    quick = threading.Event()

    def slow_at_first(path: str, headers: Mapping[str, str], before: int) -> Said:
        assert headers["host"].startswith("127.0.0.2") or quick.wait(60), "the others waited"
        return one_page(path, headers, before)

    def done(outcome: Outcome) -> None:
        if outcome.host == "127.0.0.2" and outcome.target.query == "3":
            quick.set()

    with hosts(2, slow_at_first) as (slow, other):
        targets = [target(slow, "1"), target(other, "2"), target(other, "3")]
        assert verdicts(crawl_all(targets, "w1", done=done)) == [Verdict.OK] * 3


def test_a_page_that_hangs_or_ends_the_process_costs_its_own_target_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawling, "_WORKER", "tests.faulty_worker")
    monkeypatch.setattr(crawling, "_READ_AT_MOST", 3.0)
    with hosts(3) as servers:
        queries = ("it hangs", "it dies", "all is well")
        targets = [target(server, query) for server, query in zip(servers, queries, strict=True)]
        outcomes = crawl_all(targets, "w1")
        assert verdicts(outcomes) == [Verdict.SCHEMA_CHANGED, CrawlerDied, Verdict.OK]
        assert "could not be read within 3 s" in str(outcomes[0].fault)
        assert "crawling weibo_search 'it dies': the process ended with -9" in str(outcomes[1].fault)
        assert outcomes[2].report and outcomes[2].report.posts == 1
        asked = [len(server.asked) for server in servers]
        monkeypatch.setattr(crawling, "_WORKER", "crawlers.network.worker")
        again = crawl_all(targets, "w1")
        assert verdicts(again) == [Verdict.SCHEMA_CHANGED, Verdict.OK, Verdict.OK]
        more = [len(server.asked) > before for server, before in zip(servers, asked, strict=True)]
        assert more == [False, True, False], "what was crawled is left alone"


def test_a_process_that_is_gone_without_a_word_costs_the_one_target_that_ends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crawling, "_WORKER", "tests.faulty_worker")
    with hosts(2) as (server, other):
        outcomes = crawl_all([target(server, "it is gone"), target(other)], "w1")
    assert verdicts(outcomes) == [CrawlerDied, Verdict.OK]


def test_what_one_target_or_its_record_does_wrong_is_its_own(platforms: Path) -> None:
    (platforms / "rss.yaml").write_text("cookie_env: NOT_SET\n")

    def done(outcome: Outcome) -> None:
        if outcome.target.query == "unheard":
            raise OSError("the index is away")

    with serving(one_page) as server:
        wrong = Target(feed="rss", query=f"{server.url}/feed")
        outcomes = crawl_all([wrong, target(server), target(server, "unheard")], "w1", done=done)
    closed = crawl_all([target(server, "nobody there")], "w1")
    assert "cookie_env: NOT_SET is not set" in str(outcomes[0].fault) and not outcomes[0].may_pass
    assert verdicts(outcomes)[1:] == [Verdict.OK, OSError] and outcomes[2].may_pass
    assert verdicts(closed) == [Verdict.UNREACHABLE] and closed[0].may_pass
    report = report_task([*outcomes, *closed], "w1", 0)
    assert report.may_pass and report.verdicts == {"not crawled": 2, "ok": 1, "unreachable": 1}
    told = summary("w1")
    assert "4 targets on 2 hosts in 1 tasks: 2 not crawled" in told
    assert "slowest, in seconds a target: 127.0.0.1 " in told and "nobody there: unreachable: " in told


def _feeds(count: int, hosts: int) -> list[Target]:
    return [Target(feed="rss", query=f"https://n{n % hosts}.example/{n}.xml") for n in range(count)]


def _parts(targets: list[Target], window: str) -> list[list[Target]]:
    return [dealt(window, task) for task in range(deal(targets, window))]


def test_few_tasks_take_many_targets_and_each_host_is_one_task_s() -> None:
    assert len(_parts(_feeds(3, 3), "w1")) == 1 and _parts([], "w2") == []
    targets = _feeds(5_000, 1_250)
    parts = _parts(targets, "w3")
    assert 1 < len(parts) <= MOST_TASKS
    assert sorted(t.query for part in parts for t in part) == sorted(t.query for t in targets)
    names = [{urlsplit(t.query).hostname for t in part} for part in parts]
    assert sum(map(len, names)) == len(set.union(*names)) == 1_250
    assert max(map(len, names)) <= 2 * 1_250 / len(parts)


def test_hosts_that_took_long_share_tasks_with_their_like() -> None:
    targets, begun = _feeds(200, 200), datetime(2026, 11, 20, tzinfo=UTC)
    names = [f"n{number}.example" for number in range(200)]
    took = [
        Outcome(target=one, host=name, report=_report(one, begun, seconds=600 if number < 4 else 1))
        for number, (one, name) in enumerate(zip(targets, names, strict=True))
    ]
    assert report_task(took, "w1", 0).hosts == "n0.example and 199 more"
    quick, slow = _parts(targets, "w2")
    assert slow == targets[:4] and sorted(t.query for t in quick) == sorted(t.query for t in targets[4:])


def _report(one: Target, begun: datetime, seconds: float) -> CrawlReport:
    return CrawlReport(
        run_id="r",
        feed=one.feed,
        query=one.query,
        platform="news",
        window="w1",
        started_at=begun,
        finished_at=begun + timedelta(seconds=seconds),
        pages=1,
        posts=0,
        new=0,
        known=0,
        dead=0,
        verdict=Verdict.OK,
        complete=True,
    )
