"""Three embedded nodes are one cluster: a node that is lost is no outage, and nothing that was written is gone."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.changes import changes
from indexing.elasticsearch.store import Store, open_store
from tests.cluster_parts import ElasticsearchNodes, elasticsearch_nodes

pytestmark = pytest.mark.cluster


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[ElasticsearchNodes]:
    with elasticsearch_nodes(tmp_path) as nodes:
        yield nodes


def notes(store: Store, numbers: range) -> None:
    source = {"reader": "test", "seq_no": 1}
    answers = send(
        store.client,
        [Action(operation="index", index=store.alias("reached"), id=str(n), source=source) for n in numbers],
    )
    assert all(answer.done for answer in answers)


def test_a_lost_node_is_no_outage(nodes: ElasticsearchNodes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELASTICSEARCH_URL", nodes.urls)
    store = open_store()
    health = store.client.cluster.health(wait_for_status="green", timeout="60s")
    assert (health["status"], health["number_of_nodes"]) == ("green", 3)
    assert len(store.client.cat.shards(format="json")) == 2 * len(store.client.indices.get(index="*")), "a copy of each"
    notes(store, range(100))
    reader = changes(store, "test", "reached")
    assert reader
    for lost in nodes.pids[:1]:
        os.kill(lost, signal.SIGKILL)
    notes(store, range(100, 200))
    later = open_store()
    later.refresh("reached")
    assert later.count("reached") == 200
    reader.done()
    again = changes(later, "test", "reached")
    assert again
    assert max(again.upto.values()) >= 200
