"""The embedded Elasticsearch starts once, keeps its documents, survives what happens to it, and ends when told.

Every test finds the node with start(), whatever the one before it did.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from indexing.elasticsearch import embedded
from indexing.elasticsearch.embedded_errors import NotRunning

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch


@pytest.fixture(scope="module")
def own_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the data folder, named in Chinese, of a node that these tests may kill."""
    folder = tmp_path_factory.mktemp("听风 数据")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINGFENG_DATA", str(folder))
        patch.setenv("TINGFENG_ES_HEAP", "384m")
        yield folder
        embedded.stop()


def client(running: embedded.Running) -> "Elasticsearch":
    from elasticsearch import Elasticsearch

    return Elasticsearch(running.url, request_timeout=60)


def index_some(running: embedded.Running, index: str, count: int) -> None:
    with client(running) as es:
        es.indices.delete(index=index, ignore_unavailable=True)
        es.indices.create(index=index, settings={"number_of_replicas": 0, "number_of_shards": 1})
        actions = [
            line for number in range(count) for line in ({"index": {"_id": str(number)}}, {"text": f"第{number}条"})
        ]
        assert not es.bulk(index=index, operations=actions)["errors"]


def count_of(running: embedded.Running, index: str) -> int:
    with client(running) as es:
        es.indices.refresh(index=index)
        return int(es.count(index=index)["count"])


def is_alive(pid: int) -> bool:
    """Say whether the process runs; one that only waits for init to take note does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z")


def eventually(condition: Callable[[], bool], *, within: float = 180) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.05)


def start_twice_at_once() -> tuple[set[int], str]:
    """Start it from two processes without a network, and return the nodes' pids and what the starters said."""
    code = "from indexing.elasticsearch import embedded; print(embedded.start().pid)"
    nowhere = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")}
    root = str(Path(__file__).parent.parent)
    environment = {**os.environ, **nowhere, "PYTHONPATH": root, "TINGFENG_HMAC_KEY": "hush"}
    command = [sys.executable, "-c", code]
    # a node that inherited the pipes would keep communicate() waiting
    starters = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [starter.communicate(timeout=250) for starter in starters]
    return {int(pid) for pid, _ in said}, "".join(errors for _, errors in said)


def test_documents_survive_kill_9_and_two_starts_at_once_give_one_node_that_outlives_them_and_needs_no_network(
    own_node: Path,
) -> None:
    first = embedded.start()
    index_some(first, "tingfeng-survivors", 100)
    os.kill(first.pid, signal.SIGKILL)
    eventually(lambda: embedded.status() is None)

    with socket.socket() as other_program:
        other_program.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other_program.bind(("127.0.0.1", first.port))
        other_program.listen()
        pids, said = start_twice_at_once()

    again = embedded.start()
    assert {again.pid} == pids
    assert again.pid != first.pid
    assert again.port != first.port, "which another program has taken meanwhile"
    assert again.home == own_node / "elasticsearch"
    assert os.getsid(again.pid) == again.pid
    secrets = Path(f"/proc/{again.pid}/environ")
    assert not secrets.exists() or b"hush" not in secrets.read_bytes()
    assert count_of(again, "tingfeng-survivors") == 100
    assert f"process {first.pid}, which no longer runs" in said


@pytest.mark.usefixtures("own_node")
def test_stop_closes_it() -> None:
    running = embedded.start()

    assert embedded.stop() is True
    eventually(lambda: not is_alive(running.pid), within=5)
    assert embedded.logs(1).endswith("closed")
    assert not (running.home / "node.json").exists()
    assert embedded.status() is None
    assert embedded.stop() is False
    with pytest.raises(NotRunning, match="tingfeng es start"):
        embedded.url()


@pytest.mark.usefixtures("own_node")
def test_a_node_whose_folder_is_deleted_ends() -> None:
    running = embedded.start()
    (running.home / "node.lock").unlink()

    eventually(lambda: not is_alive(running.pid))
    assert embedded.status() is None


@pytest.mark.usefixtures("own_node")
def test_the_node_listens_on_127_0_0_1_only() -> None:
    running = embedded.start()

    socket.create_connection(("127.0.0.1", running.port), timeout=5).close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", running.port), timeout=5)


@pytest.mark.usefixtures("own_node")
def test_a_snapshot_restores_what_was_deleted() -> None:
    running = embedded.start()
    index_some(running, "tingfeng-kept", 7)
    with client(running) as es:
        location = {"type": "fs", "settings": {"location": str(running.backups / "test")}}
        es.snapshot.create_repository(name="test", repository=location)
        made = es.snapshot.create(repository="test", snapshot="one", indices="tingfeng-kept", wait_for_completion=True)
        es.indices.delete(index="tingfeng-kept")
        es.snapshot.restore(repository="test", snapshot="one", wait_for_completion=True)
        es.snapshot.delete(repository="test", snapshot="one")

    assert made["snapshot"]["state"] == "SUCCESS"
    assert count_of(running, "tingfeng-kept") == 7


@pytest.mark.usefixtures("own_node")
def test_a_stray_name_makes_no_index() -> None:
    from elasticsearch import NotFoundError

    with client(embedded.start()) as es, pytest.raises(NotFoundError, match="action.auto_create_index"):
        es.index(index="tinfeng-typo", document={"text": "x"})
