"""The outbox: who is still to be told is written with the alert; each attempt is recorded before and after.

A message is sent again until its receiver has confirmed it and that is recorded, and never after. Only a kill between
the two repeats it, marked 重发. Where a channel refuses, or fails for its `give_up`, another one is told as well. What
is more than a channel takes in a minute is told in one message, the gravest before it one by one.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial, reduce
from threading import Lock

from config.channel import Channel
from config.rota import Rota
from indexing.alerts import channels as kinds
from indexing.alerts import claims, operations, records
from indexing.alerts.alert import Alert, Delivery, DeliveryState
from indexing.alerts.delivery import NotDelivered
from indexing.alerts.digest import of_many
from indexing.alerts.incidents import order
from indexing.alerts.message import of_alert
from indexing.alerts.rate import once_a_day, room
from indexing.elasticsearch.store import Store

__all__ = ["Deliveries", "deliver"]

_ATTEMPTS = 3
"""In one call; the next one goes on."""
_PAUSE = 0.5
_RESERVE = 3
"""Messages of a channel's minute that are kept for one that counts the rest, which may take the last two."""
_PROMPT, _FIRST, _MANY = 1.0, 5, 5
"""Seconds after which, once the first have had their turn, more than so many more wait no longer for theirs."""
_SKEW = timedelta(seconds=5)
_OPEN = (DeliveryState.PENDING, DeliveryState.SENDING)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """What one call did: messages confirmed, and messages that are still to be sent."""

    sent: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    """What a call works with."""

    store: Store
    channels: Mapping[str, Channel]
    names: Mapping[str, str] = field(default_factory=dict)
    turn: Lock = field(default_factory=Lock)
    """Held while one channel writes of many alerts, of which the others would write at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One delivery of one alert."""

    alert: str
    key: tuple[str, str]
    attempts: int
    place: tuple[bool, int, float]
    """What comes first: what wakes people, the graver, the heavier."""


_Claimed = tuple[Alert, Delivery]
"""A delivery that this call has claimed, with its alert as it stood then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """What one channel is to be told in one round: `queue` one by one, `rest`, which is claimed, in one message."""

    claim: str
    begun: float
    """When the round began, by the monotonic clock."""
    queue: Sequence[_Entry]
    rest: Sequence[_Claimed]


def deliver(store: Store, channels: Sequence[Channel], rota: Rota | None = None) -> Deliveries:
    """Tell every channel what it has not confirmed yet; a channel that fails or hangs keeps no other waiting.

    What another channel is told instead goes out in the same call.
    """
    names = {id: person.name for id, person in rota.people.items()} if rota else {}
    post = _Post(store=store, channels={channel.id: channel for channel in channels}, names=names)
    sent, waiting, seen = 0, 0, set[tuple[str, tuple[str, str]]]()
    while queues := _queues(store, seen):
        confirmed = _round(post, queues)
        sent, waiting = sent + confirmed, waiting + sum(map(len, queues.values())) - confirmed
        seen |= {(entry.alert, entry.key) for queue in queues.values() for entry in queue}
    return Deliveries(sent=sent, waiting=waiting)


def _round(post: _Post, queues: Mapping[str, Sequence[_Entry]]) -> int:
    """Serve all channels at once; return how many messages they have confirmed.

    What is known to be too much for one by one is claimed for all channels before the first message: many alerts in one
    write, where the channels would have to wait for each other's.
    """
    begun = time.monotonic()
    alone = {name: _alone(post.channels.get(name), len(queue)) for name, queue in queues.items()}
    with claims.claim() as claim:
        rest = _claimed(post, claim, {name: queue[alone[name] :] for name, queue in queues.items()})
        turns = {
            name: _Turn(claim=claim, begun=begun, queue=queue[: alone[name]], rest=rest[name])
            for name, queue in queues.items()
        }
        with ThreadPoolExecutor(len(queues)) as pool:
            runs = [pool.submit(_serve, post, name, turn) for name, turn in turns.items()]
        return sum(run.result() for run in runs)


def _alone(channel: Channel | None, waiting: int) -> int:
    """Return how many of those that wait are told one by one; the rest goes in one message.

    More waits than the channel takes this minute, or many would hear late by what it takes in a second.
    """
    limit = kinds.per_minute(channel) if channel else None
    if channel is None or not limit or waiting < 2:
        return waiting
    left, few = room(channel.id, limit), waiting
    if waiting > left:
        few = max(0, left - max(1, min(_RESERVE, limit // 5)))
    if a_second := kinds.per_second(channel):
        prompt = max(_FIRST, int(a_second * _PROMPT))
        few = min(few, prompt) if waiting - prompt > _MANY else few
    return few if waiting - few > 1 else waiting


def _claimed(post: _Post, claim: str, queues: Mapping[str, Sequence[_Entry]]) -> dict[str, list[_Claimed]]:
    """Claim all of these in one go; return by channel those that are ours now, in their order."""
    keys: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for queue in queues.values():
        for entry in queue:
            keys[entry.alert].add(entry.key)
    edit = claims.edit_all(lambda _, old: claims.claimed(old, claim))
    with post.turn:
        alerts = records.change_all(post.store, {id: partial(edit, own) for id, own in keys.items()})
    found = {
        (id, one.key): (alert, one) for id, alert in alerts.items() for one in alert.delivery if one.claim == claim
    }
    return {
        name: [found[entry.alert, entry.key] for entry in queue if (entry.alert, entry.key) in found]
        for name, queue in queues.items()
    }


def _queues(store: Store, seen: set[tuple[str, tuple[str, str]]]) -> dict[str, list[_Entry]]:
    """Return what each channel is still to be told and may be told now; what has failed least comes first.

    So one message that a receiver cannot take holds up no other.
    """
    now = datetime.now(UTC)
    queues: defaultdict[str, list[_Entry]] = defaultdict(list)
    for alert in records.undelivered(store):
        for one in alert.delivery:
            due = one.state in _OPEN and not _rests(one, now)
            if due and (alert.id, one.key) not in seen:
                follows = one.message.startswith("followup.")
                place = (follows, -order(alert)[0], -alert.weight)
                queues[one.channel].append(_Entry(alert=alert.id, key=one.key, attempts=one.attempts, place=place))
    return {name: sorted(queue, key=lambda entry: (entry.attempts, entry.place)) for name, queue in queues.items()}


def _serve(post: _Post, name: str, turn: _Turn) -> int:
    """Send one channel its messages until it is out of reach; return how many it has confirmed."""
    sent, channel, rest = 0, post.channels.get(name), turn.rest
    for place, entry in enumerate(turn.queue):
        late = place >= _FIRST and time.monotonic() - turn.begun > _PROMPT
        if channel and late and kinds.per_minute(channel) and len(turn.queue) - place + len(rest) > _MANY:
            rest = [*_claimed(post, turn.claim, {name: turn.queue[place:]})[name], *rest]
            break
        for attempt in range(_ATTEMPTS):
            time.sleep(attempt and claims.pause_after(attempt, _PAUSE))
            outcome = _attempt(post, entry, channel, last=attempt == _ATTEMPTS - 1)
            if outcome is None or not outcome.retry:
                break
        sent += outcome is None
        if outcome and (outcome.retry or outcome.after):
            _edited(post, rest, lambda _, one: claims.edit(one.key, lambda _, old: claims.released(old, turn.claim)))
            return sent
    return sent + (_together(post, channel, turn.claim, rest) if channel and rest else 0)


def _rests(delivery: Delivery, now: datetime) -> bool:
    """Whether the next attempt makes no sense yet; by a clock that was put back since the last one, it does."""
    put_back = delivery.at is not None and delivery.at > now + _SKEW
    return delivery.not_before is not None and delivery.not_before > now and not put_back


def _together(post: _Post, channel: Channel, claim: str, mine: Sequence[_Claimed]) -> int:
    """Tell all of these, which are claimed, in one message; recorded after it, each as if it were told alone."""
    try:
        remark = kinds.send(of_many(mine, channel.id, now=datetime.now(UTC)), channel)
    except NotDelivered as error:
        _log.warning("%d alerts not delivered to %s: %s", len(mine), channel.id, error)
        failure = error
        _edited(post, mine, lambda alert, one: _failed(post, alert, one, claim, failure, last=True))
        return 0
    told = "; ".join(filter(None, (f"one of {len(mine)} in one message", remark)))
    ended = partial(claims.ended, claim=claim, state=DeliveryState.SENT, last_error=told)
    _edited(post, mine, lambda _, one: claims.edit(one.key, lambda _, old: ended(old)))
    return len(mine)


def _edited(post: _Post, mine: Sequence[_Claimed], edit: Callable[[Alert, Delivery], Callable[[Alert], Alert]]) -> None:
    """Apply to the alert of each of these the edit that it gets, in few requests."""
    edits: defaultdict[str, list[Callable[[Alert], Alert]]] = defaultdict(list)
    for alert, one in mine:
        edits[alert.id].append(edit(alert, one))
    with post.turn:
        records.change_all(post.store, {id: partial(reduce, _applied, own) for id, own in edits.items()})


def _applied(alert: Alert, edit: Callable[[Alert], Alert]) -> Alert:
    return edit(alert)


def _attempt(post: _Post, entry: _Entry, channel: Channel | None, *, last: bool) -> NotDelivered | None:
    """Claim the message, send it, record what came of it; None when it is delivered."""
    store, id, key = post.store, entry.alert, entry.key
    with claims.claim() as claim:
        alert = records.change(store, id, claims.edit(key, lambda _, old: claims.claimed(old, claim)))
        delivery = next(one for one in alert.delivery if one.key == key)
        if delivery.claim != claim:  # somebody else has sent it, or is sending it
            return NotDelivered("in other hands", unsure=False, retry=False)
        try:
            if channel is None:
                raise NotDelivered(f"no channel is called {delivery.channel!r} any more", unsure=False, retry=False)
            others = records.find(store, delivery.also)
            remark = kinds.send(of_alert(alert, delivery, others=others, names=post.names), channel)
        except NotDelivered as error:
            _log.warning("alert %s not delivered to %s: %s", id, delivery.channel, error)
            records.change(store, id, _failed(post, alert, delivery, claim, error, last=last))
            return error
        sent = claims.edit(key, lambda _, old: claims.ended(old, claim, DeliveryState.SENT, last_error=remark))
        records.change(store, id, sent)
        return None


def _failed(
    post: _Post, alert: Alert, delivery: Delivery, claim: str, error: NotDelivered, *, last: bool
) -> Callable[[Alert], Alert]:
    """Return the edit that writes the failure down, with when to try again and whom to tell instead."""
    failure = error
    pause = error.after or (claims.pause_after(delivery.attempts, _PAUSE) if last or not error.retry else 0.0)
    failed = claims.edit(delivery.key, lambda alert, old: claims.failed(alert, old, claim, failure, pause))
    other = _instead_of(post, alert, delivery, error)
    if other is None:
        return failed
    if other != operations.CHANNEL and once_a_day(f"dead.{delivery.channel}"):
        operations.notify(f"channel {delivery.channel}", f"{error}; {other} is told instead")
    return lambda old: claims.instead(failed(old), delivery, other)


def _instead_of(post: _Post, alert: Alert, delivery: Delivery, error: NotDelivered) -> str | None:
    """Return the channel that is told what this one cannot be told; None while it may still take it."""
    channel = post.channels.get(delivery.channel)
    refused = not error.retry and error.after is None
    begun = max([alert.raised_at, *filter(None, (alert.step_at, alert.reopened_at))])
    late = channel is not None and datetime.now(UTC) - begun > channel.give_up
    if delivery.message.startswith("instead.") or not (refused or late):
        return None
    other = (channel and channel.instead) or operations.CHANNEL
    return other if other in post.channels and other != delivery.channel else None
