"""A store without any document: quicker to have than a store of the test's own; a node without any index."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

    from indexing.elasticsearch.store import Store

__all__ = ["emptied", "wipe"]

_PAGE = 10_000
_AT_ONCE = 40
"""Indices of one request: a line of it takes 4,096 bytes."""


def emptied(store: "Store") -> "Store":
    """Delete every document of the store's indices, and return it."""
    from elasticsearch.helpers import bulk

    client, indices = store.client, f"{store.prefix}-*"
    client.indices.refresh(index=indices)
    while True:
        hits = client.search(index=indices, source=False, sort="_doc", size=_PAGE)["hits"]["hits"]
        bulk(client, ({"_op_type": "delete", "_index": hit["_index"], "_id": hit["_id"]} for hit in hits), refresh=True)
        if len(hits) < _PAGE:
            return store


def wipe(client: "Elasticsearch", pattern: str = "*") -> None:
    """Delete the indices of that pattern, however many there are."""
    names = sorted(client.indices.get(index=pattern, expand_wildcards="all"))
    for start in range(0, len(names), _AT_ONCE):
        client.indices.delete(index=names[start : start + _AT_ONCE])
