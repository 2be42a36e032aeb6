"""The steps that analyse older posts anew: a backfill, by hand or between turns, and what a rebuild may want."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from config import settings
from config.brand import Brand
from config.rule import load_rules
from indexing.analysing import analyse_all, quiet
from indexing.consume import Done, Progress
from indexing.pipeline import bring_up

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["analyse_again", "go_on", "go_on_between_turns"]


def go_on(
    store: "Store",
    brands: Sequence[Brand],
    *,
    fresh: bool = False,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = quiet,
) -> Done:
    """Go on with a queued backfill until `stop`, then link and tell stories; no rule is evaluated.

    Batches that rules still look back at wait until that has passed, unless `fresh`.
    """
    from indexing.backfill import reach, run
    from nlp.analyse import Analysis

    analysis = Analysis(brands, settings.sentiment_engine())
    before = None if fresh else datetime.now(UTC) - reach(load_rules())
    done = run(analysis, store, before=before, stop=stop, progress=lambda at, of: progress("backfill", at, of))
    if done.batches:
        bring_up(store, brands)
    return done


def analyse_again(store: "Store", brands: Sequence[Brand], *, progress: Progress = quiet) -> Done:
    """Analyse all posts that wait or that another version has analysed, as a rebuild may want them; index nothing."""
    from indexing.backfill import begin, run
    from nlp.analyse import Analysis

    new = analyse_all(brands, store, progress=progress)
    analysis = Analysis(brands, settings.sentiment_engine())
    begin(analysis)
    old = run(analysis, store, into_index=False, progress=lambda at, of: progress("backfill", at, of))
    return Done(books=dict(Counter(new.books) + Counter(old.books)), failed=new.failed + old.failed)


def go_on_between_turns(store: "Store", brands: Sequence[Brand], *, lasting: timedelta) -> Done:
    """Go on with a backfill for so long at the most, and only while no new posts or mentions wait."""
    from crawlers.storage.handover import waiting

    end = datetime.now(UTC) + lasting
    return go_on(store, brands, stop=lambda: datetime.now(UTC) >= end or bool(waiting("analyse") or waiting("index")))
