"""The record of a crawl: what the crawler reported, and the books of the stages that followed."""

from typing import Any

import msgspec

from crawlers.report import CrawlReport, decode_report
from crawlers.stage import Batch
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.record_fields import RUN
from indexing.elasticsearch.store import Store

__all__ = ["write_run"]

_ANALYSE = {field.name.removeprefix("analyse.") for field in RUN if field.name.startswith("analyse.")}


def write_run(batch: Batch, store: Store, indexed: dict[str, int] | None = None) -> bool:
    """Write the crawl of this window into tingfeng-runs, with the stages' books; False where no crawl reported.

    `indexed` are the books of indexing. The document tells what the index holds and not which run put it there, so that
    a run that was killed and repeated ends with the same one.
    """
    if batch.to("runs").manifest() is None:
        return False
    actions = [
        Action(operation="index", index=store.alias("runs"), id=report.run_id, source=_document(batch, report, indexed))
        for report in map(decode_report, batch.to("runs").lines())
    ]
    for action, answer in zip(actions, send(store.client, actions), strict=True):
        if not answer.done:
            raise StoreError(f"{action.index}: run {action.id} is refused ({answer.reason}): run `tingfeng rebuild`")
    return bool(actions)


def _document(batch: Batch, report: CrawlReport, indexed: dict[str, int] | None) -> dict[str, Any]:
    document: dict[str, Any] = {**msgspec.to_builtins(report), "@timestamp": report.finished_at}
    if analysed := batch.to("mentions").manifest():
        document["analyse"] = {name: count for name, count in analysed.books.items() if name in _ANALYSE}
    if indexed:
        held = indexed["indexed"] + indexed["unchanged"]
        document["index"] = {"mentions": indexed["mentions"], "held": held, "dead": indexed["dead"]}
    return document
