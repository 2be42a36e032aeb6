"""Many targets in one go: the hosts side by side, the targets of one host one after the other.

So a host is never asked by two crawls at once, and one that is slow, or refuses us, is waited for by its own targets
alone. One process does all the crawls.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from config.brand import Target
from config.errors import UserError
from crawlers.prepare import prepare
from crawlers.process import Crawler
from crawlers.report import CrawlProgress, CrawlReport, Verdict
from crawlers.run import crawl, report_of

__all__ = ["HOSTS_AT_ONCE", "Outcome", "by_host", "crawl_all", "host_of"]

HOSTS_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one target: its report, or why there is none."""

    target: Target
    host: str
    report: CrawlReport | None = None
    error: Exception | None = None

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.report.finished_at - self.report.started_at).total_seconds() if self.report else 0

    @property
    def fault(self) -> str | None:
        """Why somebody should look at this target, in a sentence; None where nobody need."""
        name = f"{self.target.feed} {self.target.query}"
        if self.report is None:
            return f"{name}: {self.error}"
        return f"{name}: {self.report.verdict}: {self.report.message}" if self.report.verdict.is_fault else None

    @property
    def may_pass(self) -> bool:
        """Whether another try soon may succeed: the platform did not answer, or the fault is none of the platform's."""
        if self.report is None:
            return not isinstance(self.error, UserError)
        return self.report.verdict is Verdict.UNREACHABLE


def host_of(target: Target) -> str:
    """Return the host that a crawl of the target asks first; "" where it cannot be crawled."""
    try:
        spider, _ = prepare(target, run_id="")
    except UserError:
        return ""  # the crawl tells why
    return urlsplit(spider.first().url).hostname or ""


def by_host(targets: Iterable[Target]) -> dict[str, list[Target]]:
    """Return the targets by the host that each asks."""
    found: dict[str, list[Target]] = {}
    for target in targets:
        found.setdefault(host_of(target), []).append(target)
    return found


def crawl_all(
    targets: Sequence[Target],
    window: str,
    *,
    max_pages: int | None = None,
    progress: Callable[[Target, CrawlProgress], None] = lambda target, so_far: None,
    done: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Crawl each target into `window`, and return what became of each, in the targets' order.

    A target that this window has crawled already, and that was not unreachable then, is left alone. A fault of one, be
    it ours or of whoever wrote it, is its outcome and hinders no other. `progress` and `done` are called from several
    threads; a fault of `done` becomes the target's.
    """
    outcomes: dict[Target, Outcome] = {}
    stopped = threading.Event()

    def crawl_host(host: str, own: Sequence[Target], crawler: Crawler) -> None:
        for target in own:
            if stopped.is_set():
                return
            run = partial(crawl, target, window, max_pages=max_pages, progress=partial(progress, target))
            outcomes[target] = _outcome(target, host, window, partial(run, crawler=crawler), done)

    hosts = by_host(targets)
    with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool, Crawler() as crawler:
        under_way = [pool.submit(crawl_host, host, own, crawler) for host, own in hosts.items()]
        try:
            for host in under_way:
                host.result()
        finally:
            stopped.set()
    return [outcomes[target] for target in targets]


def _outcome(
    target: Target, host: str, window: str, run: Callable[[], CrawlReport], done: Callable[[Outcome], None]
) -> Outcome:
    try:
        report = report_of(target, window)
        if report is None or report.verdict is Verdict.UNREACHABLE:
            report = run()
        outcome = Outcome(target=target, host=host, report=report)
        done(outcome)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is this target's alone
        return Outcome(target=target, host=host, error=error)
    return outcome
