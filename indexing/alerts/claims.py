"""One delivery's states: claimed by a process, failed, sent, given up, and the channel that is told instead."""

import os
import random
import socket
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from indexing.alerts.alert import Alert, Delivery, DeliveryState
from indexing.alerts.delivery import NotDelivered

__all__ = ["claim", "claimed", "edit", "edit_all", "ended", "failed", "instead", "pause_after", "released"]

_LEASE = timedelta(minutes=5)
"""How long a claim holds whose process cannot be seen from here."""
_GIVE_UP = timedelta(days=3)
_LONGEST_PAUSE = 600.0
_OPEN = (DeliveryState.PENDING, DeliveryState.SENDING)
_in_flight: set[str] = set()


@contextmanager
def claim() -> Iterator[str]:
    """Give a name for this process's attempt, which counts as alive within the block."""
    name = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
    _in_flight.add(name)
    try:
        yield name
    finally:
        _in_flight.discard(name)


def edit(key: tuple[str, str], change: Callable[[Alert, Delivery], Delivery]) -> Callable[[Alert], Alert]:
    """Return an edit of an alert that applies `change` to one of its deliveries."""
    return lambda alert: replace(
        alert, delivery=tuple(change(alert, entry) if entry.key == key else entry for entry in alert.delivery)
    )


def edit_all(
    change: Callable[[Alert, Delivery], Delivery],
) -> Callable[[Collection[tuple[str, str]], Alert], Alert]:
    """Return an edit of an alert that applies `change` to those of its deliveries that are named."""
    return lambda keys, alert: replace(
        alert, delivery=tuple(change(alert, entry) if entry.key in keys else entry for entry in alert.delivery)
    )


def claimed(old: Delivery, claim: str) -> Delivery:
    """Return the delivery as being sent by us, unless somebody else has sent it or is sending it."""
    if old.state not in _OPEN or (old.state is DeliveryState.SENDING and not _abandoned(old)):
        return old
    return replace(
        old,
        state=DeliveryState.SENDING,
        attempts=old.attempts + 1,
        unsure=old.unsure or old.state is DeliveryState.SENDING,
        claim=claim,
        last_error=None,
        not_before=None,
        at=datetime.now(UTC),
    )


def failed(alert: Alert, old: Delivery, claim: str, error: NotDelivered, pause: float) -> Delivery:
    """Return the delivery after a failure: to be tried again after `pause` seconds, or given up after days."""
    now = datetime.now(UTC)
    state = DeliveryState.GIVEN_UP if now - alert.raised_at > _GIVE_UP else DeliveryState.PENDING
    after = ended(old, claim, state, last_error=str(error))
    if after is old:
        return old
    not_before = now + timedelta(seconds=pause) if pause else None
    return replace(after, unsure=old.unsure or error.unsure, parts=max(old.parts, error.parts), not_before=not_before)


def ended(old: Delivery, claim: str, state: DeliveryState, last_error: str | None = None) -> Delivery:
    """Return the delivery when our attempt is over."""
    if old.claim != claim:
        return old
    return replace(old, state=state, claim=None, at=datetime.now(UTC), last_error=last_error)


def released(old: Delivery, claim: str) -> Delivery:
    """Return the delivery as it was before our attempt, which did not begin."""
    if old.claim != claim:
        return old
    return replace(old, state=DeliveryState.PENDING, attempts=old.attempts - 1, claim=None, at=datetime.now(UTC))


def instead(alert: Alert, failing: Delivery, channel: str) -> Alert:
    """Return the alert with another channel to be told what one cannot be told."""
    made = replace(
        failing,
        channel=channel,
        message=f"instead.{failing.channel}.{failing.message}",
        state=DeliveryState.PENDING,
        attempts=0,
        parts=0,
        unsure=False,
        claim=None,
        last_error=None,
        at=None,
        not_before=None,
    )
    return (
        alert if made.key in {one.key for one in alert.delivery} else replace(alert, delivery=(*alert.delivery, made))
    )


def pause_after(attempts: int, first: float) -> float:
    """Return for how many seconds to wait after so many failures: doubled each time, never two alike, at most 600."""
    longest = min(first * 2.0 ** min(attempts, 20), _LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1)  # noqa: S311  not a secret


def _abandoned(delivery: Delivery) -> bool:
    """Whether the process that began to send is gone, as far as that can be seen from here."""
    host, pid, _ = (delivery.claim or "::").rsplit(":", 2)
    if host == socket.gethostname():
        if int(pid) == os.getpid():
            return delivery.claim not in _in_flight
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass  # it runs, for another user
    return delivery.at is None or abs(datetime.now(UTC) - delivery.at) > _LEASE  # ahead: the clock was put back
