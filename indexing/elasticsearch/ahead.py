"""Work that goes on while Elasticsearch answers: the next thing is read while the caller is still at the last one.

It is for what may come early: reading, and requests whose order does not matter. All else stays with the caller, in its
own order, so that a run that is killed leaves nothing behind that it would not have left without this.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from itertools import islice
from typing import TypeVar

__all__ = ["ahead", "meanwhile", "side_by_side", "whenever"]

LOG = logging.getLogger(__name__)
Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item], most: int = 2) -> Iterator[Result]:
    """Yield what `work` returns for each item, in their order; up to so many are worked on at the same time.

    Items are drawn by the caller's thread; `work` sees the caller's context variables. What either raises is raised in
    the item's turn. Whoever stops early waits for what is under way, and the rest is not begun. One item alone, in a
    sequence, is no other thread's.
    """
    if isinstance(items, Sequence) and len(items) < 2:
        yield from map(work, items)
        return
    waiting = iter(items)
    running: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(most) as pool:
        try:
            while True:
                try:
                    for item in islice(waiting, most - len(running)):
                        running.append(pool.submit(copy_context().run, work, item))
                except Exception:  # of drawing an item: those before it have their turn
                    while running:
                        yield running.popleft().result()
                    raise
                if not running:
                    return
                yield running.popleft().result()
        finally:
            for one in running:
                one.cancel()


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items, each made by another thread while the caller works with the one before.

    They are made one after the other, with the caller's context variables. What that raises is raised in the item's
    turn. Whoever stops early waits for the item that is being made, and then the making is closed.
    """
    making, context = iter(items), copy_context()
    with ThreadPoolExecutor(1) as pool:
        try:
            coming = pool.submit(context.run, _next, making)
            while made := coming.result():
                coming = pool.submit(context.run, _next, making)
                yield made[0]
        finally:
            pool.shutdown()
            if close := getattr(making, "close", None):
                context.run(close)


@contextmanager
def meanwhile(work: Callable[[], Result]) -> Iterator[Future[Result]]:
    """Let another thread do `work` while the block runs; after the block it is waited for, and raises what it raised.

    The future that is yielded then has its result. Of two errors the block's is raised, and the other one logged.
    """
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(copy_context().run, work)
        try:
            yield done
        except BaseException:
            if error := done.exception():
                LOG.error("besides: %s", error)
            raise
        done.result()


@contextmanager
def whenever(work: Callable[[], object]) -> Iterator[Callable[[], None]]:
    """Let another thread do `work` each time that the block calls what it gets; calls while one still waits are one.

    After the block what is under way is waited for, and what waits is not begun. What it raised is raised there.
    """
    with ThreadPoolExecutor(1) as pool:
        calls: list[Future[object]] = []

        def call() -> None:
            if not calls or calls[-1].running() or calls[-1].done():
                calls.append(pool.submit(copy_context().run, work))

        try:
            yield call
        finally:
            for one in calls:
                one.cancel()
        for one in calls:
            if not one.cancelled():
                one.result()


def _next(making: Iterator[Item]) -> list[Item]:
    """Return the next item alone, or nothing at the end."""
    return list(islice(making, 1))
