"""The way to Elasticsearch: the user's own cluster where `ELASTICSEARCH_URL` names one, else the embedded node.

`ELASTICSEARCH_URL` may name several nodes of a cluster, with commas between: what one does not answer, another does.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config import settings
from indexing.elasticsearch.errors import StoreError, Unsupported, store_errors

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

__all__ = ["connect"]

_OLDEST = (8, 14)
_FIRST_ANSWER, _QUICK = 10.0, 3.0
_TIMEOUT = 60.0


def connect() -> "Elasticsearch":
    """Return a client that has had one answer; StoreError or EmbeddedError says what to do about none.

    The embedded node is started where it does not run. The key, the password and the CA file come from the environment
    (`ELASTICSEARCH_*`, see config.settings).
    """
    from elasticsearch import Elasticsearch

    from indexing.elasticsearch import embedded
    from indexing.elasticsearch.answers import SERIALIZERS

    cluster = settings.cluster()
    urls, access = (cluster.urls, _access(cluster)) if cluster else ([embedded.start().url], {})
    try:
        client = Elasticsearch(
            urls, request_timeout=_TIMEOUT, max_retries=3, retry_on_timeout=True, serializers=SERIALIZERS, **access
        )
    except ValueError as error:
        raise StoreError(
            f"ELASTICSEARCH_URL: {error}: write it as https://es.example.com:9200, several with commas between"
        ) from error
    _check(client, others=len(urls) - 1)
    if len(urls) > 1:
        _check_same([(url, Elasticsearch(url, request_timeout=_QUICK, max_retries=0, **access)) for url in urls])
    return client


def _access(cluster: settings.Cluster) -> dict[str, Any]:
    access: dict[str, Any] = {}
    if cluster.ca_file:
        if not Path(cluster.ca_file).is_file():
            raise StoreError(f"ELASTICSEARCH_CA_FILE={cluster.ca_file}: no such file: name the CA's PEM file")
        access["ca_certs"] = cluster.ca_file
    if cluster.api_key:
        access["api_key"] = cluster.api_key
    elif cluster.user:
        if not cluster.password:
            raise StoreError(
                f"ELASTICSEARCH_PASSWORD: missing for ELASTICSEARCH_USER={cluster.user}: set it, or"
                " ELASTICSEARCH_PASSWORD_FILE"
            )
        access["basic_auth"] = (cluster.user, cluster.password)
    return access


def _check(client: "Elasticsearch", *, others: int) -> None:
    """Ask every node's version; `GET /` would do, but the embedded node does not have it.

    Where one address does not answer, so many `others` are asked.
    """
    from elasticsearch import AuthorizationException

    quick = client.options(request_timeout=_FIRST_ANSWER, max_retries=others)
    try:
        with store_errors():
            answer = quick.nodes.info(metric="os", filter_path="nodes.*.version")
    except StoreError as error:
        if isinstance(error.__cause__, AuthorizationException):
            return  # a user without the right to monitor may still read and write
        raise
    for node in answer.get("nodes", {}).values():
        if tuple(map(int, re.findall(r"\d+", node["version"])[:2])) < _OLDEST:
            raise Unsupported(f"Elasticsearch {node['version']} is too old: use 8.14 or newer")


def _check_same(nodes: Sequence[tuple[str, "Elasticsearch"]]) -> None:
    """Refuse addresses that lead to different clusters, which would each get some of the documents."""
    from elastic_transport import TransportError
    from elasticsearch import ApiError

    found: dict[str, str] = {}
    for url, node in nodes:
        with suppress(ApiError, TransportError), node:  # one that does not answer is passed over as long as it does not
            state = node.cluster.state(metric="version", filter_path="cluster_uuid")
            found.setdefault(state.get("cluster_uuid", ""), url)
    if len(found) > 1:
        one, other = (url.rpartition("@")[2] for url in list(found.values())[:2])  # without a password
        raise StoreError(f"ELASTICSEARCH_URL: {one} and {other} are two clusters: name nodes of one cluster alone")
