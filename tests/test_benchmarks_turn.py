"""`make bench`: what linking and stories cost in a turn, beside the same turn on less history."""

import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from rich.table import Table

from crawlers.post import Post
from indexing.customers import link_new
from indexing.stories.update import update_stories
from tests.story_posts import MINUTE, NOW, make_post, make_reply, mention, put, research_texts

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

pytestmark = pytest.mark.bench
WINDOWS = (50, 500)
A_WINDOW = 20
"""Mentions of a window of 100 posts, a fifth of which speak of a brand."""
STORIES = (100, 10_000)
AGAIN = 10


def turn(store: "Store", now: timedelta) -> float:
    """Link and tell stories, and return the seconds that both took."""
    begun = time.perf_counter()
    link_new(store, now=NOW + now)
    update_stories(store, now=NOW + now)
    return time.perf_counter() - begun


def load(store: "Store", posts: Iterator[Post]) -> float:
    """Index the posts, and return the seconds of the first turn."""
    while some := list(itertools.islice(posts, 1_000)):
        put(store, [mention(post) for post in some])
    return turn(store, timedelta())


def show(title: str, sizes: tuple[int, ...], what: str, took: dict[str, list[float]]) -> None:
    table = Table("", *(f"{size:,} {what}" for size in sizes), "growth", title=title, title_justify="left")
    for name, (small, big) in took.items():
        table.add_row(name, f"{small * 1_000:,.0f} ms", f"{big * 1_000:,.0f} ms", f"{big / small:.2f} ×")
    Console(width=110).print(table)


def test_a_turn_beside_one_on_less_history(new_store: "Callable[[], Store]") -> None:
    texts = itertools.cycle(research_texts())
    took: dict[str, list[float]] = {"first turn": []}
    stores = [new_store() for _ in WINDOWS]
    for store, windows in zip(stores, WINDOWS, strict=True):
        posts = (make_post(number, text=next(texts), ago=number * MINUTE / 60) for number in range(windows * A_WINDOW))
        took["first turn"].append(load(store, posts))
        turn(store, MINUTE)  # what the first turn itself has written
    took["nothing new, right after"] = by_turns(stores, lambda _: MINUTE)
    took["nothing new, an hour later"] = by_turns(stores, lambda _: 60 * MINUTE)
    took["one new"] = by_turns(stores, lambda number: (number + 60) * MINUTE, lambda n: make_post(n, text=next(texts)))
    show("Link and stories", WINDOWS, "windows", took)


def test_a_repost_into_a_big_story_beside_one_into_a_small_one(new_store: "Callable[[], Store]") -> None:
    took: dict[str, list[float]] = {"first turn": []}
    stores = [new_store() for _ in STORIES]
    for store, size in zip(stores, STORIES, strict=True):
        spread = (make_reply(number, 1, ago=number * MINUTE / 60) for number in range(2, size))
        took["first turn"].append(load(store, itertools.chain([make_post(1, ago=timedelta(days=1))], spread)))
        turn(store, MINUTE)
    took["one repost"] = by_turns(stores, lambda number: number * MINUTE, lambda number: make_reply(number, 1))
    show("A repost into a story", STORIES, "mentions", took)


def by_turns(
    stores: Sequence["Store"], now: Callable[[int], timedelta], make: Callable[[int], Post] | None = None
) -> list[float]:
    """Return each store's median seconds of a turn, one new post in each; they take turns, the first does not count."""
    took: list[list[float]] = [[] for _ in stores]
    for number, (place, store) in itertools.product(range(AGAIN), enumerate(stores)):
        if make:
            put(store, [mention(make(1_000_000 + number))])
        took[place].append(turn(store, now(number)))
    return [statistics.median(some[1:]) for some in took]
