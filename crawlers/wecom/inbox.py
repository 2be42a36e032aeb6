"""What callbacks told, one sealed file an event, below the stages' root; written before WeCom is answered.

<root>/callbacks/wecom/<day>/<event>                  the event, sealed
<root>/callbacks/wecom-seen/<day>T<hour>/<signature>  an empty file for each request that was taken
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from config import settings
from crawlers.private.seal import open_sealed, seal
from crawlers.storage import files
from crawlers.wecom.event import Event

__all__ = ["STAGE", "events", "expire", "forget", "keep", "note_request", "was_taken"]

STAGE = "callbacks/wecom"
_SEEN = "callbacks/wecom-seen"
_DAYS_FOR_SAME = 2


def keep(event: Event) -> bool:
    """Write an event unless it is there; return whether it is new. Once this returns, a crash loses nothing."""
    days = [event.received_at - timedelta(days=back) for back in range(_DAYS_FOR_SAME)]
    if any(files.exists(_path(day, event.id)) for day in days):
        return False
    files.replace(_path(event.received_at, event.id), seal(msgspec.json.encode(event)))
    return True


def events(since: datetime | None = None) -> Iterator[Event]:
    """Yield what was told, day by day, oldest first within each; `since` leaves out earlier days' and hours'."""
    first = f"{since:%Y%m%d}" if since else ""
    for day in files.folders(f"{_root()}/{STAGE}"):
        if day < first:
            continue
        names = files.names(f"{_root()}/{STAGE}/{day}")
        found = [_read(f"{_root()}/{STAGE}/{day}/{name}") for name in names]
        yield from sorted(
            (one for one in found if one and not (since and one.received_at < since)),
            key=lambda one: (one.received_at, one.id),
        )


def files_of_events() -> Iterator[str]:
    """Yield the path of each event's file."""
    for day in files.folders(f"{_root()}/{STAGE}"):
        for name in files.names(f"{_root()}/{STAGE}/{day}"):
            yield f"{_root()}/{STAGE}/{day}/{name}"


def was_taken(signature: str, at: datetime) -> bool:
    """Tell whether a request with this signature was taken within the last two hours."""
    return any(files.exists(_seen(signature, at - timedelta(hours=back))) for back in range(3))


def note_request(signature: str, at: datetime) -> None:
    """Note that a request was taken, so that a copy of it is refused."""
    files.touch(_seen(signature, at))


def expire(before: datetime, *, dry_run: bool = False) -> int:
    """Remove what was told on days before that of `before`, and the notes of requests; return how many events went."""
    gone = 0
    for day in files.folders(f"{_root()}/{STAGE}"):
        if day < f"{before:%Y%m%d}":
            for name in files.names(f"{_root()}/{STAGE}/{day}"):
                gone += 1
                if not dry_run:
                    files.remove(f"{_root()}/{STAGE}/{day}/{name}")
    return gone


def forget(now: datetime) -> None:
    """Remove the notes of requests that are too old to be sent again."""
    oldest = f"{now - timedelta(hours=3):%Y%m%dT%H}"
    for hour in files.folders(f"{_root()}/{_SEEN}"):
        if hour < oldest:
            for name in files.names(f"{_root()}/{_SEEN}/{hour}"):
                files.remove(f"{_root()}/{_SEEN}/{hour}/{name}")


def _read(path: str) -> Event | None:
    content = files.read(path)
    return msgspec.json.decode(open_sealed(content), type=Event) if content else None


def _root() -> str:
    return settings.stage_root().rstrip("/")


def _path(at: datetime, event_id: str) -> str:
    return f"{_root()}/{STAGE}/{at:%Y%m%d}/{event_id}"


def _seen(signature: str, at: datetime) -> str:
    return f"{_root()}/{_SEEN}/{at:%Y%m%dT%H}/{signature}"
