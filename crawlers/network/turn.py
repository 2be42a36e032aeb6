"""One request at a time to each host, its delay apart, whichever crawl on this machine asks.

A file below the data folder stands for each host. Whoever asks the host holds a lock on the file until the answer is
there, and leaves in it when that was; the lock goes with its process, however that ends. Other machines know
nothing of it: that no two of them ask a host at once is the deal's doing (deal.py).
"""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from config import settings
from crawlers.storage.stage import query_folder

__all__ = ["turn"]

_LOOK = 0.05
_LOOK_AT_MOST = 0.5
"""Seconds between two looks whether the host is free, at first and after a while."""


@asynccontextmanager
async def turn(host: str, delay: float) -> AsyncIterator[None]:
    """Ask `host` inside: alone, and `delay` seconds after whoever asked it before had the answer."""
    path = settings.data_dir() / "hosts" / query_folder(host)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = await _locked(path)
    try:
        await asyncio.sleep(_asked_at(file) + delay - time.time())
        _note(file)
        try:
            yield
        finally:
            _note(file)
    finally:
        os.close(file)


async def _locked(path: Path) -> int:
    """Return the open file once nobody else holds it."""
    file, look = os.open(path, os.O_RDWR | os.O_CREAT, 0o644), _LOOK
    try:
        while not _lock(file):
            await asyncio.sleep(look)
            look = min(_LOOK_AT_MOST, look * 1.5)
    except BaseException:
        os.close(file)
        raise
    return file


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _note(file: int) -> None:
    os.pwrite(file, f"{time.time():017.6f}".encode(), 0)


def _asked_at(file: int) -> float:
    """Return when the host was asked last, as a time of the system's clock; one to come, after that was set, is now."""
    try:
        return min(float(os.pread(file, 32, 0)), time.time())
    except ValueError:
        return 0
