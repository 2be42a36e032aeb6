"""The outbox: who is still to be told is written with the alert; each attempt is recorded before and after.

A message is sent again until its receiver has confirmed it and that is recorded, and never after. Only a kill between
the two repeats it, marked 重发.
"""

import logging
import os
import random
import socket
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from config.channel import Channel
from indexing.alerts import channels as kinds
from indexing.alerts import records
from indexing.alerts.alert import Alert, Delivery, DeliveryState
from indexing.alerts.channels import NotDelivered
from indexing.alerts.message import of_alert
from indexing.elasticsearch.store import Store

__all__ = ["Deliveries", "deliver"]

_ATTEMPTS = 3
"""In one call; the next evaluation goes on."""
_PAUSE = 0.5
_LEASE = timedelta(minutes=5)
"""How long a claim holds whose process cannot be seen from here."""
_GIVE_UP = timedelta(days=3)
_OPEN = (DeliveryState.PENDING, DeliveryState.SENDING)
_in_flight: set[str] = set()

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """What one call did: messages confirmed, and messages that are still to be sent."""

    sent: int
    waiting: int


def deliver(store: Store, channels: Sequence[Channel]) -> Deliveries:
    """Tell every channel what it has not confirmed yet; a channel that fails or hangs keeps no other waiting."""
    known = {channel.id: channel for channel in channels}
    queues: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for alert in records.undelivered(store):
        for delivery in alert.delivery:
            if delivery.state in _OPEN:
                queues[delivery.channel].append((delivery.attempts, alert.id))
    if not queues:
        return Deliveries(sent=0, waiting=0)
    with ThreadPoolExecutor(len(queues)) as pool:
        # what has failed least goes first, so that one message that a receiver cannot take holds up no other
        runs = [
            pool.submit(_serve, store, channel, known.get(channel), [id for _, id in sorted(queue, key=lambda q: q[0])])
            for channel, queue in queues.items()
        ]
    sent = sum(run.result() for run in runs)
    return Deliveries(sent=sent, waiting=sum(map(len, queues.values())) - sent)


def _serve(store: Store, name: str, channel: Channel | None, alerts: Sequence[str]) -> int:
    """Send one channel its messages until it is out of reach; return how many it has confirmed."""
    sent = 0
    for id in alerts:
        for attempt in range(_ATTEMPTS):
            time.sleep(attempt and _PAUSE * 2**attempt * random.uniform(0.5, 1))  # noqa: S311  not a secret
            outcome = _attempt(store, id, name, channel)
            if outcome is None or not outcome.retry:
                break
        sent += outcome is None
        if outcome and outcome.retry:
            break
    return sent


def _attempt(store: Store, id: str, name: str, channel: Channel | None) -> NotDelivered | None:
    """Claim the message, send it, record what came of it; None when it is delivered."""
    with _claim() as claim:
        claimed = records.change(store, id, _edit(name, lambda _, old: _claimed(old, claim)))
        delivery = _of(claimed, name)
        if delivery.claim != claim:  # somebody else has sent it, or is sending it
            return NotDelivered("in other hands", unsure=False, retry=False)
        try:
            if channel is None:
                raise NotDelivered(f"no channel is called {name!r} any more", unsure=False, retry=False)
            kinds.send(of_alert(claimed, name, repeat=delivery.unsure), channel)
        except NotDelivered as error:
            _log.warning("alert %s not delivered to %s: %s", id, name, error)
            failure = error
            records.change(store, id, _edit(name, lambda alert, old: _failed(alert, old, claim, failure)))
            return error
        records.change(store, id, _edit(name, lambda _, old: _ended(old, claim, DeliveryState.SENT)))
        return None


@contextmanager
def _claim() -> Iterator[str]:
    claim = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
    _in_flight.add(claim)
    try:
        yield claim
    finally:
        _in_flight.discard(claim)


def _claimed(old: Delivery, claim: str) -> Delivery:
    if old.state not in _OPEN or (old.state is DeliveryState.SENDING and not _abandoned(old)):
        return old
    return replace(
        old,
        state=DeliveryState.SENDING,
        attempts=old.attempts + 1,
        unsure=old.unsure or old.state is DeliveryState.SENDING,
        claim=claim,
        last_error=None,
        at=datetime.now(UTC),
    )


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
    return delivery.at is None or datetime.now(UTC) - delivery.at > _LEASE


def _failed(alert: Alert, old: Delivery, claim: str, error: NotDelivered) -> Delivery:
    over = datetime.now(UTC) - alert.raised_at > _GIVE_UP
    state = DeliveryState.GIVEN_UP if over else DeliveryState.PENDING
    ended = _ended(old, claim, state, last_error=str(error))
    return replace(ended, unsure=old.unsure or error.unsure) if ended is not old else old


def _ended(old: Delivery, claim: str, state: DeliveryState, last_error: str | None = None) -> Delivery:
    if old.claim != claim:
        return old
    return replace(old, state=state, claim=None, at=datetime.now(UTC), last_error=last_error)


def _edit(name: str, edit: Callable[[Alert, Delivery], Delivery]) -> Callable[[Alert], Alert]:
    """Return an edit of an alert that applies `edit` to its delivery to one channel."""
    return lambda alert: replace(
        alert,
        delivery=tuple(edit(alert, entry) if entry.channel == name else entry for entry in alert.delivery),
    )


def _of(alert: Alert, name: str) -> Delivery:
    return next(entry for entry in alert.delivery if entry.channel == name)
