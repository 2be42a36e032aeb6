"""Batches of mentions into the index, with books that balance: mentions = indexed + unchanged + dead."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from crawlers.storage.stage import Batch, BooksDoNotBalance, BrokenBatch, Manifest, manifests
from indexing.elasticsearch.ahead import side_by_side
from indexing.elasticsearch.documents import put
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store
from indexing.mentions.books import BatchBooks, made_by
from indexing.mentions.document import timestamp
from indexing.mentions.filling import Filling
from indexing.mentions.write import Further, nothing_further

__all__ = ["TOGETHER", "index", "index_together", "not_indexed"]

TOGETHER = 2_000
"""Mentions of small batches that are indexed in one go: a request to the index costs as much for 5 as for 500."""

_KEPT_AT_ONCE = 4

Progress = Callable[[int, int], None]


def index(
    batch: Batch, store: Store, progress: Progress | None = None, *, now: datetime | None = None
) -> dict[str, int]:
    """Index a batch of mentions and return its books; the same batch again leaves every document as it is.

    What cannot be indexed goes to the dead letters of `batch.to("indexed")`, whose manifest keeps the books. A batch
    that this index has taken already is not read again, and its mentions count as unchanged. Raises BrokenBatch for a
    batch that was never finished, StoreError when Elasticsearch does not come back, BooksDoNotBalance by no fault of
    the caller.
    """
    (outcome,) = index_together([batch], store, progress, now=now)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def index_together(
    batches: Sequence[Batch],
    store: Store,
    progress: Progress | None = None,
    *,
    now: datetime | None = None,
    further: Further = nothing_further,
) -> list[dict[str, int] | BrokenBatch | BooksDoNotBalance]:
    """Index batches of mentions in one go, and return for each its books, or why it cannot be used.

    `progress` gets the mentions done and in all; what `further` says of new mentions is written with them. Whatever
    ends it early, the same again completes it.
    """
    with store_errors():
        identity = store.identity()
        books = [BatchBooks(batch, identity) for batch in batches]
        reading = [one for one in books if one.waits]
        of = sum(one.manifest.count for one in reading)
        lines = ((one, line) for one in reading for line in one.lines())
        filling = Filling(store, timestamp(now or datetime.now(UTC)), further)
        filling.fill(lines, lambda done: progress(done, of) if progress else None)
        _close([one for one in reading if one.waits], store)
    return [one.outcome for one in books]


def _close(books: Sequence[BatchBooks], store: Store) -> None:
    """Write what belongs to the batches beside their mentions, and in the end their books."""
    answers: list[tuple[str, dict[str, Any]]] = []
    runs: list[tuple[str, dict[str, Any]]] = []
    for one in books:
        with one.at_fault():
            one.balance()
            answers += one.answers()
            runs += one.runs()
    put(store, "answers", answers)
    put(store, "runs", runs)
    if books and not store.building:
        store.refresh(MONTHLY, "engagement", "runs")
    for _ in side_by_side(BatchBooks.keep, [one for one in books if one.waits], _KEPT_AT_ONCE):
        pass  # most of the time of keeping books is the disk's, or the object store's


def not_indexed(identity: str) -> list[tuple[Batch, Manifest]]:
    """Return the batches of mentions that the index of this identity has not taken; it reads every manifest."""
    done = manifests("indexed")
    return [
        (batch, mentions)
        for batch, mentions in manifests("mentions").items()
        if not (found := done.get(batch.to("indexed"))) or found.made_by != made_by(identity, mentions)
    ]
