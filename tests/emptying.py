"""A store without any document: quicker to have than a store of the test's own."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["emptied"]


def emptied(store: "Store") -> "Store":
    """Delete every document of the store's indices, and return it."""
    from elasticsearch.helpers import bulk, scan

    client, indices = store.client, f"{store.prefix}-v*"
    client.indices.refresh(index=indices)
    hits = scan(client, index=indices, query={"_source": False})
    bulk(client, ({"_op_type": "delete", "_index": hit["_index"], "_id": hit["_id"]} for hit in hits), refresh=True)
    return store
