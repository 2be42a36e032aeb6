"""Closes what a live crawl could not reach: the platform's pages ended before the watermark.

The rest becomes a plan (plan.py) before the watermark moves on, so that it is never lost, and each crawl that follows
reads parts of it for some minutes: the newest posts never wait for an old gap.
"""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from config.brand import Target
from crawlers.engine.plan import Plan, Purpose, drop, load, new_plan, plans, save
from crawlers.engine.process import Crawler
from crawlers.engine.sliced import read_parts
from crawlers.engine.watermark import Mark
from crawlers.network.ending import Ending
from crawlers.network.report import CrawlReport, Gap, Verdict
from crawlers.slicing import HOUR, Slice
from crawlers.spider import Job, PlatformSpider

__all__ = ["SECONDS", "close", "note", "told"]

SECONDS = 300.0
"""For which a round reads on in the gaps of one host's targets, beside the part that is under way then."""
_GIVE_UP = timedelta(days=7)
_CAPPED = "the search shows too few pages for what it finds"


def note(target: Target, window: str, host: str, spider: PlatformSpider, end: Ending) -> bool:
    """Make a plan of what lies between the watermark and where the platform's pages ended; say whether there is one.

    There is none where the feed cannot search by date, or was never crawled before.
    """
    until = spider.until
    if not (spider.by_date and end.capped and until and end.reached and end.reached > until):
        return False
    if load(target, window) is None:
        whole = Slice(start=until, end=end.reached + timedelta(seconds=1)).at_most(HOUR)
        now = datetime.now(UTC)
        plan = new_plan(target, whole, host=host, purpose=Purpose.GAP, now=now, name=window)
        save(target, plan)
    return True


def close(
    target: Target, host: str, spider: PlatformSpider, job: Job, crawler: Crawler, seen: set[str], *, until: float
) -> tuple[list[Plan], list[Plan]]:
    """Read on in the target's gaps; return the plans that are left, and those given up just now.

    `until` is when no further part is begun, as a time of the monotonic clock.
    """
    left: list[Plan] = []
    lost: list[Plan] = []
    if not spider.by_date:
        return left, lost
    stopped = False
    for plan in [one for one in plans(target) if one.purpose is Purpose.GAP]:
        if plan.host != host:
            drop(target, plan)
            continue
        if not stopped:
            plan, refusal = read_parts(target, plan, job, crawler, seen=seen, stop=lambda: time.monotonic() >= until)
            stopped = refusal is not None
        if not plan.waiting:
            continue
        if datetime.now(UTC) - plan.made_at >= _GIVE_UP:
            drop(target, plan)
            lost.append(plan)
        else:
            left.append(plan)
    return left, lost


def told(report: CrawlReport, mark: Mark, end: Ending, left: list[Plan], lost: list[Plan], handed: bool) -> CrawlReport:
    """Return a live crawl's report with the time that it leaves uncovered, if any.

    `handed` says that what this crawl did not reach became a plan. What is lost no later crawl can read.
    """
    if some := lost or left:
        gap = Gap(start=min(one.left.start for one in some), end=max(one.left.end for one in some), lost=bool(lost))
        words = "given up" if lost else "still to be read, for some minutes in each crawl"
        return replace(
            report,
            complete=False,
            message=report.message if end.refused else f"{Slice(start=gap.start, end=gap.end)}: {words}; {_CAPPED}",
            incomplete_since=min((one.made_at for one in left), default=report.incomplete_since),
            gap=gap,
        )
    if handed:
        return replace(report, verdict=Verdict.OK, complete=True, message="")
    reached = end.reached or report.finished_at
    if report.complete or mark.published is None or reached <= mark.published:
        return report
    return replace(report, gap=Gap(start=mark.published, end=reached, lost=report.incomplete_since is None))
