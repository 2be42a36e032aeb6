"""A stop at the next safe place: of two works beside each other, one does not go on to its end where the other failed.

A thread cannot be stopped from without. So long works ask, wherever they could as well be killed: between the groups
that they work through, and between two tries of a request. What is not done by then is found by the next run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event

__all__ = ["Stopped", "safe_place", "stoppable"]


class Stopped(Exception):
    """Nothing is wrong here: what went on beside this has ended with an error, which is the one to tell."""


_stops: ContextVar[tuple[Event, ...]] = ContextVar("stops", default=())


@contextmanager
def stoppable() -> Iterator[Event]:
    """Let the event that is yielded stop the block, and all that it has other threads do in its context."""
    stop = Event()
    token = _stops.set((*_stops.get(), stop))
    try:
        yield stop
    finally:
        _stops.reset(token)


def safe_place() -> None:
    """Raise Stopped where somebody wants this to end; to be called wherever a kill would lose nothing."""
    if any(stop.is_set() for stop in _stops.get()):
        raise Stopped("what went on beside this has ended with an error")
