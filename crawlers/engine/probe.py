"""One request to each feed × query, as a crawl would make it: does it answer, and what does it need?

Nothing is written, no watermark moves; a host that is left alone after a refusal is not asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlsplit

from config import settings
from config.brand import Target
from config.errors import UserError
from config.platform import Platform, platform
from crawlers.engine import circuit
from crawlers.engine.prepare import prepare
from crawlers.engine.process import Crawler, CrawlerDied
from crawlers.network.ending import Ending
from crawlers.network.report import Verdict
from crawlers.spider import PlatformSpider, spider_of

__all__ = ["Need", "Probe", "probe", "probes"]

_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that a feed wants, or what was set for it; `name` is a variable's, never its content."""

    kind: str
    """cookie, token, signature, robots or address."""
    name: str
    given: bool | None
    """None where the feed may do without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What came of one request; `verdict` is None where none was made, for a reason that `message` tells."""

    feed: str
    query: str
    verdict: Verdict | None
    posts: int = 0
    message: str = ""
    needs: tuple[Need, ...] = ()

    @property
    def fine(self) -> bool:
        """Whether a crawl would find what there is."""
        return self.verdict in (Verdict.OK, Verdict.EMPTY, Verdict.SHORT)


def probes(targets: Sequence[Target]) -> Iterator[Probe]:
    """Try each target once, one after the other, in one crawling process."""
    with Crawler() as crawler:
        for target in dict.fromkeys(targets):
            yield probe(target, crawler)


def probe(target: Target, crawler: Crawler) -> Probe:
    """Try one target; whatever is wrong is told, never raised."""
    try:
        spider, job = prepare(target, run_id="probe", max_pages=1)
    except UserError as error:
        return Probe(feed=target.feed, query=target.query, verdict=None, message=str(error), needs=_unset(target.feed))
    job = replace(job, only_first=True, minimum=0, timeout=_TIMEOUT)
    found: list[bytes] = []
    host = urlsplit(spider.first().url).hostname or ""
    try:
        end: Ending = circuit.guarded(host, job, partial(crawler.run, job, found.append))
    except CrawlerDied as error:
        return Probe(feed=job.feed, query=job.query, verdict=None, message=str(error), needs=_needs(spider))
    posts = sum(line.startswith(b"post ") for line in found)
    return Probe(
        feed=job.feed, query=job.query, verdict=end.verdict, posts=posts, message=end.message, needs=_needs(spider)
    )


def _needs(spider: PlatformSpider) -> tuple[Need, ...]:
    """Return what was set for the feed, and what it wants; the credential that is its own comes first."""
    job = spider.job
    needs = []
    for field, kind in (("cookie_env", "cookie"), ("token_env", "token")):
        name = getattr(job, field)
        if name or spider.needs == field:
            needs.append(Need(kind=kind, name=name or field, given=settings.secret(name) is not None if name else None))
    if spider.signature:
        signed = (
            "" if job.base_url else job.signer or (spider.own_signer.__name__ if spider.own_signer else "installed")
        )
        needs.append(Need(kind="signature", name=spider.signature, given=bool(signed) or None))
    needs.append(Need(kind="robots", name="robots.txt", given=job.robots))
    if job.base_url:
        needs.append(Need(kind="address", name=job.base_url, given=True))
    return tuple(needs)


def _unset(feed: str) -> tuple[Need, ...]:
    """Return what a feed wants that could not even be prepared, as far as that is known."""
    try:
        spider, override = spider_of(feed), platform(feed)
    except UserError:
        return ()
    wanted = [_wanted(spider, override)] if spider.needs else []
    if spider.signature and not override.signer:
        wanted.append(Need(kind="signature", name=spider.signature, given=spider.own_signer is not None))
    return tuple(wanted)


def _wanted(spider: type[PlatformSpider], override: Platform) -> Need:
    name = getattr(override, spider.needs)
    given = settings.secret(name) is not None if name else None
    return Need(kind=spider.needs.removesuffix("_env"), name=name or spider.needs, given=given)
