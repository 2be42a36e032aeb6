"""One index as it stands at one moment, however long it is read and whoever writes meanwhile."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from indexing.elasticsearch.client_options import with_options
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = ["Moment", "at_one_moment"]

_PAGE = 1_000
_KEEP = "5m"


class Moment:
    """A point in time of an index."""

    def __init__(self, store: Store, pit: str) -> None:
        self._client, self.pit = store.client, pit

    def count(self) -> int:
        """Return how many documents it holds."""
        answer = self._search(query={"match_all": {}}, size=0, track_total_hits=True)
        return int(answer["hits"]["total"]["value"])

    def hits(self, after: int = -1, *, source: bool = True) -> Iterator[list[Mapping[str, Any]]]:
        """Yield the hits that were written after the write of this number, by the page; without `source`, ids alone."""
        query = {"range": {"_seq_no": {"gt": after}}} if after >= 0 else {"match_all": {}}
        last: list[Any] | None = None
        while True:
            page = self._search(
                query=query,
                sort=["_shard_doc"],
                size=_PAGE,
                search_after=last,
                source=source,
                track_total_hits=False,
            )
            hits = page["hits"]["hits"]
            if not hits:
                return
            yield hits
            last = hits[-1]["sort"]

    def _search(self, **asked: Any) -> Any:
        answer = with_retries(lambda: self._client.search(pit={"id": self.pit, "keep_alive": _KEEP}, **asked))
        self.pit = answer["pit_id"]
        return answer


@contextmanager
def at_one_moment(store: Store, index: str) -> Iterator[Moment]:
    """Give the index as it stands now, with all that was written before."""
    with_retries(lambda: store.client.indices.refresh(index=index))
    pit = with_retries(lambda: store.client.open_point_in_time(index=index, keep_alive=_KEEP))["id"]
    moment = Moment(store, pit)
    try:
        yield moment
    finally:
        with_options(store.client, ignore_status=404).close_point_in_time(id=moment.pit)
