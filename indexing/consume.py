"""A consumer at work: what waits in its queue is done batch by batch, and one bad batch never stops the others."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from crawlers.storage import queue
from crawlers.storage.handover import Work, waiting
from crawlers.storage.stage import Batch, BooksDoNotBalance, BrokenBatch
from indexing.elasticsearch.ahead import side_by_side

__all__ = ["Done", "Progress", "Step", "Unusable", "consume", "one_by_one", "work_off"]

Unusable = BrokenBatch | BooksDoNotBalance
Step = Callable[[Sequence[Batch], Callable[[int, int], None]], Sequence[Mapping[str, int] | Unusable]]
"""What is done with batches: it gets a progress (done, of), and returns each batch's books, or why it has none."""
Progress = Callable[[str, int, int], None]
"""Called with (step, done, of) while a step works."""

_MOST_TOGETHER = 400
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The books of the batches that were taken up, added up, and why the others were set aside."""

    books: dict[str, int] = field(default_factory=dict)
    failed: tuple[str, ...] = ()
    batches: int = 0


def one_by_one(work: Callable[[Batch, Callable[[int, int], None]], Mapping[str, int]], *, ways: int = 1) -> Step:
    """Return the step that does `work`, which returns a batch's books, for each batch; so many at the same time."""

    def step(batches: Sequence[Batch], tell: Callable[[int, int], None]) -> list[Mapping[str, int] | Unusable]:
        lines: Counter[Batch] = Counter()

        def done(batch: Batch) -> Mapping[str, int] | Unusable:
            def told(count: int, of: int) -> None:
                lines[batch] = count
                tell(lines.total(), of)

            try:
                return work(batch, told)
            except (BrokenBatch, BooksDoNotBalance) as error:
                return error

        return list(side_by_side(done, batches, ways))

    return step


def consume(
    consumer: str, step: Step, progress: Progress, only: Collection[str] | None = None, *, together: int = 1
) -> Done:
    """Do `step` for every batch that waits for a consumer, or `only` for these, in the order of windows.

    Batches are taken up together until they hold so many lines.
    """
    strange = queue.unreadable(consumer)
    _tell(consumer, strange)
    works = waiting(consumer, only)
    of = sum(work.count for work in works)
    done = work_off(consumer, works, step, lambda at: progress(consumer, at, of), together=together)
    return replace(done, failed=(*strange, *done.failed))


def work_off(
    consumer: str, works: Iterable[Work], step: Step, progress: Callable[[int], None], *, together: int = 1
) -> Done:
    """Do `step` for the batches and take them off the queue; `progress` gets the lines done.

    A batch that is broken, or whose books do not balance, is set aside with the reason, and those who run tingfeng are
    told once. Every other error ends the work, and what is not done stays in the queue.
    """
    books: Counter[str] = Counter()
    failed: list[str] = []
    before = batches = 0
    try:
        for some in _groups(works, together):
            sound = [work for work in some if not work.fault]
            outcomes = step([work.batch for work in sound], lambda done, _, before=before: progress(before + done))  # type: ignore[misc]
            found = dict(zip((work.batch for work in sound), outcomes, strict=True))
            for work in some:
                outcome = found.get(work.batch, work.fault)
                if isinstance(outcome, Mapping):
                    books.update(outcome)
                    work.done()
                    batches += 1
                elif work.fail(str(outcome)):
                    failed.append(f"{work.batch}: {outcome}")
                before += work.count
            progress(before)
    finally:
        _tell(consumer, failed)
    return Done(books=dict(books), failed=tuple(failed), batches=batches)


def _groups(works: Iterable[Work], lines: int) -> Iterator[list[Work]]:
    """Yield the works in their order, as many at a time as hold so many lines, or one that holds more.

    A full group is yielded before the next work is drawn, which may hang on what has become of these.
    """
    group: list[Work] = []
    held = 0
    for work in works:
        if group and held + work.count > lines:
            yield group
            group, held = [], 0
        group.append(work)
        held += work.count
        if held >= lines or len(group) >= _MOST_TOGETHER:
            yield group
            group, held = [], 0
    if group:
        yield group


def _tell(consumer: str, failed: Sequence[str]) -> None:
    """Tell those who run tingfeng what was set aside, all of it in one message."""
    from indexing.alerts.operations import notify

    if failed:
        _log.error("%s: set aside: %s", consumer, "; ".join(failed))
        notify(consumer, f"set aside, see `tingfeng doctor`: {len(failed)}, such as {failed[0]}")
