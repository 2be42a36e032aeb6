"""Mentions by the page, oldest first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from indexing.elasticsearch.client_options import with_options
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store

__all__ = ["Hit", "pages"]

Hit = Mapping[str, Any]

_AT_ONCE = 1_000
_KEEP = "5m"
_OLDEST = [{"@timestamp": "asc"}, {"post_id": "asc"}]


def pages(
    store: Store, query: Mapping[str, Any], *, sources: Sequence[str] = (), values: Sequence[str] = ()
) -> Iterator[list[Hit]]:
    """Yield the mentions of a query as they stood when it began, with what they hold and with values as indexed.

    What one page holds is one request, as in most turns; more is read from its beginning, as one moment had it.
    """
    wanted: dict[str, Any] = {
        "query": query,
        "size": _AT_ONCE,
        "source": {"includes": list(sources)} if sources else False,
        "docvalue_fields": [{"field": name} for name in values],
        "track_total_hits": False,
    }
    with store_errors():
        page = store.client.search(index=store.alias(MONTHLY), sort=_OLDEST, **wanted)
        hits: list[Hit] = page["hits"]["hits"]
        if len(hits) == _AT_ONCE:
            yield from _at_one_moment(store, wanted)
        elif hits:
            yield hits


def _at_one_moment(store: Store, wanted: dict[str, Any]) -> Iterator[list[Hit]]:
    pit = store.client.open_point_in_time(index=store.alias(MONTHLY), keep_alive=_KEEP)["id"]
    after: Any = None
    try:
        while True:
            at = {"id": pit, "keep_alive": _KEEP}
            page = store.client.search(pit=at, sort=[*_OLDEST, {"_shard_doc": "asc"}], search_after=after, **wanted)
            pit, hits = page["pit_id"], page["hits"]["hits"]
            if hits:
                yield hits
            if len(hits) < _AT_ONCE:
                return
            after = hits[-1]["sort"]
    finally:
        with_options(store.client, ignore_status=404).close_point_in_time(id=pit)
