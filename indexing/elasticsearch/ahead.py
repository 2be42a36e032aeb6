"""Work that goes on while Elasticsearch answers: the next thing is read while the caller is still at the last one.

It is for what may come early: reading, and requests whose order does not matter. All else stays with the caller, in its
own order, so that a run that is killed leaves nothing behind that it would not have left without this.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from itertools import islice
from typing import TypeVar

from indexing.elasticsearch.stop import Stopped, safe_place, stoppable

__all__ = ["ahead", "meanwhile", "side_by_side", "whenever"]

LOG = logging.getLogger(__name__)
Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Iterable[Item], most: int = 2) -> Iterator[Result]:
    """Yield what `work` returns for each item, in their order; up to so many are worked on at the same time.

    Items are drawn by the caller's thread; `work` sees the caller's context variables. What either raises is raised in
    the item's turn. Whoever stops early waits for what is under way, and the rest is not begun; before each item is a
    safe place to be stopped. One item alone, in a sequence, is no other thread's.
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
                        safe_place()
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
    turn. Whoever stops early waits for the item that is being made, and then the making is closed; before each item is
    a safe place to be stopped.
    """
    making, context = iter(items), copy_context()
    with ThreadPoolExecutor(1) as pool:
        try:
            coming = pool.submit(context.run, _next, making)
            while made := coming.result():
                safe_place()
                coming = pool.submit(context.run, _next, making)
                yield made[0]
        finally:
            pool.shutdown()
            if close := getattr(making, "close", None):
                context.run(close)


@contextmanager
def meanwhile(work: Callable[[], Result]) -> Iterator[Future[Result]]:
    """Let another thread do `work` while the block runs; after the block it is waited for, and raises what it raised.

    The future that is yielded then has its result. Where one of the two ends with an error, the other stops at its next
    safe place. The error that came first is raised, one that ends the process before all, and any other is logged.
    """
    errors: list[BaseException] = []

    def worked() -> Result:
        try:
            return work()
        except BaseException as error:
            errors.append(error)
            stop.set()
            raise

    with stoppable() as stop, ThreadPoolExecutor(1) as pool:
        done = pool.submit(copy_context().run, worked)
        try:
            yield done
            done.result()
        except BaseException as error:
            errors.append(error)
            stop.set()
            wait([done])
            if (first := _first(errors)) is not error:
                raise first from first.__cause__
            raise


def _first(errors: Sequence[BaseException]) -> BaseException:
    """Return which of the errors is to be raised, and log those of the others that say something of their own."""
    first = next((error for error in errors if not isinstance(error, Exception)), errors[0])
    for error in errors:
        if error is not first and not isinstance(error, Stopped):
            LOG.error("besides: %s", error)
    return first


@contextmanager
def whenever(work: Callable[[], object]) -> Iterator[Callable[[], None]]:
    """Let another thread do `work` each time that the block calls what it gets; calls while one still waits are one.

    After the block what is under way is waited for, and what waits is not begun. What it raised is raised by the next
    call, or there; where the block ends with an error, what is under way stops at its next safe place.
    """
    with stoppable() as stop, ThreadPoolExecutor(1) as pool:
        calls: list[Future[object]] = []

        def call() -> None:
            if calls and calls[-1].done():
                calls.pop().result()
            if not calls or calls[-1].running():
                calls.append(pool.submit(copy_context().run, work))

        try:
            yield call
        except BaseException:
            stop.set()
            raise
        finally:
            for one in calls:
                one.cancel()
        for one in calls:
            if not one.cancelled():
                one.result()


def _next(making: Iterator[Item]) -> list[Item]:
    """Return the next item alone, or nothing at the end."""
    return list(islice(making, 1))
