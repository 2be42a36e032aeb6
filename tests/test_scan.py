"""All documents that a query finds: each once, in one request where one page holds them, whole or not at all."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from indexing.elasticsearch.client_options import with_options
from indexing.elasticsearch.scan import scan

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

COUNT = 25


@pytest.fixture(scope="module")
def index(es: "Elasticsearch") -> Iterator[str]:
    name = f"tingfeng-scan-{uuid4().hex[:8]}"
    es.indices.create(index=name, mappings={"properties": {"number": {"type": "integer"}}})
    lines: list[dict[str, Any]] = []
    for number in range(COUNT):
        lines += [{"index": {}}, {"number": number}]
    es.bulk(index=name, operations=lines, refresh=True)
    yield name
    es.indices.delete(index=name)


@pytest.fixture
def requests(es: "Elasticsearch", monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the list of what is asked, as it is asked."""
    asked: list[str] = []
    real = es.transport.perform_request

    def perform(method: str, target: str, **named: Any) -> Any:
        asked.append(f"{method} {target.partition('?')[0]}")
        return real(method, target, **named)

    monkeypatch.setattr(es.transport, "perform_request", perform)
    return asked


@pytest.mark.parametrize("size", [1, 7, COUNT - 1, COUNT, COUNT + 1, 1_000])
def test_each_document_comes_once_whatever_a_page_holds(es: "Elasticsearch", index: str, size: int) -> None:
    found = [hit["_source"]["number"] for hit in scan(es, index=index, query={}, size=size)]
    assert sorted(found) == list(range(COUNT))


@pytest.mark.parametrize("size", [4, 1_000])
def test_an_order_is_kept_where_it_is_asked_for(es: "Elasticsearch", index: str, size: int) -> None:
    query = {"query": {"range": {"number": {"gte": 10}}}, "sort": [{"number": "desc"}], "_source": ["number"]}
    hits = scan(es, index=index, query=query, size=size, preserve_order=True)
    assert [hit["_source"]["number"] for hit in hits] == list(range(COUNT - 1, 9, -1))


def test_what_one_page_holds_is_one_request(es: "Elasticsearch", index: str, requests: list[str]) -> None:
    assert len(list(scan(es, index=index, query={"query": {"range": {"number": {"lt": 5}}}}))) == 5
    assert requests == [f"POST /{index}/_search"]


def test_a_part_that_cannot_be_searched_is_an_error(es: "Elasticsearch", index: str) -> None:
    """Of two indices the one in which the field is a number cannot tell what is greater than a word."""
    from elasticsearch.helpers import ScanError

    other = f"{index}-words"
    es.indices.create(index=other, mappings={"properties": {"number": {"type": "keyword"}}})
    try:
        with pytest.raises(ScanError):
            list(scan(es, index=f"{index},{other}", query={"query": {"range": {"number": {"gte": "a"}}}}))
    finally:
        es.indices.delete(index=other)


def test_a_client_with_options_is_made_once_and_does_as_it_is_told(es: "Elasticsearch", index: str) -> None:
    from elasticsearch import NotFoundError

    lenient = with_options(es, ignore_status=404)
    assert not lenient.get(index=index, id="nobody")["found"]
    assert with_options(es, ignore_status=404) is lenient
    assert with_options(es, ignore_status=409) is not lenient
    with pytest.raises(NotFoundError):
        with_options(es, ignore_status=409).get(index=index, id="nobody")
    with pytest.raises(NotFoundError):
        es.get(index=index, id="nobody")
