"""The store makes its indices once, says what is wrong with a cluster, and writes until it passes or is refused."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch, SerializationError
from hypothesis import example, given
from hypothesis import strategies as st

from indexing.elasticsearch.answers import SERIALIZERS
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import (
    MappingOutdated,
    Overloaded,
    ReadOnly,
    Refused,
    StoreError,
    Unreachable,
    Unsupported,
)
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store, connect, open_store

Answers = Callable[[str, str, bytes], tuple[int, Any]]
VERSION = {"nodes": {"a": {"version": "8.14.0"}}}


@contextmanager
def cluster(answers: Answers) -> Iterator[str]:
    """Serve `answers(method, path, body)` on loopback as an Elasticsearch would."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, content = answers(self.command, self.path, body)
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_POST = answer

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def shared(new_store: Callable[[], Store]) -> Store:
    """A store whose standing indices no test here changes."""
    return new_store()


def item(status: int, reason: str = "") -> dict[str, Any]:
    error = {"error": {"type": "some_exception", "reason": reason}} if reason else {}
    return {"index": {"_id": "1", "status": status, **error}}


def bulk_answer(*items: dict[str, Any]) -> dict[str, Any]:
    return {"took": 1, "errors": True, "items": list(items)}


def actions(count: int, index: str = "i") -> list[Action]:
    return [Action(operation="index", index=index, id=str(n), source={"n": n}) for n in range(count)]


def test_indices_are_made_once(shared: Store) -> None:
    before = shared.client.indices.get(index=f"{shared.prefix}-*").body
    shared.ensure()
    assert shared.client.indices.get(index=f"{shared.prefix}-*").body == before
    assert shared.generation() == 1
    assert shared.count("mentions") == shared.count("alerts") == 0


def test_many_may_make_them_at_once(store: Store) -> None:
    names = [index.name for index in store.indices()]
    store.client.indices.delete(index=[*names, store.state])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: store.ensure(), range(4)))
    assert [index.name for index in store.indices()] == names


def test_the_number_of_copies_follows_its_setting(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def copies() -> set[tuple[str, str]]:
        found = store.client.indices.get_settings(index=[index.name for index in store.every_index()]).values()
        kept = [index["settings"]["index"] for index in found]
        return {(one["auto_expand_replicas"], one["number_of_replicas"]) for one in kept}

    assert copies() == {("0-1", "0")}, "one node"
    monkeypatch.setenv("TINGFENG_ES_REPLICAS", "2")
    store.ensure()
    store.open_months({"2024.05"})
    assert copies() == {("false", "2")}
    monkeypatch.setenv("TINGFENG_ES_REPLICAS", "auto")
    store.ensure()
    assert copies() == {("0-1", "0")}
    monkeypatch.setenv("TINGFENG_ES_REPLICAS", "many")
    with pytest.raises(StoreError, match="TINGFENG_ES_REPLICAS=many: write auto, or how many"):
        store.ensure()


def test_a_kill_forgets_no_change_of_the_copies(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv("TINGFENG_ES_REPLICAS", "0")
    with monkeypatch.context() as dying:
        dying.setattr("indexing.elasticsearch.store.in_lines", killed)
        with pytest.raises(KeyboardInterrupt):
            store.ensure()
    store.ensure()
    runs = store.client.indices.get_settings(index=store.alias("runs")).values()
    assert [index["settings"]["index"]["auto_expand_replicas"] for index in runs] == ["false"]


def test_months_lie_behind_two_aliases(shared: Store) -> None:
    shared.open_months({"2024.02", "2024.03"})
    shared.open_months({"2024.02"})
    aliases = {index.name: index.aliases for index in shared.indices()}
    assert aliases[f"{shared.prefix}-v1-mentions-2024.02"] == {
        f"{shared.prefix}-mentions",
        f"{shared.prefix}-mentions-2024.02",
    }


def test_new_fields_are_added_and_what_else_differs_is_named(es: Elasticsearch, store: Store) -> None:
    name, alias = store.index_of(1, "runs"), store.alias("runs")
    es.indices.delete(index=name)
    es.indices.create(index=name, aliases={alias: {}}, mappings={"_meta": {"version": "old"}, "properties": {}})
    store.ensure()
    assert "verdict" in es.indices.get_mapping(index=name)[name]["mappings"]["properties"]
    es.indices.delete(index=name)
    old = {"_meta": {"version": "old"}, "properties": {"pages": {"type": "keyword"}}}
    es.indices.create(index=name, aliases={alias: {}}, mappings=old)
    with pytest.raises(MappingOutdated, match="tingfeng rebuild"):
        store.ensure()
    es.indices.delete(index=name)
    es.indices.create(index=alias)
    try:
        with pytest.raises(StoreError, match=rf"{alias}: .* delete or rename"):
            store.ensure()
    finally:
        es.indices.delete(index=alias)


def test_a_node_that_does_not_answer_is_passed_over(
    es: Elasticsearch, es_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELASTICSEARCH_URL", f"http://127.0.0.1:9,{es_url}, http://127.0.0.1:8")
    client = connect()
    assert {client.cluster.health()["status"] for _ in range(4)} <= {"green", "yellow"}


def test_addresses_of_two_clusters_are_refused(es_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with cluster(lambda *_: (200, {"cluster_uuid": "another", "nodes": {}})) as url:
        monkeypatch.setenv("ELASTICSEARCH_URL", f"{es_url},{url}")
        with pytest.raises(StoreError, match="are two clusters: name nodes of one cluster alone"):
            connect()


def test_nothing_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ELASTICSEARCH_URL", "http://127.0.0.1:9")
    with pytest.raises(Unreachable, match="ELASTICSEARCH_URL"):
        connect()
    monkeypatch.setenv("ELASTICSEARCH_URL", "example")
    with pytest.raises(StoreError, match="ELASTICSEARCH_URL.*https://"):
        connect()
    monkeypatch.setenv("ELASTICSEARCH_CA_FILE", str(tmp_path / "ca.pem"))
    with pytest.raises(StoreError, match="ELASTICSEARCH_CA_FILE=.*ca.pem"):
        connect()


@pytest.mark.parametrize(
    ("status", "content", "kind", "says"),
    [
        (401, {"error": {"type": "security_exception", "reason": "no"}}, Refused, "ELASTICSEARCH_API_KEY"),
        (200, {"nodes": {"a": {"version": "8.13.4"}}}, Unsupported, "8.13.4 is too old: use 8.14"),
        (400, {"error": {"type": "media_type_header_exception", "reason": "x"}, "status": 400}, Unsupported, "8.14"),
        (503, {"error": {"type": "master_not_discovered_exception", "reason": "x"}}, Overloaded, "health"),
    ],
)
def test_a_cluster_that_cannot_serve_is_refused_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, status: int, content: dict[str, Any], kind: type[StoreError], says: str
) -> None:
    with cluster(lambda *_: (status, content)) as url:
        monkeypatch.setenv("ELASTICSEARCH_URL", url)
        with pytest.raises(kind, match=says):
            connect()


def test_a_user_without_the_right_to_monitor_may_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def forbid(method: str, path: str, body: bytes) -> tuple[int, Any]:
        seen.append(path)
        return 403, {"error": {"type": "security_exception", "reason": "monitor"}}

    with cluster(forbid) as url:
        monkeypatch.setenv("ELASTICSEARCH_URL", url)
        monkeypatch.setenv("ELASTICSEARCH_API_KEY", "secret-key")
        client = connect()
        with pytest.raises(Refused, match="docs/index.md") as caught:
            with_retries(lambda: client.count(index="x"), 1)
    assert len(seen) == 2
    assert "secret-key" not in str(caught.value)


def test_the_session_cluster_is_reached_through_the_environment(monkeypatch: pytest.MonkeyPatch, es_url: str) -> None:
    monkeypatch.setenv("ELASTICSEARCH_URL", es_url)
    assert connect().cluster.health()["status"] in ("green", "yellow")


def test_a_password_must_come_with_its_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELASTICSEARCH_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ELASTICSEARCH_USER", "me")
    with pytest.raises(StoreError, match="ELASTICSEARCH_PASSWORD: missing"):
        open_store()


def test_writes_are_tried_again_until_they_pass_each_with_its_own_answer() -> None:
    script = [
        (429, {"error": {"type": "es_rejected_execution_exception", "reason": "full"}}),
        (200, bulk_answer(item(201), item(503, "no shard"), item(400, "bad field"), item(409, "conflict"))),
        (200, bulk_answer(item(429, "queue full"))),
        (200, bulk_answer(item(200))),
    ]
    sent: list[int] = []

    def answer(method: str, path: str, body: bytes) -> tuple[int, Any]:
        sent.append(body.count(b"\n") // 2)
        return script[len(sent) - 1]

    with cluster(answer) as url, Elasticsearch(url) as client:
        answers = send(client, actions(4))
    assert [one.status for one in answers] == [201, 200, 400, 409]
    assert sent == [4, 4, 1, 1]
    assert "bad field" in answers[2].reason


def test_a_request_that_is_too_large_is_halved() -> None:
    def answer(method: str, path: str, body: bytes) -> tuple[int, Any]:
        count = body.count(b"\n") // 2
        return (413, {}) if count > 2 or b'"n":3}' in body else (200, bulk_answer(*[item(201)] * count))

    with cluster(answer) as url, Elasticsearch(url) as client:
        answers = send(client, actions(6))
    assert [one.status for one in answers] == [201, 201, 201, 413, 201, 201]


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("queue is full", Overloaded),
        ("index [i] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark]", ReadOnly),
    ],
)
def test_patience_ends_and_says_that_nothing_is_lost(reason: str, kind: type[StoreError]) -> None:
    busy = cluster(lambda *_: (200, bulk_answer(item(429, reason))))
    with busy as url, Elasticsearch(url) as client, pytest.raises(kind, match="nothing is lost"):
        send(client, actions(1), max_wait=0.3)


def test_a_lost_connection_is_tried_again() -> None:
    with cluster(lambda *_: (200, {})) as url:
        pass
    began = time.monotonic()
    with Elasticsearch(url) as client, pytest.raises(Unreachable, match="does not answer"):
        send(client, actions(1), max_wait=0.5)
    assert time.monotonic() - began > 0.4


def test_writers_wait_while_the_index_is_being_exchanged(shared: Store) -> None:
    index = shared.index_of(1, "alert-events")
    shared.client.indices.add_block(index=index, block="write")
    waiting = [
        Action(operation="create", index=shared.alias("alert-events"), id=str(n), source={"alert": "a"}) for n in (1, 2)
    ]
    with ThreadPoolExecutor(1) as pool:
        answers = pool.submit(send, shared.client, waiting)
        time.sleep(0.5)
        assert not answers.done()
        shared.let_write([index])
        assert [one.status for one in answers.result(timeout=120)] == [201, 201]


def test_no_index_is_made_by_writing_to_it(shared: Store) -> None:
    answers = send(shared.client, actions(1, f"{shared.prefix}-mentions-1999.01"))
    assert answers[0].status == 404
    assert not shared.client.indices.exists(index=f"{shared.prefix}-mentions-1999.01")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(_JSON)
@example("\ud83d")  # a highlight may end within a pair
@example(10**30)
def test_an_answer_is_read_as_the_standard_library_reads_it(value: Any) -> None:
    written = json.dumps(value).encode()
    assert SERIALIZERS["application/json"].loads(written) == json.loads(written)


def test_an_answer_that_is_no_json_is_a_serialization_error() -> None:
    with pytest.raises(SerializationError, match="Unable to deserialize"):
        SERIALIZERS["application/json"].loads(b'{"half')
