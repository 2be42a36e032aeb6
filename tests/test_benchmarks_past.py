"""`make bench`: what a brand's changed query makes of 30 packed days of posts, beside a plain loop over the matcher.

Times are those of this process's own processor time, so that whatever else the machine does counts less.
`BENCH_POSTS=1000000` runs what was asked for (at most 60 s for a million posts); figures are for a million in any case.
"""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from rich.console import Console
from rich.table import Table

from config.brand import Brand
from crawlers.post import encode_post
from crawlers.replay import load
from crawlers.storage.compact import compact
from crawlers.storage.days import days_with_own_files
from crawlers.storage.stage import Batch
from nlp.draft import difference, posts_since
from nlp.matcher import Matcher

pytestmark = pytest.mark.bench
Of = TypeVar("Of")
DAYS, A_DAY = 30, 24
SAVED = Brand(id="acme", name="小米", query="小米")
DRAFT = Brand(id="acme", name="小米", query="小米 OR 红米 OR (手机 NEAR/5 发烫)")


def test_a_changed_querys_past(data: Path) -> None:
    count = int(os.environ.get("BENCH_POSTS", "60000"))
    _crawl(count)
    difference(SAVED, DRAFT, since=datetime(2026, 11, 30, 23, tzinfo=UTC))  # the dictionaries load with the first post
    took, found = _processor(lambda: difference(SAVED, DRAFT))
    assert found.posts == count
    matcher = Matcher([SAVED.model_copy(update={"id": "saved"}), DRAFT.model_copy(update={"id": "draft"})])
    plain, taken = _processor(lambda: [{*matcher.match(post).found} for post in posts_since("")])
    assert sum(one == {"saved", "draft"} for one in taken) == found.both
    assert sum(one == {"draft"} for one in taken) == found.gained
    table = Table("", "a million posts", "ratio", title=f"{count:,} posts of {DAYS} packed days", title_justify="left")
    for name, seconds in (("brands diff", took), ("every post into words", plain)):
        table.add_row(name, f"{seconds * 1e6 / count:.0f} s", f"× {seconds / took:.1f}")
    Console(width=100).print(table)
    assert took < plain


def _crawl(count: int) -> None:
    """Write real posts over and over, with ids of their own, an hour a window, and pack the days."""
    posts = load("research", limit=5_000, ending=datetime(2026, 11, 30, tzinfo=UTC))
    first, each = datetime(2026, 11, 1, tzinfo=UTC), -(-count // (DAYS * A_DAY))
    for hour in range(DAYS * A_DAY):
        window = f"{first + timedelta(hours=hour):%Y%m%dT%H%M%SZ}"
        batch = Batch(stage="posts", feed="rss", query="bench", window=window)
        with batch.write(hand_on=False) as writer:
            for number in range(hour * each, min(count, (hour + 1) * each)):
                writer.add(encode_post(replace(posts[number % len(posts)], native_id=f"{number}")))
    for day in days_with_own_files("posts", "20300101"):
        compact("posts", day, day.own_windows("posts"))


def _processor(work: Callable[[], Of]) -> tuple[float, Of]:
    begun = time.process_time()
    found = work()
    return time.process_time() - begun, found
