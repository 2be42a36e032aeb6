"""A consumer at work: what waits in its queue is done batch by batch, and one bad batch never stops the others."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crawlers import queue
from crawlers.handover import Work, waiting
from crawlers.stage import Batch, BrokenBatch

__all__ = ["Done", "Progress", "Step", "consume", "work_off"]

Step = Callable[[Batch, Callable[[int, int], None]], Mapping[str, int]]
"""What is done with one batch: it gets a progress (done, of), and returns the batch's books."""
Progress = Callable[[str, int, int], None]
"""Called with (step, done, of) while a step works."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The books of the batches that were taken up, added up, and why the others were set aside."""

    books: dict[str, int] = field(default_factory=dict)
    failed: tuple[str, ...] = ()
    batches: int = 0


def consume(consumer: str, step: Step, progress: Progress, only: Collection[str] | None = None) -> Done:
    """Do `step` for every batch that waits for a consumer, or `only` for these, in the order of windows."""
    strange = queue.unreadable(consumer)
    _tell(consumer, strange)
    works = waiting(consumer, only)
    of = sum(work.count for work in works)
    done = work_off(consumer, works, step, lambda at: progress(consumer, at, of))
    return replace(done, failed=(*strange, *done.failed))


def work_off(consumer: str, works: Iterable[Work], step: Step, progress: Callable[[int], None]) -> Done:
    """Do `step` for each batch and take it off the queue; `progress` gets the lines done.

    A batch that is broken, or whose books do not balance, is set aside with the reason, and those who run tingfeng are
    told once. Every other error ends the work, and what is not done stays in the queue.
    """
    from indexing.index import BooksDoNotBalance
    from nlp.analyse import UnbalancedBooks

    books: Counter[str] = Counter()
    failed: list[str] = []
    before = batches = 0
    try:
        for work in works:
            try:
                if work.fault:
                    raise BrokenBatch(work.fault)
                books.update(step(work.batch, lambda done, _, before=before: progress(before + done)))  # type: ignore[misc]
                work.done()
                batches += 1
            except (BrokenBatch, UnbalancedBooks, BooksDoNotBalance) as error:
                if work.fail(str(error)):
                    failed.append(f"{work.batch}: {error}")
            before += work.count
            progress(before)
    finally:
        _tell(consumer, failed)
    return Done(books=dict(books), failed=tuple(failed), batches=batches)


def _tell(consumer: str, failed: Sequence[str]) -> None:
    """Tell those who run tingfeng what was set aside, all of it in one message."""
    from indexing.alerts.operations import notify

    if failed:
        _log.error("%s: set aside: %s", consumer, "; ".join(failed))
        notify(consumer, f"set aside, see `tingfeng doctor`: {len(failed)}, such as {failed[0]}")
