"""Reads a time in parts, each as small as the platform shows whole; what is read of a plan is never asked for again.

A part is a crawl of its own: its batch, its run, then the plan without it. The watermark of the live crawls is left
alone. The platform's cap on the smallest part is told by that part's run, and stays told.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from config import settings
from config.brand import Target
from config.errors import UserError
from crawlers.engine.fill import Split, fill
from crawlers.engine.intake import Intake
from crawlers.engine.plan import Plan, Purpose, find, new_plan, save
from crawlers.engine.prepare import prepare
from crawlers.engine.process import Crawler
from crawlers.feeds import feeds
from crawlers.network.ending import Ending
from crawlers.network.report import CrawlReport, Gap, encode_report
from crawlers.slicing import Slice, Slicing
from crawlers.spider import CannotCrawl, Job, PlatformSpider, spider_of
from crawlers.storage.stage import Batch, BrokenBatch, batches, query_folder

__all__ = ["Backfilled", "backfill", "by_date", "read_parts"]


_ALL_PAGES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfilled:
    """How far a backfill has come; `stopped` is the crawl that ended it early, as when the platform refused."""

    target: Target
    plan: Plan
    stopped: CrawlReport | None = None


def backfill(
    target: Target,
    whole: Slice,
    *,
    max_pages: int | None = None,
    crawler: Crawler | None = None,
    progress: Callable[[Plan], None] = lambda plan: None,
) -> Backfilled:
    """Crawl what a target has of a time; begun once and killed, it goes on where it was.

    `crawler` is the process that does it; without one, one is started.
    CannotCrawl for a feed that cannot search by date, or not so far back; UserError where another process is at it.
    """
    slicing = by_date(spider_of(target.feed), target.feed)
    _check(slicing, target.feed, whole)
    spider, job = prepare(target, run_id="", max_pages=max_pages or (None if slicing.caps else _ALL_PAGES))
    host = urlsplit(spider.first().url).hostname or ""
    with _alone(target), nullcontext(crawler) if crawler else Crawler() as process:
        plan = find(target, whole, host)
        if plan is None:
            plan = new_plan(target, whole, host=host, purpose=Purpose.BACKFILL, now=datetime.now(UTC))
            plan = plan if slicing.caps else plan.split(whole.parts(slicing) or (whole,))
        save(target, plan)
        progress(plan)
        plan, stopped = read_parts(target, plan, job, process, seen=_known(target, plan), progress=progress)
    return Backfilled(target=target, plan=plan, stopped=stopped)


def read_parts(
    target: Target,
    plan: Plan,
    job: Job,
    crawler: Crawler,
    *,
    seen: set[str],
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[Plan], None] = lambda plan: None,
) -> tuple[Plan, CrawlReport | None]:
    """Read the parts of a plan until the last, until `stop`, or until the platform refuses; then return that crawl too.

    `seen` are the posts that earlier crawls found; those found here are added.
    """
    slicing = by_date(spider_of(job.feed), job.feed)
    while plan.waiting and not stop():
        part = plan.waiting[-1]
        smaller = part.parts(slicing)
        batch = Batch(stage="posts", feed=target.feed, query=query_folder(target.query), window=plan.window)
        run_id = f"{batch.feed}/{batch.query}/{batch.window}"
        own = replace(job, run_id=run_id, slice=part, since=None, validators={}, minimum=0)
        started_at = datetime.now(UTC)
        try:
            intake, end = fill(batch, own, plan.host, crawler, seen=seen, splits=bool(smaller))
        except Split:
            plan = plan.split(smaller)
        else:
            report = _report(own, plan, intake, end, started_at)
            with batch.to("runs").write() as writer:
                writer.add(encode_report(report))
            if not end.advance:
                return plan, report
            seen.update(intake.found)
            plan = plan.read(posts=intake.writer.count, new=intake.new, capped=not end.complete)
        save(target, plan)
        progress(plan)
    return plan, None


def by_date(spider: type[PlatformSpider], feed: str) -> Slicing:
    """Return how a feed's search is narrowed; CannotCrawl says what else can be done where it cannot be."""
    if spider.by_date:
        return spider.by_date
    able = [name for name in feeds() if spider_of(name).by_date]
    others = [name for name in able if spider_of(name).platform == spider.platform]
    instead = f"{', '.join(others)} can, for the same platform" if others else f"{', '.join(able)} can"
    back = "it reads back from the newest, as far as --pages says" if spider.goes_back else "it holds only the newest"
    raise CannotCrawl(f"feed {feed}: cannot search by date: {back}; {instead}")


def _check(slicing: Slicing, feed: str, whole: Slice) -> None:
    now = datetime.now(UTC)
    if whole.start >= min(whole.end, now):
        raise CannotCrawl(f"{whole}: no time that is over: give a --from that lies before --to and before now")
    if slicing.reaches_back and now - whole.start > slicing.reaches_back:
        days = slicing.reaches_back.days
        raise CannotCrawl(f"feed {feed}: its search reaches {days} days back: give a --from within them")


def _report(job: Job, plan: Plan, intake: Intake, end: Ending, started_at: datetime) -> CrawlReport:
    part = job.slice
    assert part is not None  # noqa: S101  # a part's job
    lost = end.advance and not end.complete
    message = f"{part}: {end.message}" if end.message else ""
    return CrawlReport(
        run_id=job.run_id,
        feed=job.feed,
        query=job.query,
        platform=spider_of(job.feed).platform,
        window=plan.window,
        started_at=started_at,
        finished_at=datetime.now(UTC),
        pages=intake.pages,
        posts=intake.writer.count,
        new=intake.new,
        known=intake.known,
        dead=intake.writer.dead_count,
        verdict=end.verdict,
        complete=end.complete,
        message=message,
        not_before=end.not_before,
        purpose=plan.purpose,
        slice=part,
        capped=int(lost),
        gap=None if end.complete else Gap(start=part.start, end=part.end, lost=lost),
    )


class _Named(msgspec.Struct):
    platform: str
    kind: str
    native_id: str


def _known(target: Target, plan: Plan) -> set[str]:
    """Return the posts that earlier crawls of the target found, those of the plan's own parts included."""
    found: set[str] = set()
    for batch in batches("posts", target.feed, query_folder(target.query)):
        if batch.window >= plan.window and batch.window.startswith(f"{plan.name}-"):
            continue  # begun and not ended: it is read again
        with suppress(BrokenBatch, msgspec.DecodeError):
            for line in batch.lines():
                post = msgspec.json.decode(line, type=_Named)
                found.add(f"{post.platform}:{post.kind}:{post.native_id}")
    return found


@contextmanager
def _alone(target: Target) -> Iterator[None]:
    """Keep other backfills of the target on this machine out; the lock goes with its process, however that ends."""
    path = settings.data_dir() / "backfills" / f"{target.feed}-{query_folder(target.query)}"
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(file)
        raise UserError(
            f"{target.feed} {target.query}: another `tingfeng crawl --from` reads it: wait for its end"
        ) from error
    try:
        yield
    finally:
        os.close(file)
