"""Shared fixtures: a clean environment, and one real Elasticsearch node for the whole session."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

_KEPT = {"TINGFENG_RESEARCH_DATA"}


@pytest.fixture(scope="session", autouse=True)
def _own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests off the user's own cluster, data and settings."""
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - _KEPT:
            if name.startswith(("TINGFENG_", "ELASTICSEARCH_")):
                patch.delenv(name)
        patch.setenv("TINGFENG_DATA", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def es_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a real node in a folder of its own; give its address; stop it when the session ends."""
    from indexing.elasticsearch import embedded

    folder = tmp_path_factory.mktemp("elasticsearch")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINGFENG_DATA", str(folder))
        patch.setenv("TINGFENG_ES_HEAP", "512m")
        patch.setenv("TINGFENG_ES_JAVA", "-XX:TieredStopAtLevel=1")  # half the time to start, on two busy cores
        address = embedded.start().url
    try:
        yield address
    finally:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TINGFENG_DATA", str(folder))
            embedded.stop()


@pytest.fixture(scope="session")
def es(es_url: str) -> "Iterator[Elasticsearch]":
    """Give the official client for the session's node; indices of other tests may be there."""
    from elasticsearch import Elasticsearch

    with Elasticsearch(es_url, request_timeout=60) as client:
        yield client


@pytest.fixture
def empty_es(es: "Elasticsearch") -> "Elasticsearch":
    """Give the session's node without any index, alias, template or snapshot repository."""
    if names := list(es.indices.get(index="*", expand_wildcards="all")):
        es.indices.delete(index=names)
    for template in es.indices.get_index_template()["index_templates"]:
        es.indices.delete_index_template(name=template["name"])
    for template in es.cluster.get_component_template()["component_templates"]:
        es.cluster.delete_component_template(name=template["name"])
    for repository in es.snapshot.get_repository():
        es.snapshot.delete_repository(name=repository)
    return es
