"""While the index cannot be reached: what was still to be told is sent from a file, and people hear of the outage.

`TINGFENG_DATA`/outbox/pending.json holds the alerts with messages that are not confirmed yet, by the last evaluation;
outage.json, while there is an outage, since when it lasts, who was told of it, and what was sent meanwhile.
"""

import json
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TextIO

import msgspec

from config import settings
from config.channel import Channel
from config.duty import on_duty
from config.rota import Rota
from config.settings import DAY_ZONE
from crawlers.storage.files import FULL
from indexing.alerts import claims, operations, overrides, records
from indexing.alerts.alert import Alert, Delivery, DeliveryState, from_document, to_document
from indexing.alerts.channels import send
from indexing.alerts.delivery import NotDelivered
from indexing.alerts.message import of_alert, of_words
from indexing.alerts.rate import locked
from indexing.elasticsearch.store import Store

__all__ = ["keep", "page_directly", "reconcile"]

_PATIENCE = timedelta(minutes=3)
"""For how long the index may be away before people hear of it."""
_OPEN = (DeliveryState.PENDING, DeliveryState.SENDING)

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _Outage:
    since: datetime
    told: list[str] = field(default_factory=list)
    """Channels that know of it."""
    tried: list[tuple[str, str, str]] = field(default_factory=list)
    """Alert, message and channel of what was begun."""
    sent: list[tuple[str, str, str, datetime]] = field(default_factory=list)
    """And of what was confirmed, with the time."""


def keep(store: Store) -> None:
    """Write down what is still to be told, for the time in which the index cannot be asked.

    A full disk holds up no message: the file then says what it said before, and the log tells of it.
    """
    try:
        _keep(store)
    except OSError as error:
        if error.errno not in FULL:
            raise
        place = settings.data_dir() / "outbox"
        _log.error("%s: %s: make room there; until then an outage of the index is silent", place, error.strerror)


def _keep(store: Store) -> None:
    alerts = {alert.id: alert for alert in records.undelivered(store)}
    spoken_of = {id for alert in alerts.values() for one in alert.delivery if one.state in _OPEN for id in one.also}
    alerts |= {alert.id: alert for alert in records.find(store, sorted(spoken_of - alerts.keys()))}
    waiting = [{"id": alert.id, **to_document(alert)} for alert in alerts.values()]
    folder = settings.data_dir() / "outbox"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / "pending.json.draft"
    overrides.keep(overrides.lasting(store, datetime.now(UTC)))
    with locked("pending.lock"):
        draft.write_text(json.dumps(waiting, ensure_ascii=False), encoding="utf-8")
        draft.rename(folder / "pending.json")


def page_directly(channels: Sequence[Channel], rota: Rota | None, *, now: datetime) -> int:
    """Send what is still to be told without the index, and after some minutes tell of the outage; return how many."""
    known = {channel.id: channel for channel in channels}
    with locked("outage.json") as file:
        outage = _read(file) or _Outage(since=now)
        _write(file, outage)
        kept = {alert.id: alert for alert in _kept()}
        done = [
            _send_kept(
                alert,
                delivery,
                known[delivery.channel],
                outage,
                lambda: _write(file, outage),
                now,
                others=[kept[id] for id in delivery.also if id in kept],
            )
            for alert in kept.values()
            for delivery in alert.delivery
            if delivery.state in _OPEN and delivery.channel in known
        ]
        if now - outage.since >= _PATIENCE:
            for id in _who_hears(rota, known, now):
                if id not in outage.told and _tell(known[id], _down(outage.since), "down"):
                    outage.told.append(id)
                    _write(file, outage)
    return sum(done)


def reconcile(store: Store, channels: Sequence[Channel]) -> int:
    """Write to the index what was sent without it, so that nothing is told again; return how many messages that was."""
    with locked("outage.json") as file:
        if (outage := _read(file)) is None:
            return 0
        for id, message, channel, at in outage.sent:
            if records.find(store, [id]):
                records.change(store, id, claims.edit((message, channel), _sent_at(at)))
        for channel_of in (one for one in channels if one.id in outage.told):
            _tell(channel_of, _up(outage), "up")
        file.seek(0)
        file.truncate()
        return len(outage.sent)


def _send_kept(
    alert: Alert,
    delivery: Delivery,
    channel: Channel,
    outage: _Outage,
    write: Callable[[], None],
    now: datetime,
    *,
    others: Sequence[Alert],
) -> bool:
    """Send one message unless it was confirmed already; what may have arrived before is marked."""
    name = (alert.id, *delivery.key)
    if name in {(id, message, to) for id, message, to, _ in outage.sent}:
        return False
    unsure = delivery.unsure or delivery.state is DeliveryState.SENDING or name in outage.tried
    if name not in outage.tried:
        outage.tried.append(name)
        write()
    try:
        send(of_alert(alert, replace(delivery, unsure=unsure), others=others), channel)
    except NotDelivered as error:
        _log.warning("alert %s not delivered to %s from the spool: %s", alert.id, channel.id, error)
        if not error.unsure:
            outage.tried.remove(name)
            write()
        return False
    outage.sent.append((*name, now))
    write()
    return True


def _sent_at(at: datetime) -> Callable[[Alert, Delivery], Delivery]:
    def edit(_: Alert, old: Delivery) -> Delivery:
        if old.state not in _OPEN:
            return old
        told = "sent without the index, while it could not be reached"
        return replace(
            old,
            state=DeliveryState.SENT,
            attempts=old.attempts + 1,
            claim=None,
            not_before=None,
            last_error=told,
            at=at,
        )

    return edit


def _who_hears(rota: Rota | None, known: Collection[str], now: datetime) -> list[str]:
    """Return the channels that hear of an outage: operations', and those of who is on duty; else every one."""
    on_call = [rota.people[id].channels for id in on_duty(rota, now, overrides.kept())] if rota else []
    wanted = [operations.CHANNEL, *chain.from_iterable(on_call)]
    return [id for id in dict.fromkeys(wanted) if id in known] or sorted(known)


def _tell(channel: Channel, text: str, what: str) -> bool:
    title = "【运维预警】索引无法访问 index unreachable" if what == "down" else "【运维预警】索引恢复 index is back"
    try:
        send(of_words(f"outage:{what}:{channel.id}", title, text, outage=what), channel)
    except NotDelivered as error:
        _log.warning("the channel %s could not be told of the outage: %s", channel.id, error)
        return False
    return True


def _down(since: datetime) -> str:
    clock = since.astimezone(DAY_ZONE).strftime("%m-%d %H:%M")
    return (
        f"Elasticsearch 自 {clock} 起无法访问，期间不能发现新的预警；已发现而未送达的仍会发出。\n"
        f"The index has been unreachable since {clock}: no new alert can be found; those found before are still sent."
    )


def _up(outage: _Outage) -> str:
    clock = outage.since.astimezone(DAY_ZONE).strftime("%m-%d %H:%M")
    return (
        f"自 {clock} 起的故障已恢复，期间直接发出 {len(outage.sent)} 条。\n"
        f"The outage since {clock} is over; {len(outage.sent)} messages were sent meanwhile."
    )


def _kept() -> Iterable[Alert]:
    path = Path(settings.data_dir() / "outbox" / "pending.json")
    if path.exists():
        for document in json.loads(path.read_text(encoding="utf-8")):
            yield from_document(document.pop("id"), document)


def _read(file: TextIO) -> _Outage | None:
    file.seek(0)
    text = file.read()
    return msgspec.json.decode(text, type=_Outage) if text else None


def _write(file: TextIO, outage: _Outage) -> None:
    content = msgspec.json.encode(outage).decode()
    file.seek(0)
    file.truncate()
    file.write(content)
    file.flush()
