"""Many targets in one go: the hosts side by side, the targets of one host one after the other.

So a host is never asked by two crawls at once, and one that is slow, or refuses us, is waited for by its own targets
alone. One process does all the crawls.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from config.brand import Target
from config.errors import UserError
from crawlers.engine import circuit, gaps
from crawlers.engine.prepare import prepare
from crawlers.engine.process import Crawler
from crawlers.engine.run import crawl, report_of
from crawlers.network.report import CrawlProgress, CrawlReport, Verdict

__all__ = ["HOSTS_AT_ONCE", "Host", "Outcome", "by_host", "crawl_all"]

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


@dataclass(slots=True, kw_only=True, eq=False)
class Host:
    """A host and the targets that ask it; `delay` is the longest that one of them has, in seconds."""

    name: str
    delay: float = 0
    targets: list[Target] = field(default_factory=list)


def by_host(targets: Iterable[Target]) -> list[Host]:
    """Return the targets by the host that each asks first; those that cannot be crawled are those of ""."""
    found: dict[str, Host] = {}
    for target in targets:
        try:
            spider, job = prepare(target, run_id="")
            name, delay = urlsplit(spider.first().url).hostname or "", job.delay
        except UserError:
            name, delay = "", 0  # the crawl tells why
        host = found.setdefault(name, Host(name=name))
        host.delay = max(host.delay, delay)
        host.targets.append(target)
    return list(found.values())


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

    def crawl_host(host: Host, crawler: Crawler) -> None:
        refused, gaps_until = circuit.load(host.name).targets, time.monotonic() + gaps.SECONDS
        for target in sorted(host.targets, key=lambda target: circuit.name_of(target) in refused):
            if stopped.is_set():
                return
            run = partial(crawl, target, window, max_pages=max_pages, progress=partial(progress, target))
            run = partial(run, crawler=crawler, gaps_until=gaps_until)
            outcomes[target] = _outcome(target, host.name, window, run, done)

    with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool, Crawler() as crawler:
        under_way = [pool.submit(crawl_host, host, crawler) for host in by_host(targets)]
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
