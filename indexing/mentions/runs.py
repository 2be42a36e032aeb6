"""The record of a crawl: what the crawler reported, and the books of the stages that followed."""

from datetime import timedelta
from typing import Any

import msgspec

from crawlers.network.report import CrawlReport, decode_report
from crawlers.storage.stage import Batch
from indexing.elasticsearch.documents import put
from indexing.elasticsearch.record_fields import RUN
from indexing.elasticsearch.store import Store

__all__ = ["runs_of", "write_run"]

_ANALYSE = {field.name.removeprefix("analyse.") for field in RUN if field.name.startswith("analyse.")}


def write_run(batch: Batch, store: Store) -> bool:
    """Write the crawl of this window into tingfeng-runs; False where no crawl reported."""
    return put(store, "runs", runs_of(batch)) > 0


def runs_of(batch: Batch, indexed: dict[str, int] | None = None) -> list[tuple[str, dict[str, Any]]]:
    """Return the documents of this window's crawls by their ids, with the stages' books.

    `indexed` are the books of indexing. A document tells what the index holds and not which run put it there, so that
    a run that was killed and repeated ends with the same one.
    """
    if batch.to("runs").manifest() is None:
        return []
    reports = map(decode_report, batch.to("runs").lines())
    return [(report.run_id, _document(batch, report, indexed)) for report in reports]


def _document(batch: Batch, report: CrawlReport, indexed: dict[str, int] | None) -> dict[str, Any]:
    document: dict[str, Any] = {**msgspec.to_builtins(report), "@timestamp": report.finished_at}
    if report.gap:
        document["gap"]["hours"] = (report.gap.end - report.gap.start) / timedelta(hours=1)
    if analysed := batch.to("mentions").manifest():
        document["analyse"] = {name: count for name, count in analysed.books.items() if name in _ANALYSE}
    if indexed:
        held = indexed["indexed"] + indexed["unchanged"]
        document["index"] = {"mentions": indexed["mentions"], "held": held, "dead": indexed["dead"]}
    return document
