"""Real stories page once: within one evaluation of their rise, never again, and quiet days not at all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.brand import Brand
from crawlers.post import Post
from indexing.detection import detect
from indexing.stories.update import update_stories
from tests import reviews_as_research
from tests.soaking import in_part
from tests.story_posts import DAY, HOUR, MINUTE, NOW, documents, mention, put, research_stories, rule

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

BRAND = Brand(id="xinghe", name="星河手机", query="星河")
SECOND = timedelta(seconds=1)
LARGE = reviews_as_research.LARGE if reviews_as_research.made() else "AyHFAuj0H"
"""A story of 963 reposts that rises in its first hour, calms at night, and rises again the next morning."""
RISE = 50
"""Mentions in an hour that are a rise."""
STEP = 10 * MINUTE
RULE = rule("story", id="spread", min_count=RISE, min_authors=20)


def risen(posts: Sequence[Post]) -> datetime:
    """Return when the last hour first held as many posts as a rise takes."""
    times = [post.published_at for post in posts]
    return next(last for first, last in zip(times, times[RISE - 1 :], strict=False) if last - first < HOUR)


def pages(store: "Store", moments: Sequence[datetime]) -> dict[str, datetime]:
    """Return when each thing was first found, evaluated at these moments."""
    first: dict[str, datetime] = {}
    for now in moments:
        for firing in detect(store, [RULE], [BRAND], now=now).firings:
            first.setdefault(firing.fingerprint, now)
    return first


def test_a_story_of_900_reposts_pages_once_within_one_evaluation_of_its_rise(
    emptied_store: "Store", tmp_path: Path
) -> None:
    posts = research_stories(tmp_path, [LARGE])[LARGE]
    assert len(posts) > 900
    begin, rise = posts[0].published_at, risen(posts)
    moments = [begin - 2 * DAY, begin - HOUR, *(begin + n * STEP for n in range(1, 7))]
    moments += [begin + n * HOUR for n in (3, 8, 12, 13, 30)] + [begin + 9 * DAY, posts[-1].published_at + HOUR]
    found: dict[str, datetime] = {}
    waiting = list(posts)
    for now in moments:
        while waiting and waiting[0].published_at < now:
            some = [post for post in waiting if post.published_at < now]
            waiting = waiting[len(some) :]
            put(emptied_store, (mention(replace(post, fetched_at=now)) for post in some), at=now)
        update_stories(emptied_store, now=now)
        for fingerprint, at in pages(emptied_store, [now]).items():
            found.setdefault(fingerprint, at)
    (page,) = found.values()
    assert rise < page <= rise + STEP
    (story,) = documents(emptied_store, "stories").values()
    assert (story["mentions"], story["copies"]) == (len(posts), 0)
    assert story["reposts"] == len(posts) - 1
    assert pages(emptied_store, [begin - DAY, begin + 20 * DAY]) == {}


@pytest.mark.parametrize("count", in_part((250, 1_000), 250))
def test_of_many_real_stories_none_pages_twice(emptied_store: "Store", tmp_path: Path, count: int) -> None:
    """All of them in one afternoon: each keeps its own rhythm."""
    stories = list(research_stories(tmp_path, stories=count + count // 20, reposts=4).values())
    assert len(stories) >= count
    moved = [moved_to(NOW - 5 * HOUR + n * 15 * SECOND, posts) for n, posts in enumerate(stories)]
    put(emptied_store, (mention(post) for posts in moved for post in posts if post.published_at < NOW))
    update_stories(emptied_store, now=NOW)
    few = rule("story", id="spread", min_count=3)
    paged = [str(firing.story) for firing in detect(emptied_store, [few], [BRAND], now=NOW).firings]
    assert len(paged) > min(count // 40, 10)
    assert len(set(paged)) == len(paged)
    story_of = {one["post_id"]: one["story"]["id"] for one in documents(emptied_store, "mentions").values()}
    told = [{story_of[post.id] for post in posts if post.id in story_of} for posts in moved]
    assert [len(ids) for ids in told if len(ids) != 1] == []  # no story falls apart, whatever copies whatever


def moved_to(begin: datetime, posts: Sequence[Post]) -> list[Post]:
    """Move a story so that it begins at a moment."""
    by = begin - posts[0].published_at
    return [replace(post, published_at=post.published_at + by, fetched_at=NOW) for post in posts]
