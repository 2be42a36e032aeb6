"""Crawl one feed × query: the spider runs in another process, and its posts become a batch.

What is written, in this order, so that a kill at any instant and another run end with the same posts:

1. the spooled pages     received.py: the analysis keeps those of posts that speak of a brand
2. the batch of posts    what an earlier run of the same window found and this one did not stays in it
3. the batch "runs"      one line: the CrawlReport
4. the watermark         only now may the next crawl stop earlier
"""

from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

from config.brand import Target
from crawlers import circuit, objections, watermark
from crawlers.ending import Ending
from crawlers.intake import Intake
from crawlers.prepare import prepare
from crawlers.process import Crawler, CrawlerDied, Interrupted
from crawlers.received import Spool
from crawlers.report import CrawlProgress, CrawlReport, decode_report, encode_report
from crawlers.spider import Job, spider_of
from crawlers.stage import Batch, query_folder

__all__ = ["CrawlerDied", "batch_of", "crawl", "report_of"]


def batch_of(target: Target, window: str) -> Batch:
    """Return the batch in which the posts of a crawl lie."""
    return Batch(stage="posts", feed=target.feed, query=query_folder(target.query), window=window)


def report_of(target: Target, window: str) -> CrawlReport | None:
    """Return what the crawl of a window told, or None where it has not ended yet."""
    batch = batch_of(target, window).to("runs")
    return None if batch.manifest() is None else decode_report(next(batch.lines()))


def crawl(
    target: Target,
    window: str,
    *,
    progress: Callable[[CrawlProgress], None] | None = None,
    max_pages: int | None = None,
    crawler: Crawler | None = None,
) -> CrawlReport:
    """Crawl one target from where its last complete crawl stopped, and write what was found as the batch of `window`.

    `crawler` is the process that does it; without one, it is started for this crawl alone. The platform's doings are
    told by the verdict, never raised. Raises a UserError for what people wrote,
    CrawlerDied for a fault of our own; then nothing is written.
    """
    started_at = datetime.now(UTC)
    batch = batch_of(target, window)
    run_id = f"{batch.feed}/{batch.query}/{batch.window}"
    spider, job = prepare(target, run_id=run_id, max_pages=max_pages)
    host = urlsplit(spider.first().url).hostname or ""
    stand = watermark.load(target, window, host)
    mark = stand.before
    job = replace(job, since=mark.published, seen=frozenset(mark.seen), validators=mark.validators)
    with nullcontext(crawler) if crawler else Crawler() as process:
        intake, end = _fill(batch, job, host, progress, process)
    stand = stand.moved(end, list(intake.found), datetime.now(UTC))
    report = _report(job, window, intake, end, started_at, stand)
    with batch.to("runs").write() as writer:
        writer.add(encode_report(report))
    watermark.save(target, stand)
    return report


def _report(
    job: Job, window: str, intake: Intake, end: Ending, started_at: datetime, stand: watermark.Stand
) -> CrawlReport:
    return CrawlReport(
        run_id=job.run_id,
        feed=job.feed,
        query=job.query,
        platform=spider_of(job.feed).platform,
        window=window,
        started_at=started_at,
        finished_at=datetime.now(UTC),
        pages=intake.pages,
        posts=intake.writer.count,
        new=intake.new,
        known=intake.known,
        dead=intake.writer.dead_count,
        verdict=end.verdict,
        complete=end.complete,
        message=end.message,
        watermark=stand.after.published if stand.after else None,
        incomplete_since=stand.after.behind_since if stand.after else None,
        not_before=end.not_before,
    )


def _fill(
    batch: Batch, job: Job, host: str, progress: Callable[[CrawlProgress], None] | None, crawler: Crawler
) -> tuple[Intake, Ending]:
    """Crawl into the batch, anew where another crawl of the same process ended it."""
    while True:
        try:
            return _fill_once(batch, job, host, progress, crawler)
        except Interrupted as interrupted:
            if interrupted.alone:
                with crawler.alone() as own:
                    return _fill_once(batch, job, host, progress, own)


def _fill_once(
    batch: Batch, job: Job, host: str, progress: Callable[[CrawlProgress], None] | None, crawler: Crawler
) -> tuple[Intake, Ending]:
    earlier = batch.manifest()
    with batch.write() as writer, closing(Spool()) as spool:
        intake = Intake(writer=writer, spool=spool, seen=job.seen, objections=objections.load(), progress=progress)
        end = circuit.guarded(host, job, partial(crawler.run, job, intake.take))
        if earlier:
            intake.keep(batch)
        writer.complete = end.complete or (earlier is not None and earlier.complete)
        writer.books = {"posts": writer.count, "new": intake.new, "known": intake.known}
        spool.write(batch, without=intake.objected)
    return intake, end
