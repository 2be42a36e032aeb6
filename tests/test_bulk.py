"""Many writes go by two requests at once: each gets its own answer, and those of one document keep their order."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import ApiError, Elasticsearch

from indexing.elasticsearch import bulk
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import Refused
from indexing.elasticsearch.own_writes import own_writes
from indexing.elasticsearch.store import Store
from tests.test_store import actions, cluster, item

MANY = 1_000


@pytest.fixture
def sent() -> list[list[tuple[str, int]]]:
    """Give the list of the requests: of each action its id and its `n`."""
    return []


def read(body: bytes) -> Iterator[tuple[str, str, int]]:
    """Yield operation, id and `n` of a bulk's actions."""
    lines = iter(map(json.loads, body.splitlines()))
    for line in lines:
        [(operation, head)] = line.items()
        yield operation, head["_id"], next(lines)["n"] if operation != "delete" else -1


def answered(body: bytes, status: int = 200, **more: Any) -> tuple[int, Any]:
    items = [{operation: {"_id": id, "status": status + n % 2, **more}} for operation, id, n in read(body)]
    return 200, {"took": 1, "errors": False, "items": items}


def test_two_requests_are_under_way_at_once_and_the_answers_are_in_order() -> None:
    both = threading.Barrier(2, timeout=10)

    def answer(_method: str, _path: str, body: bytes) -> tuple[int, Any]:
        both.wait()  # nobody is answered alone
        return answered(body)

    with cluster(answer) as url, Elasticsearch(url) as client:
        assert [one.status for one in send(client, actions(MANY))] == [200, 201] * (MANY // 2)


def test_writes_of_one_document_go_by_one_request_in_their_order(sent: list[list[tuple[str, int]]]) -> None:
    def answer(_method: str, _path: str, body: bytes) -> tuple[int, Any]:
        sent.append([(id, n) for _, id, n in read(body)])
        return answered(body)

    many = [Action(operation="index", index="i", id=str(n % 300), source={"n": n}) for n in range(MANY)]
    many.append(Action(operation="index", index="another", id="1", source={"n": MANY}))
    with cluster(answer) as url, Elasticsearch(url) as client:
        assert [one.status for one in send(client, many)] == [200 + n % 2 for n in range(MANY + 1)]
    assert len(sent) == 2
    assert sorted(n for request in sent for _, n in request) == list(range(MANY + 1))
    for id in map(str, range(300)):
        of_request = [[n for other, n in request if other == id and n < MANY] for request in sent]
        assert sorted(of_request) == [[], list(range(int(id), MANY, 300))]


def test_few_writes_and_those_beside_a_deletion_are_one_request(sent: list[list[tuple[str, int]]]) -> None:
    def answer(_method: str, _path: str, body: bytes) -> tuple[int, Any]:
        sent.append([(id, n) for _, id, n in read(body)])
        return answered(body)

    moved = [*actions(MANY - 1), Action(operation="delete", index="i", id="old")]
    with cluster(answer) as url, Elasticsearch(url) as client:
        send(client, actions(bulk._LARGE - 1))
        send(client, moved)
    assert [len(one) for one in sent] == [bulk._LARGE - 1, MANY]
    assert sent[-1][-1] == ("old", -1)


def test_what_one_request_cannot_do_is_raised_and_the_other_has_ended() -> None:
    ended: list[int] = []

    def answer(_method: str, _path: str, body: bytes) -> tuple[int, Any]:
        first = next(read(body))[2] == 0
        if not first:
            ended.append(1)
        return (401, {}) if first else answered(body)

    with cluster(answer) as url, Elasticsearch(url) as client, pytest.raises((Refused, ApiError)):
        send(client, actions(MANY))
    assert ended == [1]


def test_what_may_pass_later_is_tried_again_and_what_is_too_large_is_halved() -> None:
    sizes: list[int] = []
    full = iter([True])

    def answer(_method: str, _path: str, body: bytes) -> tuple[int, Any]:
        found = list(read(body))
        sizes.append(len(found))
        if len(found) > 300:
            return 413, {}
        if next(full, False):
            return 200, {"took": 1, "errors": True, "items": [item(429, "full")] * len(found)}
        return answered(body)

    with cluster(answer) as url, Elasticsearch(url) as client:
        assert [one.status for one in send(client, actions(MANY))] == [200, 201] * (MANY // 2)
    assert sorted(sizes) == [125, 125, 250, 250, 250, 250, 500, 500]


def test_what_was_written_is_noted_of_both(store: Store) -> None:
    index = store.alias("alert-events")
    many = [Action(operation="create", index=index, id=str(n), source={"alert": "a"}) for n in range(MANY)]
    with own_writes() as own:
        assert {one.status for one in send(store.client, many)} == {201}
    assert own.upto(store.index_of(1, "alert-events"), -1) == MANY - 1
