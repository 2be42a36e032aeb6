"""When mentions get their stories: before they are first written, so that one write carries both, or else afterwards.

A post is placed by what was seen before it, so one process at a time does it. Where another is at it, or pictures are
to be fetched and compared first, new mentions go into the index as they are, and the next telling of stories places
them: the mentions are the only state, and the first of a run places what any other has left.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import partial

from config.pictures import load_pictures
from crawlers.pictures.fetch import Finder
from indexing.elasticsearch.changes import Changes, changes
from indexing.elasticsearch.errors import Busy
from indexing.elasticsearch.field import Writer
from indexing.elasticsearch.lease import lease
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.retry import backoff, with_retries
from indexing.elasticsearch.store import Store
from indexing.mentions.merge import Document
from indexing.mentions.write import Further, nothing_further
from indexing.stories.place import PLACED, place, places, story_part

__all__ = ["READER", "beforehand", "place_waiting", "waits"]

READER = "stories"
"""As whom the telling of stories reads the changes of an index."""
_PATIENCE = 90.0
"""Seconds that a telling waits for others, who place some hundred mentions at a time; the dead are found out sooner."""


def place_waiting(store: Store, now: datetime) -> tuple[int, Changes]:
    """Place what has no story; return how many got one, and all changes, in which nothing is without one any more."""
    if not (mentions := changes(store, READER, MONTHLY)):
        return 0, mentions
    with _alone(store, _PATIENCE):
        return _place_waiting(store, now)


def waits(store: Store, mentions: Changes) -> bool:
    """Return whether one of the changed mentions has no story yet."""
    query = {"bool": {"filter": [mentions.query], "must_not": [PLACED]}}
    answer = with_retries(
        lambda: store.client.search(index=store.alias(MONTHLY), query=query, size=0, terminate_after=1)
    )
    return bool(answer["hits"]["total"]["value"])


def beforehand(store: Store) -> Further:
    """Return what says of mentions that come into the index which stories they belong to."""
    if load_pictures().enabled:
        return nothing_further
    see_others: Callable[[], object] = partial(_place_waiting, store, datetime.now(UTC))

    @contextmanager
    def stories(mentions: Mapping[str, Document]) -> Iterator[Mapping[str, Mapping[Writer, Document]]]:
        nonlocal see_others
        with ExitStack() as held:
            try:
                held.enter_context(_alone(store))
            except Busy:
                yield {}
                return
            see_others()
            see_others = partial(store.refresh, MONTHLY)  # so that the origins just written are found
            found, now = places(store, list(mentions.values())), datetime.now(UTC)
            yield {id: {Writer.STORY: story_part(found[one["post_id"]], now)} for id, one in mentions.items()}

    return lambda mentions: stories(mentions) if mentions else nothing_further(mentions)


def _place_waiting(store: Store, now: datetime) -> tuple[int, Changes]:
    total, config = 0, load_pictures()
    finder = Finder(config) if config.enabled else None
    while True:
        mentions = changes(store, READER, MONTHLY)
        placed, followed = place(store, mentions.query, now=now, finder=finder) if mentions else (0, 0)
        total += placed
        if not placed and not followed:
            return total, mentions


@contextmanager
def _alone(store: Store, patience: float = 0) -> Iterator[None]:
    """Let nobody else place mentions meanwhile; raise Busy where somebody does for longer than so many seconds."""
    with ExitStack() as held:
        for pause in backoff(patience):
            with suppress(Busy):
                held.enter_context(_lease(store))
                break
            time.sleep(pause)
        else:
            held.enter_context(_lease(store))
        yield


def _lease(store: Store) -> AbstractContextManager[object]:
    return lease(store.client, store.state, "placing of mentions", "placing")
