"""What is older than its retention goes; what a later stage still waits for stays, however old it is."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from config import settings
from config.retention import EvidenceRetention, Retention
from crawlers.engine import plan
from crawlers.pictures import kept
from crawlers.private import conversations
from crawlers.storage import pages
from crawlers.storage.days import days
from crawlers.storage.manifest import BrokenBatch
from crawlers.storage.stage import STAGES, window_at
from crawlers.wecom import inbox
from indexing.evidence.night import put_away
from indexing.maintenance.row import Row
from indexing.maintenance.settled import settled

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["keep_to"]


class Expire(Protocol):
    """Removes what is older than a time, and returns how many that were."""

    def __call__(self, before: datetime, /, *, dry_run: bool) -> int: ...


def keep_to(
    retention: Retention,
    store: "Store",
    *,
    now: datetime,
    dry_run: bool = False,
    check: Callable[[], None] = lambda: None,
) -> Iterator[Row]:
    """Remove what the retention no longer keeps, kind by kind; with `dry_run`, only count it.

    `check` is called before each step and may raise, where somebody else has taken over.
    """
    from indexing.customers.consents import come_due
    from indexing.maintenance.backup import rotate
    from indexing.maintenance.expired import expire_index
    from indexing.privacy.keeping import expire_personal

    yield _raw(retention.raw, store, now, dry_run, check)
    yield _dead_letters(retention.dead_letters, now, dry_run, check)
    yield _pages(retention.pages, now, dry_run)
    yield _counted("pictures", "fingerprints", kept.expire, retention.pictures, now, dry_run)
    yield _counted("plans", "backfills", plan.expire, retention.plans, now, dry_run)
    yield _evidence(retention.evidence, now, dry_run)
    yield _counted("private", "messages", conversations.expire, retention.private, now, dry_run)
    yield _counted("callbacks", "events", inbox.expire, retention.callbacks, now, dry_run)
    gone = rotate(retention.backups, dry_run=dry_run)
    yield Row(kind="backups", age=None, gone=gone, unit=f"beyond {retention.backups}")
    check()
    gone = expire_personal(store, now.date(), dry_run=dry_run)
    yield Row(kind="personal values", age=None, gone=gone, unit="beyond their own time")
    gone = len(come_due(store, now, dry_run=dry_run))
    yield Row(kind="consents", age=None, gone=gone, unit="withdrawn for a day that has come")
    yield from expire_index(store, retention.index, now=now, dry_run=dry_run)


def _raw(age: timedelta | None, store: "Store", now: datetime, dry_run: bool, check: Callable[[], None]) -> Row:
    """Remove whole days of queries of which nothing is owed."""
    gone = owed = 0
    state = settled(store)
    for day in days(window_at(now - age)[:8]) if age is not None else ():
        check()
        try:
            done, waiting = state.among(day)
        except BrokenBatch:
            done, waiting = set(), {"a pack that cannot be read"}  # doctor tells which
        if waiting:
            owed += len(waiting)
        else:
            gone += len(done)
            if not dry_run:
                day.remove()
    return Row(kind="raw", age=age, gone=gone, unit="windows", owed=owed)


def _dead_letters(age: timedelta | None, now: datetime, dry_run: bool, check: Callable[[], None]) -> Row:
    gone = 0
    if age is None:
        return Row(kind="dead letters", age=None, gone=0, unit="files")
    for day in days(window_at(now - age)[:8]):
        check()
        for stage in STAGES:
            gone += day.dead_letters(stage)
            if not dry_run:
                day.remove_dead_letters(stage)
    oldest = (now - age).timestamp()
    for path in (settings.data_dir() / "dead").glob("*/*"):
        if path.is_file() and path.stat().st_mtime < oldest:
            gone += 1
            if not dry_run:
                path.unlink(missing_ok=True)
    return Row(kind="dead letters", age=age, gone=gone, unit="files")


def _pages(age: timedelta | None, now: datetime, dry_run: bool) -> Row:
    gone = pages.expire(window_at(now - age)[:8], dry_run=dry_run) if age is not None else 0
    return Row(kind="pages", age=age, gone=gone, unit="pages")


def _evidence(retention: EvidenceRetention, now: datetime, dry_run: bool) -> Row:
    """Seal and compress the days of the chain that are over, and drop the contents whose time is over."""
    gone = put_away(retention, now=now, dry_run=dry_run)
    return Row(kind="evidence", age=retention.evaluations, gone=gone, unit="contents of lines")


def _counted(kind: str, unit: str, expire: Expire, age: timedelta | None, now: datetime, dry_run: bool) -> Row:
    gone = expire(now - age, dry_run=dry_run) if age is not None else 0
    return Row(kind=kind, age=age, gone=gone, unit=unit)
