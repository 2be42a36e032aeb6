"""The pipeline's steps after the crawl; the command line and Airflow's tasks call these same functions.

Each step takes up what the step before has finished and what is not done yet, so it can be killed and run again.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from config import settings
from config.brand import Brand, Target, load_brands, targets
from config.channel import load_channels
from config.load import ConfigError
from config.rota import check_channels, check_notify, load_rota
from config.rule import check_references, load_rules
from crawlers.prepare import check_platforms
from crawlers.stage import Batch, batches
from indexing.alerts.channels import check_kinds

if TYPE_CHECKING:
    from indexing.alerts.alert import Alert
    from indexing.elasticsearch.store import Store

__all__ = [
    "Progress",
    "Turn",
    "analyse_all",
    "check_config",
    "crawl_and_note",
    "index_all",
    "load_config",
    "raise_alerts",
    "to_crawl",
    "turn",
    "watch",
]

Progress = Callable[[str, int, int], None]
"""Called with (step, done, of) while a step works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one turn of index → link → stories → alert did: the books of its batches added up, and the alerts firing."""

    books: dict[str, int]
    linked: int
    stories: int
    """Stories that have grown or changed."""
    alerts: tuple["Alert", ...]


def load_config() -> list[Brand]:
    """Load all that people wrote and return the brands; ConfigError tells every fault before anything runs."""
    brands, rules, channels = load_brands(), load_rules(), load_channels()
    check_platforms()
    check_references(rules, brands, channels)
    check_kinds(channels)
    rota = load_rota()
    check_notify({rule.id: rule.notify for rule in rules if rule.notify}, rota, channels)
    if rota:
        check_channels(rota, channels)
    return brands


def check_config() -> list[Brand]:
    """Load all that people wrote, and insist on a brand."""
    brands = load_config()
    if not brands:
        raise ConfigError(f"{settings.config_dir() / 'brands'}: no brand yet: write one with `tingfeng init 小米`")
    return brands


def to_crawl(brands: Sequence[Brand]) -> list[Target]:
    """Return every feed × query of the brands; where none names a feed, those of the replay server, if one runs."""
    wanted = targets(brands)
    if not wanted and (url := settings.replay_url()):
        from crawlers.replay import targets as replayed

        return replayed(url)
    return wanted


def quiet(_step: str, _done: int, _of: int) -> None:
    """Report no progress."""


def crawl_and_note(target: Target, window: str) -> str:
    """Crawl one target and return the batch's path; a verdict that asks somebody to act raises its CrawlError.

    Then the index learns of the crawl at once, for nothing else may come after it: a blind feed must be seen as blind.
    """
    from crawlers.errors import CrawlError
    from crawlers.run import batch_of, crawl_or_raise
    from indexing.elasticsearch.store import open_store
    from indexing.runs import write_run

    try:
        return crawl_or_raise(target, window)
    except CrawlError:
        write_run(batch_of(target, window), open_store())
        raise


def analyse_all(brands: Sequence[Brand], store: "Store | None", *, progress: Progress = quiet) -> dict[str, int]:
    """Analyse every batch of posts that this version has not analysed; return the books of all batches, added up.

    With a store, reposts and comments also inherit the brands of roots that earlier windows indexed.
    """
    from indexing.roots import root_brands
    from nlp.analyse import analyse

    roots = root_brands(store) if store else None
    engine = settings.sentiment_engine()

    def one(batch: Batch, tell: Callable[[int, int], None]) -> Mapping[str, int]:
        return analyse(batch, brands, engine=engine, roots=roots, progress=tell).books

    return _each("posts", "analyse", one, progress)


def index_all(store: "Store", *, progress: Progress = quiet) -> dict[str, int]:
    """Index every batch of mentions that is not indexed as it stands; return the books of all batches, added up."""
    from indexing.index import index

    return _each("mentions", "index", lambda batch, tell: index(batch, store, progress=tell), progress)


def raise_alerts(store: "Store", brands: Sequence[Brand], *, now: datetime | None = None) -> list["Alert"]:
    """Evaluate every rule on the index as it is now, and deliver what fires or is still undelivered."""
    from indexing.alerts import deliver, evaluate, spool

    rules, channels, rota = load_rules(), load_channels(), load_rota()
    spool.reconcile(store, channels)
    try:
        return evaluate(store, rules, brands, now=now or datetime.now(UTC), rota=rota)
    finally:  # whatever becomes of the rules, what is still undelivered goes out
        spool.keep(store)
        if deliver(store, channels, rota).sent:
            spool.keep(store)


def watch() -> list["Alert"]:
    """Raise alerts, and show signs of life; where the index cannot be reached, send without it what is undelivered."""
    from indexing.alerts import heartbeat, spool
    from indexing.elasticsearch.embedded_errors import EmbeddedError
    from indexing.elasticsearch.errors import StoreError
    from indexing.elasticsearch.store import open_store

    brands, channels, rota = check_config(), load_channels(), load_rota()
    try:
        store = open_store()
        alerts = raise_alerts(store, brands)
        heartbeat.beat(store, channels, rota, now=datetime.now(UTC))
    except (StoreError, EmbeddedError):
        spool.page_directly(channels, rota, now=datetime.now(UTC))
        raise
    heartbeat.ping()
    return alerts


def turn(store: "Store", brands: Sequence[Brand], *, now: datetime | None = None, progress: Progress = quiet) -> Turn:
    """Index, link customers, tell stories and raise alerts, in one go: whoever is to be woken waits for no schedule."""
    from indexing.customers import link_new
    from indexing.stories.update import update_stories

    books = index_all(store, progress=progress)
    links = link_new(store)
    stories = update_stories(store, brands)
    return Turn(
        books=books,
        linked=links.linked,
        stories=stories.updated,
        alerts=tuple(raise_alerts(store, brands, now=now)),
    )


def _each(
    stage: str, step: str, work: Callable[[Batch, Callable[[int, int], None]], Mapping[str, int]], progress: Progress
) -> dict[str, int]:
    """Do `work` for every batch of a stage, with one progress over all of them; return their books, added up."""
    waiting = [(batch, manifest.count) for batch in batches(stage) if (manifest := batch.manifest())]
    of = sum(count for _, count in waiting)
    books: Counter[str] = Counter()
    before = 0
    for batch, count in waiting:
        books.update(work(batch, lambda done, _, before=before: progress(step, before + done, of)))  # type: ignore[misc]
        before += count
        progress(step, before, of)
    return dict(books)
