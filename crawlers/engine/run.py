"""Crawl one feed × query: the spider runs in another process, and its posts become a batch.

What is written, in this order, so that a kill at any instant and another run end with the same posts:

1. the spooled pages     received.py: the analysis keeps those of posts that speak of a brand
2. the batch of posts    what an earlier run of the same window found and this one did not stays in it
3. the plan of a gap     gaps.py: what the platform's pages did not reach, where it can be searched for by date
4. the batch "runs"      one line: the CrawlReport
5. the watermark         only now may the next crawl stop earlier
"""

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from config.brand import Target
from crawlers.engine import gaps, watermark
from crawlers.engine.fill import fill
from crawlers.engine.intake import Intake
from crawlers.engine.prepare import prepare
from crawlers.engine.process import Crawler, CrawlerDied
from crawlers.network.ending import Ending
from crawlers.network.report import CrawlProgress, CrawlReport, decode_report, encode_report
from crawlers.spider import Job, spider_of
from crawlers.storage.stage import Batch, query_folder

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
    gaps_until: float | None = None,
) -> CrawlReport:
    """Crawl one target from where its last complete crawl stopped, and write what was found as the batch of `window`.

    `crawler` is the process that does it; without one, one is started. `gaps_until` is until when it
    reads on in gaps (monotonic clock), some minutes unless it is given. The platform's doings are told by the verdict,
    never raised. Raises a UserError for what people wrote,
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
    spider = type(spider)(job)
    with nullcontext(crawler) if crawler else Crawler() as process:
        intake, end = fill(batch, job, host, process, seen=job.seen, progress=progress)
        handed = gaps.note(target, window, host, spider, end)
        seen = {*job.seen, *intake.found}
        until = time.monotonic() + gaps.SECONDS if gaps_until is None else gaps_until
        left, lost = gaps.close(target, host, spider, job, process, seen, until=0 if end.refused else until)
    stand = stand.moved(end, list(intake.found), datetime.now(UTC))
    report = gaps.told(_report(job, window, intake, end, started_at, stand), mark, end, left, lost, handed)
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
