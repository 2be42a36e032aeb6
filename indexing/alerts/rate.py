"""How many messages a minute a receiver takes: one count for all processes of this data folder, in a locked file.

A full disk holds up no message: what cannot be counted is not counted, and the log says so.
"""

import fcntl
import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TextIO

from config import settings
from crawlers.storage.files import FULL

__all__ = ["is_done", "locked", "once_a_day", "pause", "room"]

_MINUTE = 60.0
_SECOND = 1.0

_log = logging.getLogger(__name__)


def pause(channel: str, per_minute: int, per_second: int | None = None) -> float:
    """Return 0 and count one message now; or, where the minute is full, the seconds until the next is allowed.

    Any 60 seconds hold at most `per_minute` messages and any second at most `per_second`, whoever sends them.
    """
    with locked(f"{channel}.sent") as file:
        now = time.time()
        sent = _sent(file, now)
        full = sent[-per_minute] + _MINUTE - now if len(sent) >= per_minute else 0.0
        if per_second and len(sent) >= per_second:
            full = max(full, sent[-per_second] + _SECOND - now)
        _rewrite(file, json.dumps(sent if full > 0 else [*sent, now]))
        return max(full, 0.0)


def room(channel: str, per_minute: int) -> int:
    """Return how many messages the channel takes now before its minute is full."""
    with locked(f"{channel}.sent") as file:
        return max(0, per_minute - len(_sent(file, time.time())))


def _sent(file: TextIO, now: float) -> list[float]:
    """Return when the last minute's messages were sent; by a clock that was put back since, all of them just now."""
    return sorted(min(moment, now) for moment in _read(file) if now - moment < _MINUTE)


@contextmanager
def locked(name: str) -> Iterator[TextIO]:
    """Open a file of the outbox's folder for this process alone; others wait. It is made where there is none."""
    folder = settings.data_dir() / "outbox"
    folder.mkdir(parents=True, exist_ok=True)
    file = Path(folder / name).open("a+", encoding="utf-8")  # noqa: SIM115 - closed below
    try:
        fcntl.flock(file, fcntl.LOCK_EX)  # goes with the file, and with the process
        file.seek(0)
        yield file
    finally:
        try:
            file.close()
        except OSError as error:  # tries once more to write what a full disk did not take
            if error.errno not in FULL:
                raise


def _read(file: TextIO) -> list[float]:
    try:
        return [float(moment) for moment in json.loads(file.read() or "[]")]
    except (ValueError, TypeError):  # half-written by a process that was killed: no count is better than no message
        return []


def once_a_day(name: str) -> bool:
    """Say whether this is the first time today, for all processes, that anybody asks so by this name.

    Where that cannot be noted it is not, lest whoever is told is told again every few minutes.
    """
    today = datetime.now(settings.DAY_ZONE).date()
    with locked(f"{name}.day") as file:
        return not is_done(file.read(), today) and _rewrite(file, today.isoformat())


def _rewrite(file: TextIO, text: str) -> bool:
    """Write a text in the place of a file's; return whether the disk had room for it."""
    file.seek(0)
    file.truncate()
    try:
        file.write(text)
        file.flush()
    except OSError as error:
        if error.errno not in FULL:
            raise
        _log.error("%s: %s: make room there", file.name, error.strerror)
        return False
    return True


def is_done(written: str, today: date) -> bool:
    """Say whether what is done once a day is done: today, or on the day after by a clock that was put back since."""
    return written in (today.isoformat(), (today + timedelta(days=1)).isoformat())
