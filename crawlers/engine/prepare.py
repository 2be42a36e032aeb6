"""What config/ says of a feed × query → a Job, or the error with file and line; `crawl` and `doctor` both ask here."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from config import settings
from config.brand import Brand, Target
from config.errors import UserError
from config.load import ConfigError, where
from config.platform import Platform, platform, platform_files
from crawlers.feeds import feeds
from crawlers.network.signing import signer_of
from crawlers.spider import Job, PlatformSpider, is_loopback, spider_of

__all__ = ["check_platforms", "faults", "prepare"]

_PAGES_AT_HOME = 100_000
_CREDENTIALS = ("cookie_env", "token_env")
_SPEAKS = re.compile(r"[A-Z]+(_[A-Z]+|_\d{1,3})+")


def prepare(target: Target, *, run_id: str, max_pages: int | None = None) -> tuple[PlatformSpider, Job]:
    """Resolve what config/ says against the feed's defaults; a UserError names what cannot be crawled.

    A server on this machine is not spared: no delay, no end of pages.
    """
    spider, override = spider_of(target.feed), platform(target.feed)
    base_url = target.base_url or override.base_url
    at_home = is_loopback(base_url or target.query)
    pages = override.max_pages or (_PAGES_AT_HOME if at_home else spider.max_pages)
    job = Job(
        feed=target.feed,
        query=target.query,
        base_url=base_url,
        run_id=run_id,
        max_pages=pages if max_pages is None else max_pages,
        delay=override.delay if override.delay is not None else 0 if at_home else spider.delay,
        overlap=override.overlap if override.overlap is not None else spider.overlap,
        minimum=override.minimum or 0,
        robots=spider.robots if override.robots is None else override.robots,
        user_agent=override.user_agent or _user_agent(),
        cookie_env=_variable(override, "cookie_env"),
        token_env=_variable(override, "token_env"),
        signer=override.signer,
    )
    made = spider(job)
    made.first()  # refuses a query that is none for this feed
    signer_of(made)  # refuses a feed whose requests nobody can sign
    return made, job


def check_platforms() -> None:
    """Raise ConfigError with every file of config/platforms that is malformed or names no feed."""
    problems = []
    for path in platform_files():
        try:
            if path.stem not in feeds():
                raise ConfigError(
                    f"{path}:1: {path.stem!r} is no feed: name the file after one of {', '.join(feeds())}"
                )
            platform(path.stem)
        except ConfigError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError("\n".join(problems))


def faults(brands: Sequence[Brand]) -> Iterator[str]:
    """Yield, with file and line, what a crawl would refuse of the brands' targets and of config/platforms."""
    told = set()
    for path in platform_files():
        try:
            for field in _CREDENTIALS:
                _variable(platform(path.stem), field)
        except UserError as error:
            told.add(str(error))
            yield str(error)
    for brand in brands:
        (path,) = _file(brand)
        for number, target in enumerate(brand.crawl):
            try:
                prepare(target, run_id="check")
            except UserError as error:
                if str(error) not in told:
                    yield f"{where(path, 'crawl', number)}: {error}"


def _file(brand: Brand) -> list[Path]:
    return [*(settings.config_dir() / "brands").glob(f"{brand.id}.y*ml")][:1]


def _variable(override: Platform, field: str) -> str | None:
    """Return the name of the variable that a credential is in; ConfigError when nobody set it."""
    name: str | None = getattr(override, field)
    if name and settings.secret(name) is None:
        (path,) = (path for path in platform_files() if path.stem == override.id)
        shown = name if _SPEAKS.fullmatch(name) else "the variable that it names"  # it may be the secret itself
        raise ConfigError(f"{where(path, field)}: {shown} is not set: export it, or remove this field")
    return name


@cache
def _user_agent() -> str:
    try:
        return f"tingfeng/{version('tingfeng')} (reads public posts for social listening)"
    except PackageNotFoundError:
        return "tingfeng (reads public posts for social listening)"
