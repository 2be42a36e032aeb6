"""Every night: the small windows of days that are over, packed where no stage waits for them any more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crawlers.storage import queue
from crawlers.storage.compact import compact
from crawlers.storage.days import Day, days_with_own_files
from crawlers.storage.manifest import BrokenBatch
from crawlers.storage.stage import STAGES, window_at
from indexing.maintenance.settled import settled

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["Packing", "pack"]

_REST = timedelta(days=1)
"""How long a day has been over before it is packed: late crawls and repeats of it have been made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """How many windows went into packs, counted in each stage, how many wait for a stage, and what cannot be read."""

    windows: int
    owed: int
    faults: tuple[str, ...]


def pack(store: "Store", *, now: datetime, dry_run: bool = False, check: Callable[[], None] = lambda: None) -> Packing:
    """Pack the settled windows of all days that have been over for a day; with `dry_run` only count them.

    A day that cannot be read is told of and hinders no other. CompactionFailed when nothing can be written.
    """
    if not queue.begun():
        return Packing(windows=0, owed=0, faults=())  # the next analysis finds out what is owed
    if not dry_run:
        queue.note_packs()
    before = window_at(now - _REST)[:8]
    state = settled(store)
    windows = owed = 0
    faults: list[str] = []
    done: dict[Day, set[str]] = {}
    for stage in STAGES:
        for day in days_with_own_files(stage, before):
            check()
            try:
                if day not in done:
                    done[day], waiting = state.among(day)
                    owed += len(waiting)
                own = day.own_windows(stage) & done[day]
                if dry_run:
                    windows += len(own)
                    continue
                made = compact(stage, day, own)
            except BrokenBatch as error:
                faults.append(str(error))
                continue
            windows += made.windows
            faults += made.faults
    return Packing(windows=windows, owed=owed, faults=tuple(faults))
