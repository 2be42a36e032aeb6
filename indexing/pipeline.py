"""The pipeline's steps after the crawl; the command line and Airflow's tasks call these same functions.

Each step takes up what the step before has handed on, and nothing else: what was done before is never looked at again,
however much that is. A step can be killed and run again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from config import settings
from config.brand import Brand, Target, load_brands, targets
from config.channel import load_channels
from config.customer_source import load_sources
from config.files import check_files
from config.import_map import check_import_maps
from config.load import ConfigError
from config.pictures import load_pictures
from config.privacy import load_privacy
from config.retention import load_retention
from config.rota import check_channels, check_notify, load_rota
from config.rule import check_references, load_rules
from crawlers.engine.prepare import check_platforms
from crawlers.storage.stage import Batch, window_at
from indexing.alerts.channels import check_kinds
from indexing.analysing import analyse_all, quiet
from indexing.consume import Done, Progress, Unusable, consume
from indexing.people.roles import check_roles
from indexing.segments.check import check_segments

if TYPE_CHECKING:
    from crawlers.engine.deal import TaskReport
    from crawlers.engine.round import Outcome
    from indexing.alerts.alert import Alert
    from indexing.elasticsearch.store import Store

__all__ = [
    "Progress",
    "Turn",
    "analyse_all",
    "analyse_or_deal",
    "bring_up",
    "check_config",
    "crawl_dealt",
    "deal_round",
    "index_all",
    "keep_levels",
    "load_config",
    "raise_alerts",
    "round_summary",
    "to_crawl",
    "turn",
    "watch",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one turn of index → link → stories → alert did: the books of its batches added up, and the alerts firing."""

    books: dict[str, int]
    failed: tuple[str, ...]
    """Why batches were set aside."""
    linked: int
    stories: int
    """Stories that have grown or changed."""
    alerts: tuple["Alert", ...]


def load_config() -> list[Brand]:
    """Load all that people wrote and return the brands; ConfigError tells every fault before anything runs."""
    check_files()
    brands, rules, channels = load_brands(), load_rules(), load_channels()
    check_platforms()
    check_import_maps()
    load_retention()
    load_pictures()
    check_roles(load_privacy())
    check_segments(brands)
    load_sources()
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


def deal_round(at: datetime) -> int:
    """Deal all that is to be crawled in the round of this time, and return to how many tasks."""
    from crawlers.engine.deal import deal

    return deal(to_crawl(check_config()), window_at(at))


def round_summary(at: datetime) -> str:
    """Return what the round of this time came to."""
    from crawlers.engine.deal import summary

    return summary(window_at(at))


def crawl_dealt(at: datetime, task: int) -> "TaskReport":
    """Crawl the targets of one task of a round, and return what became of them.

    Of a crawl that somebody must look at the index learns at once, for nothing else may come after it: a blind feed
    must be seen as blind.
    """
    from crawlers.engine.deal import dealt, report_task
    from crawlers.engine.round import crawl_all
    from crawlers.engine.run import batch_of
    from indexing.elasticsearch.store import open_store
    from indexing.mentions.runs import write_run

    def note(outcome: "Outcome") -> None:
        if outcome.fault:
            write_run(batch_of(outcome.target, window), open_store())

    window = window_at(at)
    return report_task(crawl_all(dealt(window, task), window, done=note), window, task)


def analyse_or_deal() -> list[list[str]]:
    """Analyse what waits where that is one task's work, or else deal it: return the batches of each task's slice."""
    from crawlers.storage.handover import slices
    from indexing.elasticsearch.store import open_store

    brands, dealt = check_config(), slices("analyse")
    if len(dealt) > 1:
        return dealt
    analyse_all(brands, open_store())
    return []


def index_all(store: "Store", *, progress: Progress = quiet) -> Done:
    """Index every batch of mentions that waits, and all there are where the index is another one than last time.

    Of many, the mentions that are there are counted in their stories while the next ones come.
    """
    from indexing.elasticsearch.ahead import whenever
    from indexing.mentions.index import TOGETHER, index_together
    from indexing.owed import refill
    from indexing.stories.placing import beforehand
    from indexing.stories.rows import AT_ONCE
    from indexing.stories.update import count_new

    refill(store)
    further = beforehand(store)
    uncounted = 0

    def step(batches: Sequence[Batch], tell: Callable[[int, int], None]) -> Sequence[Mapping[str, int] | Unusable]:
        nonlocal uncounted
        if uncounted >= AT_ONCE:
            count()
            uncounted = 0
        outcomes = index_together(batches, store, tell, further=further)
        uncounted += sum(books["mentions"] for books in outcomes if isinstance(books, Mapping))
        return outcomes

    with whenever(partial(count_new, store)) as count:
        return consume("index", step, progress, together=TOGETHER)


def raise_alerts(store: "Store", brands: Sequence[Brand], *, now: datetime | None = None) -> list["Alert"]:
    """Evaluate every rule on the index as it is now, and deliver what fires or is still undelivered."""
    from indexing.alerts import deliver, spool
    from indexing.backfill import changed_at
    from indexing.evaluation import evaluate

    rules, channels, rota = load_rules(), load_channels(), load_rota()
    spool.reconcile(store, channels)
    try:
        now = now or datetime.now(UTC)
        return evaluate(store, rules, brands, now=now, rota=rota, changed_at=changed_at())
    finally:  # whatever becomes of the rules, what is still undelivered goes out
        spool.keep(store)
        if deliver(store, channels, rota).sent:
            spool.keep(store)


def keep_levels(store: "Store", brands: Sequence[Brand]) -> int:
    """Write how near the brands came to their burst rules, up to the last full hour; return how many levels."""
    from indexing.detection.levels import keep_levels as keep

    return keep(store, load_rules(), brands, now=datetime.now(UTC))


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
        now = datetime.now(UTC)
        heartbeat.beat(store, channels, rota, now=now, further=lambda: _further(store, brands, now))
    except (StoreError, EmbeddedError):
        spool.page_directly(channels, rota, now=datetime.now(UTC))
        raise
    heartbeat.ping()
    return alerts


def _further(store: "Store", brands: Sequence[Brand], now: datetime) -> str:
    """Return what the sign of life says of the rules, and the evidence's root, which is then known elsewhere too."""
    from indexing.detection.mending import doubts
    from indexing.evidence.night import published

    root = published(now)
    said = (doubts(store, load_rules(), brands, now=now), f"{root.zh}\n{root.en}" if root else "")
    return "\n".join(filter(None, said))


def turn(store: "Store", brands: Sequence[Brand], *, now: datetime | None = None, progress: Progress = quiet) -> Turn:
    """Index, link customers, tell stories and raise alerts, in one go: whoever is to be woken waits for no schedule."""
    done = index_all(store, progress=progress)
    linked, stories = bring_up(store, brands)
    return Turn(
        books=done.books,
        failed=done.failed,
        linked=linked,
        stories=stories,
        alerts=tuple(raise_alerts(store, brands, now=now)),
    )


def bring_up(store: "Store", brands: Sequence[Brand]) -> tuple[int, int]:
    """Link what is indexed, tell its stories, cases and profiles; return how many mentions and stories changed.

    Stories say nothing of customers, nor these of stories, so that both are told of at the same time.
    """
    from indexing.cases import update_cases
    from indexing.elasticsearch.ahead import meanwhile
    from indexing.elasticsearch.changes import pass_over
    from indexing.elasticsearch.mappings import MONTHLY
    from indexing.elasticsearch.own_writes import own_writes
    from indexing.identity.linking import READERS, link_new
    from indexing.identity.standing import follow_profiles
    from indexing.profiles import update_profiles
    from indexing.stories.update import READER as STORIES
    from indexing.stories.update import update_stories

    def tell_of_customers() -> int:
        linked = link_new(store).linked
        update_cases(store)
        update_profiles(store)
        follow_profiles(store)
        return linked

    with own_writes() as own, meanwhile(tell_of_customers) as linked:
        told = update_stories(store, brands).updated
    for reader, kind in (*product(READERS, (MONTHLY, "links")), (STORIES, MONTHLY)):
        pass_over(store, reader, kind, own)  # whose an account is does not depend on what these write, nor do stories
    return linked.result(), told
