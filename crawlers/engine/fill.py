"""One crawl into its batch: what the crawling process finds, and what an earlier run of the window found."""

from collections.abc import Callable, Set
from contextlib import closing
from functools import partial

from crawlers.engine import circuit
from crawlers.engine.intake import Intake
from crawlers.engine.process import Crawler, Interrupted
from crawlers.network.ending import Ending
from crawlers.network.report import CrawlProgress
from crawlers.spider import Job
from crawlers.storage import objections
from crawlers.storage.received import Spool
from crawlers.storage.stage import Batch

__all__ = ["Progress", "Split", "fill"]

Progress = Callable[[CrawlProgress], None]


class Split(Exception):
    """What was asked for is more than the platform shows, and can be asked for in parts; nothing was written."""


def fill(
    batch: Batch,
    job: Job,
    host: str,
    crawler: Crawler,
    *,
    seen: Set[str],
    progress: Progress | None = None,
    splits: bool = False,
) -> tuple[Intake, Ending]:
    """Crawl into the batch, anew where another crawl of the same process ended it.

    `seen` are the posts that earlier crawls found. With `splits`, a crawl that the platform caps raises Split.
    """
    while True:
        try:
            return _fill(batch, job, host, crawler, seen, progress, splits)
        except Interrupted as interrupted:
            if interrupted.alone:
                with crawler.alone() as own:
                    return _fill(batch, job, host, own, seen, progress, splits)


def _fill(
    batch: Batch, job: Job, host: str, crawler: Crawler, seen: Set[str], progress: Progress | None, splits: bool
) -> tuple[Intake, Ending]:
    earlier = batch.manifest()
    with batch.write() as writer, closing(Spool()) as spool:
        intake = Intake(writer=writer, spool=spool, seen=seen, objections=objections.load(), progress=progress)
        end = circuit.guarded(host, job, partial(crawler.run, job, intake.take))
        if splits and end.capped:
            raise Split
        if earlier:
            intake.keep(batch)
        writer.complete = end.complete or (earlier is not None and earlier.complete)
        writer.books = {"posts": writer.count, "new": intake.new, "known": intake.known}
        spool.write(batch, without=intake.objected)
    return intake, end
