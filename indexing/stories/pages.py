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
"""Mentions that are read by one request, as in most turns they are, and by the page where each is read whole."""
_KEEP = "5m"
_OLDEST = [{"@timestamp": "asc"}, {"post_id": "asc"}]


def pages(
    store: Store,
    query: Mapping[str, Any],
    *,
    sources: Sequence[str] = (),
    values: Sequence[str] = (),
    size: int | None = None,
) -> Iterator[list[Hit]]:
    """Yield the mentions of a query as they stood when it began, with what they hold, or with values as indexed alone.

    What one request holds is one page; more is read from its beginning, as one moment had it, `size` at a time.
    """
    wanted: dict[str, Any] = {
        "query": query,
        **(_values(values) if values else {"source": {"includes": list(sources)}}),
        "track_total_hits": False,
    }
    with store_errors():
        page = store.client.search(index=store.alias(MONTHLY), sort=_OLDEST, size=_AT_ONCE, **wanted)
        hits: list[Hit] = page["hits"]["hits"]
        if len(hits) == _AT_ONCE:
            yield from _at_one_moment(store, wanted, size or _AT_ONCE)
        elif hits:
            yield hits


def _values(names: Sequence[str]) -> dict[str, Any]:
    """Ask for values without `_source` and `_id`: that is stored beside the text, which would have to be unpacked."""
    return {"stored_fields": ["_none_"], "source": False, "docvalue_fields": [{"field": name} for name in names]}


def _at_one_moment(store: Store, wanted: dict[str, Any], size: int) -> Iterator[list[Hit]]:
    pit = store.client.open_point_in_time(index=store.alias(MONTHLY), keep_alive=_KEEP)["id"]
    after: Any = None
    try:
        while True:
            at = {"id": pit, "keep_alive": _KEEP}
            sort = [*_OLDEST, {"_shard_doc": "asc"}]
            page = store.client.search(pit=at, sort=sort, size=size, search_after=after, **wanted)
            pit, hits = page["pit_id"], page["hits"]["hits"]
            if hits:
                yield hits
            if len(hits) < size:
                return
            after = hits[-1]["sort"]
    finally:
        with_options(store.client, ignore_status=404).close_point_in_time(id=pit)
