"""Posts that wait become mentions: a batch after the other, and on every core where very many of them wait."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import get_context
from threading import Lock
from typing import TYPE_CHECKING

from config import settings
from config.brand import Brand
from config.child_process import end_with
from config.errors import UserError
from crawlers.storage.handover import slices
from crawlers.storage.stage import Batch
from indexing.consume import Done, Progress, consume, one_by_one

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["analyse_all", "quiet"]

_MUCH = 25_000
"""Posts for which one more process pays: it takes some two seconds to start, and reads its own copy of the model."""
_MOST = 4
_TOGETHER = 4_000
"""Posts of small batches that leave the queue together."""
_WAYS = 3
"""Batches at the same time: while the disk, or the object store, makes sure of what one came to, others are read."""


def quiet(_step: str, _done: int, _of: int) -> None:
    """Report no progress."""


def analyse_all(
    brands: Sequence[Brand],
    store: "Store | None",
    *,
    only: Collection[str] | None = None,
    progress: Progress = quiet,
) -> Done:
    """Analyse every batch of posts that waits, or `only` these, and hand the mentions on; return their books, added up.

    With a store, reposts and comments also inherit the brands of roots that earlier windows indexed. A large backlog is
    shared out among the cores; the mentions are the same, byte for byte.
    """
    from indexing.owed import bring_over

    bring_over()
    dealt = slices("analyse", of=_MUCH, most=min(_MOST, _cores())) if only is None else []
    if len(dealt) > 1:
        return _on_many_cores(brands, store, dealt, progress)
    return _analyse(brands, store, only, progress)


def _analyse(
    brands: Sequence[Brand], store: "Store | None", only: Collection[str] | None, progress: Progress = quiet
) -> Done:
    from indexing.maintenance.evidence import keep_pages
    from indexing.mentions.roots import root_brands
    from nlp.analyse import Analysis
    from nlp.analysed import note_version

    analysis, roots = Analysis(brands, settings.sentiment_engine()), root_brands(store) if store else None
    note_version(analysis.version)
    one_keeps_pages = Lock()

    def step(batch: Batch, tell: Callable[[int, int], None]) -> Mapping[str, int]:
        mentions = analysis.of(batch, roots=roots, progress=tell)
        batch.to("mentions").hand_on(mentions)  # those too that a backfill has made, which hands on nothing
        with one_keeps_pages:  # for two batches may have a page in common
            keep_pages(batch)
        return mentions.books

    return consume("analyse", one_by_one(step, ways=_WAYS), progress, only, together=_TOGETHER)


def _on_many_cores(
    brands: Sequence[Brand], store: "Store | None", dealt: Sequence[Collection[str]], progress: Progress
) -> Done:
    """Do the first slice here and each other one in a process of its own; by the first, progress is told for all."""
    mine, *others = dealt
    batches = sum(map(len, dealt))

    def tell(step: str, done: int, of: int) -> None:
        progress(step, done * batches // len(mine), of * batches // len(mine))

    try:
        with ProcessPoolExecutor(len(others), get_context("spawn"), end_with, (os.getpid(),)) as processes:
            elsewhere = [processes.submit(_there, brands, store.prefix if store else None, some) for some in others]
            done = [_analyse(brands, store, mine, tell), *(one.result() for one in elsewhere)]
    except BrokenProcessPool:
        raise UserError(
            "analysis: one of its processes was killed, most likely for want of memory: run the same again; what is"
            " done stays done, and nothing is lost"
        ) from None
    books: Counter[str] = Counter()
    for one in done:
        books.update(one.books)
    failed = tuple(reason for one in done for reason in one.failed)
    return Done(books=dict(books), failed=failed, batches=sum(one.batches for one in done))


def _there(brands: Sequence[Brand], prefix: str | None, some: Collection[str]) -> Done:
    from indexing.elasticsearch.store import open_store

    return _analyse(brands, None if prefix is None else replace(open_store(), prefix=prefix), some)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
