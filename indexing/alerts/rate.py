"""How many messages a minute a receiver takes: one count for all processes of this data folder, in a locked file."""

import fcntl
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

from config import settings

__all__ = ["locked", "once_a_day", "pause"]

_MINUTE = 60.0


def pause(channel: str, per_minute: int) -> float:
    """Return 0 and count one message now; or, where the minute is full, the seconds until the next is allowed.

    Any 60 seconds hold at most `per_minute` messages, whoever sends them.
    """
    with locked(f"{channel}.sent") as file:
        now = time.time()
        sent = [moment for moment in _read(file) if 0 <= now - moment < _MINUTE]
        if len(sent) >= per_minute:
            return sent[-per_minute] + _MINUTE - now
        file.seek(0)
        file.truncate()
        file.write(json.dumps([*sent, now]))
        return 0.0


@contextmanager
def locked(name: str) -> Iterator[TextIO]:
    """Open a file of the outbox's folder for this process alone; others wait. It is made where there is none."""
    folder = settings.data_dir() / "outbox"
    folder.mkdir(parents=True, exist_ok=True)
    with Path(folder / name).open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # goes with the file, and with the process
        file.seek(0)
        yield file


def _read(file: TextIO) -> list[float]:
    try:
        return [float(moment) for moment in json.loads(file.read() or "[]")]
    except (ValueError, TypeError):  # half-written by a process that was killed: no count is better than no message
        return []


def once_a_day(name: str) -> bool:
    """Say whether this is the first time today, for all processes, that anybody asks so by this name."""
    today = datetime.now(settings.DAY_ZONE).date().isoformat()
    with locked(f"{name}.day") as file:
        if file.read() == today:
            return False
        file.seek(0)
        file.truncate()
        file.write(today)
        return True
