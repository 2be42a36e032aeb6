"""Every document that a query finds, as one moment had them: one request where they are few, as in a turn they are."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

__all__ = ["scan"]


def scan(
    client: "Elasticsearch",
    *,
    index: str,
    query: Mapping[str, Any],
    size: int = 1_000,
    scroll: str = "5m",
    preserve_order: bool = False,
) -> Iterator[dict[str, Any]]:
    """Yield the hits of `query`, which is a search's body; in its own order only where `preserve_order` says so.

    What one page of `size` hits holds is one search. More is scrolled through from its beginning, which keeps one
    moment's view over all pages, each asked for within `scroll` after the last, but takes two further requests and room
    in the cluster until its end. Raises ScanError where a part of the index cannot be searched.
    """
    from elasticsearch.helpers import ScanError
    from elasticsearch.helpers import scan as all_pages

    asked = {"track_total_hits": False} | dict(query) | ({} if preserve_order else {"sort": "_doc"})
    found = client.search(index=index, size=size, **asked)
    hits, shards = found["hits"]["hits"], found["_shards"]
    if shards["failed"]:  # the client's own scan takes no notice where no other part has a hit
        raise ScanError("", f"{index}: {shards['failed']} of {shards['total']} shards cannot be searched")
    if len(hits) < size:
        yield from hits
        return
    yield from all_pages(
        client, index=index, query=dict(query), size=size, scroll=scroll, preserve_order=preserve_order
    )
