"""The nightly maintenance of what lies on the disk and in the index: one backup, packing, retention, sweeping up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from config.retention import Retention, load_retention
from config.settings import stage_root
from crawlers.storage import files
from crawlers.storage.stage import STAGES, sweep
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.lease import lease
from indexing.maintenance.compaction import Packing, pack
from indexing.maintenance.evidence import keep_left_pages
from indexing.maintenance.retention import keep_to
from indexing.maintenance.row import Row

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["Maintained", "Row", "maintain"]

_BESIDE_STAGES = (
    "callbacks", "chain", "circuits", "pages", "pictures", "priors", "privacy", "private", "queue", "rounds", "slices",
    "watermarks",
)  # fmt: skip
"""Folders below the stages' root whose files are written under other names first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintained:
    """What was packed, and what went, kind by kind."""

    packed: Packing
    rows: tuple[Row, ...]


def maintain(store: "Store", *, now: datetime | None = None, dry_run: bool = False) -> Maintained:
    """Pack days that are over, remove what is older than its retention, and sweep up what killed writers left.

    With `dry_run`, nothing is touched. Raises Busy while a rebuild, backup, restore or another maintenance runs.
    """
    now, retention = now or datetime.now(UTC), load_retention()
    if dry_run:
        return _work(store, retention, now, lambda: None, dry_run=True)
    with store_errors(), lease(store.client, store.state, "maintenance") as held:
        done = _work(store, retention, now, held.check, dry_run=False)
    yesterday = now - timedelta(days=1)
    keep_left_pages(yesterday)
    for stage in (*STAGES, "received"):
        sweep(stage, yesterday)
    for folder in _BESIDE_STAGES:
        files.sweep(f"{stage_root().rstrip('/')}/{folder}", yesterday)
    return done


def _work(
    store: "Store", retention: Retention, now: datetime, check: Callable[[], None], *, dry_run: bool
) -> Maintained:
    rows: Iterator[Row] = keep_to(retention, store, now=now, dry_run=dry_run, check=check)
    gone = tuple(rows)
    return Maintained(packed=pack(store, now=now, dry_run=dry_run, check=check), rows=gone)
