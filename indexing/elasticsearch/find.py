"""The client of whatever Elasticsearch serves this checkout, for notebooks: it starts none."""

from elasticsearch import Elasticsearch

from config import settings
from indexing.elasticsearch import embedded
from indexing.elasticsearch.connect import connect
from indexing.elasticsearch.embedded_errors import NotRunning

__all__ = ["find_client"]


def find_client() -> Elasticsearch:
    """Return a client of `ELASTICSEARCH_URL`, or of a running node of this checkout; NotRunning says how to start one.

    Of several nodes that of the data folder in use comes first.
    """
    if settings.cluster():
        return connect()
    for running in embedded.all_running():
        return Elasticsearch(running.url, request_timeout=60)
    raise NotRunning("no Elasticsearch runs for this checkout: start one with `tingfeng demo` or `tingfeng es start`")
