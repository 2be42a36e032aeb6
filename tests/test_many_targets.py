"""5,000 targets in one round, and what a round costs beside its crawling."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from commands import up
from commands.processes import Processes
from config.brand import Target
from crawlers.engine.deal import MOST_TASKS, deal, dealt, summary
from crawlers.engine.round import crawl_all
from crawlers.engine.run import batch_of, report_of
from tests.many_hosts import Hosts, serving_hosts

ROOT = Path(__file__).resolve().parent.parent
TARGETS, OLD_TARGETS, WINDOW = 500, 40, "20261120T080000Z"
PATIENCE = 1_800
_ENVIRONMENT = {"ELASTICSEARCH_URL": "http://127.0.0.1:9", "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5"}
A_TASK = """
import sys
from crawlers.engine.deal import dealt, report_task
from crawlers.engine.round import crawl_all
window, task = sys.argv[1], int(sys.argv[2])
report_task(crawl_all(dealt(window, task), window), window, task)
"""
OLD = '''
"""One mapped task a target, as every round was before targets were dealt, less its pools of one slot."""
from datetime import UTC, datetime
from airflow.sdk import dag, task

@dag(schedule="@once", start_date=datetime(2026, 1, 1, tzinfo=UTC), catchup=False)
def one_task_a_target():
    @task
    def targets():
        from config.brand import load_brands, targets
        return [target.model_dump() for target in targets(load_brands())][:%d]

    @task
    def fetch(target):
        from config.brand import Target
        from crawlers.engine.run import crawl
        crawl(Target(**target), "old")

    fetch.expand(target=targets())

one_task_a_target()
'''


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Hosts, int, float], list[Target]]:
    """Give a function that writes a configuration with one brand, which crawls the hosts, and returns its targets."""
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TINGFENG_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def write(hosts: Hosts, count: int, delay: float) -> list[Target]:
        for folder in ("platforms", "brands"):
            (tmp_path / "config" / folder).mkdir(parents=True)
        targets = [Target(feed="rss", query=hosts.url(number)) for number in range(count)]
        (tmp_path / "config" / "platforms" / "rss.yaml").write_text(f"delay: {delay}\n")
        crawl = "".join(f"  - {{feed: rss, query: '{target.query}'}}\n" for target in targets)
        (tmp_path / "config" / "brands" / "b.yaml").write_text(f"name: b\nquery: b\ncrawl:\n{crawl}", encoding="utf-8")
        return targets

    return write


@pytest.mark.soak
def test_5000_targets_in_at_most_64_tasks(configured: Callable[[Hosts, int, float], list[Target]]) -> None:
    """Two tasks at a time, each a process as on a worker; some hosts refuse, and delay nobody."""
    with serving_hosts(500) as hosts:
        targets = configured(hosts, 5_000, 1.0)
        refusing = set(hosts.addresses[::100])
        hosts.status = dict.fromkeys(refusing, 429)
        tasks = deal(targets, WINDOW)
        begun = time.monotonic()
        with ThreadPoolExecutor(2) as workers:
            done = workers.map(
                lambda task: subprocess.run([sys.executable, "-c", A_TASK, WINDOW, f"{task}"]), range(tasks)
            )
            assert {process.returncode for process in done} == {0}
        took = time.monotonic() - begun
    Console(width=120).print(f"5,000 targets on 500 hosts: {tasks} tasks, {took:.0f} s with two at a time")
    Console(width=120).print("\n".join(summary(WINDOW).splitlines()[:2]))
    assert 1 < tasks <= MOST_TASKS
    where = {target: task for task in range(tasks) for target in dealt(WINDOW, task)}
    assert len(where) == 5_000
    for target in targets:
        report = report_of(target, WINDOW)
        assert report
        address = target.query.removeprefix("http://").partition(":")[0]
        assert (report.verdict, report.posts) == (("rate_limited", 0) if address in refusing else ("ok", 5)), report
        manifest = batch_of(target, WINDOW).manifest()
        assert manifest and manifest.books == {"posts": report.posts, "new": report.posts, "known": 0}
    gaps = [later - at for asked in hosts.asked.values() for (at, _), (later, _) in pairwise(asked)]
    assert hosts.most_at_once == 1
    robots = [sum(path == "/robots.txt" for _, path in asked) for asked in hosts.asked.values()]
    assert max(robots) <= 2 and robots.count(1) >= 490, "once a round, but where that is refused"
    assert min(gaps) >= 1.0


@pytest.mark.bench
def test_the_cost_of_a_round(
    configured: Callable[[Hosts, int, float], list[Target]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airflow's scheduler and executor, as `tingfeng up` starts them; a round's cost is its time less its crawling."""
    (tmp_path / "checkout" / "dags").mkdir(parents=True)
    monkeypatch.setattr(up, "_CHECKOUT", tmp_path / "checkout")
    with serving_hosts(TARGETS) as hosts:
        targets = configured(hosts, TARGETS, 0)
        crawl_all(targets[:50], "warm")
        begun = time.perf_counter()
        crawl_all(targets, "floor")
        floor = time.perf_counter() - begun
        for running in _airflow(tmp_path):  # the DAGs come once it is up, so that no start counts
            (tmp_path / "checkout" / "dags" / "crawl.py").symlink_to(ROOT / "dags" / "crawl.py")
            new, tasks = _took(running, tmp_path, "crawl")
            (tmp_path / "checkout" / "dags" / "crawl.py").unlink()
            (tmp_path / "checkout" / "dags" / "old.py").write_text(OLD % OLD_TARGETS)
            old, old_tasks = _took(running, tmp_path, "one_task_a_target")
    old = old / old_tasks * TARGETS
    table = Table(
        "", "tasks", "s", "less crawling", "share", title=f"A round of {TARGETS} targets", title_justify="left"
    )
    for name, count, seconds in (
        (f"a task each, from {OLD_TARGETS} of them", TARGETS, old),
        ("dealt", tasks, new),
        ("the crawling: one process, no scheduler", 1, floor),
    ):
        cost = max(0, seconds - floor)
        table.add_row(name, f"{count}", f"{seconds:.0f}", f"{cost:.0f}", f"{cost / (old - floor):.3f}")
    Console(width=110).print(table)
    assert new - floor <= (old - floor) / 8


def _airflow(tmp_path: Path) -> Iterator[Processes]:
    running = Processes(tmp_path / "data" / "logs")
    try:
        up._airflow(running, dict(os.environ) | _ENVIRONMENT, 8180, 2)
        yield running
    finally:
        running.stop()


def _took(running: Processes, tmp_path: Path, dag: str) -> tuple[float, int]:
    """Wait for a DAG's first run; return its seconds from being queued to its end, and its mapped tasks."""
    runs = "select queued_at, end_date, state from dag_run where dag_id = ? and end_date is not null"
    tasks = "select count(*) from task_instance where dag_id = ? and map_index >= 0"
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        running.check()
        with closing(sqlite3.connect(tmp_path / "data" / "airflow" / "airflow.db", timeout=60)) as database:
            if found := database.execute(runs, (dag,)).fetchone():
                queued, ended, state = found
                assert state == "success"
                seconds = datetime.fromisoformat(ended) - datetime.fromisoformat(queued)
                return seconds.total_seconds(), database.execute(tasks, (dag,)).fetchone()[0]
        time.sleep(1)
    raise AssertionError(f"{dag} did not end within {PATIENCE} s")
