"""Older posts analysed anew after a change of brand, words or model: a job of its own, for which no new post waits.

What is to be done again waits in a queue of its own, so that a backfill can be killed and goes on where it was. It
takes the newest batches first, indexes what it makes by itself, and evaluates no rule. A rule looks back for some time,
and what a backfill finds there would page somebody for old news: batches crawled within that time wait until it has
passed.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from config import settings
from config.brand import Brand
from config.errors import UserError
from config.rule import Rule
from crawlers.storage import queue
from crawlers.storage.files import read, remove, replace
from crawlers.storage.handover import Work, by_batch, work_of
from crawlers.storage.queue import Marker
from crawlers.storage.stage import Batch, window_at
from indexing.consume import Done, one_by_one, work_off

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store
    from nlp.analyse import Analysis

__all__ = ["begin", "changed_at", "notice", "reach", "run", "waits"]

_log = logging.getLogger(__name__)


def notice() -> str:
    """Return what to tell people while older batches may be of another version than the one in use; "" if none are."""
    from nlp.analysed import versions

    noted = versions()
    if not noted.older or noted.since is None:
        return ""
    since = f"{noted.since.astimezone(settings.DAY_ZONE):%Y-%m-%d %H:%M}"
    if left := len(queue.markers(queue.BACKFILL)):
        return f"{left:,} batches wait to be analysed as brands and models are since {since}: `tingfeng backfill`"
    return f"posts from before {since} were analysed with other brands, words or models: run `tingfeng backfill`"


def changed_at() -> datetime | None:
    """Return since when mentions are analysed otherwise than older ones still are; None where that is not to be had."""
    from nlp.analysed import versions

    try:
        noted = versions()
    except (UserError, OSError) as error:  # no alert waits for the stages' storage
        _log.warning("whether older mentions are of another analysis is not known: %s", error)
        return None
    return noted.since if noted.older else None


def begin(analysis: "Analysis", *, since: datetime | None = None, brand: Brand | None = None) -> int:
    """Queue the batches crawled `since` then whose mentions another version made; return how many wait in all.

    With a `brand`, only those with posts that it takes now, or took when they were analysed.
    """
    from nlp.analysed import note_version, outdated
    from nlp.draft import touches

    queue.begun()
    note_version(analysis.version)
    remove(_job())
    first = window_at(since) if since else ""
    for batch, posts in outdated(analysis.version):
        if batch.window >= first and (brand is None or touches(brand, batch)):
            queue.put(Marker(consumer=queue.BACKFILL, batch=str(batch), mark=posts.mark))
    replace(_job(), analysis.version.encode())  # only now: a begin that was killed has not queued all
    return len(queue.markers(queue.BACKFILL))


def waits() -> bool:
    """Return whether there is a backfill to go on with."""
    return bool(queue.markers(queue.BACKFILL))


def reach(rules: Sequence[Rule]) -> timedelta:
    """Return how far back the rules look for what may still fire: what was published earlier pages nobody."""
    return max((look.window + look.late for rule in rules for look in rule.when.looks()), default=timedelta())


def run(
    analysis: "Analysis",
    store: "Store",
    *,
    before: datetime | None = None,
    into_index: bool = True,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Done:
    """Work off what waits, the newest first, until `stop`; batches crawled after `before` go on waiting.

    `progress` gets batches done and in all. Whoever calls this brings links and stories up afterwards. What does not go
    `into_index` here waits to be indexed like all other mentions.
    """
    from indexing.mentions.index import index
    from indexing.mentions.roots import root_brands
    from indexing.stories.retract import retract
    from nlp.analysed import none_older

    roots = root_brands(store)

    def step(batch: Batch, _tell: Callable[[int, int], None]) -> Mapping[str, int]:
        mentions = analysis.of(batch, roots=roots, hand_on=not into_index)
        if not into_index:
            return mentions.books
        index(batch.to("mentions"), store)
        return {**mentions.books, "retracted": retract(batch, store, analysis.version)}

    last = window_at(before) if before else None
    ripe = [marker for marker in queue.markers(queue.BACKFILL) if last is None or Batch.at(marker.batch).window < last]
    newest_first = list(by_batch(reversed(ripe)))
    done = work_off(queue.BACKFILL, _works(newest_first, stop, progress), one_by_one(step), lambda _: None)
    if not waits() and read(_job()) == analysis.version.encode():
        none_older(analysis.version)
        remove(_job())
    return done


def _works(
    waiting: Sequence[list[Marker]], stop: Callable[[], bool], progress: Callable[[int, int], None]
) -> Iterator[Work]:
    for at, markers in enumerate(waiting):
        progress(at, len(waiting))
        if stop():
            return
        if work := work_of(markers):
            yield work
        else:  # the posts are gone, or about to be written: then they are analysed as new ones
            for marker in markers:
                queue.take_off(marker)
    progress(len(waiting), len(waiting))


def _job() -> str:
    """Return the file that names the version of the backfill that was queued to its end."""
    return f"{queue.queue_root()}/backfill-version"
