"""A part of many mentions, drawn by chance and yet the same each time: by the hashes of their ids and a seed."""

import hashlib
import heapq
from collections.abc import Iterator, Sequence
from typing import Any

from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store

__all__ = ["drawn", "luck", "scanned"]

_PAGE = 2_000


def drawn(store: Store, query: dict[str, Any], fields: Sequence[str], most: int, seed: str) -> list[dict[str, Any]]:
    """Return at most so many of the mentions that match, each with its `id` and these fields; the same for one seed."""
    lucky = ((luck(one["id"], seed), one["id"], one) for one in scanned(store, query, fields))
    return [one for _, _, one in heapq.nsmallest(most, lucky)]


def luck(id: str, seed: str) -> bytes:
    """Return a mention's place in the draw of this seed: the smallest are drawn."""
    return hashlib.sha256(f"{seed}\n{id}".encode()).digest()


def scanned(store: Store, query: dict[str, Any], fields: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield every mention that matches, in no order, with its `id` and these fields."""
    with store_errors():
        store.refresh(MONTHLY)
        asked = {"query": query, "_source": list(fields), "sort": ["_doc"]}
        for hit in scan(store.client, index=store.alias(MONTHLY), query=asked, size=_PAGE, preserve_order=True):
            yield {"id": hit["_id"], **hit["_source"]}
