"""Whatever comes in whatever order, killed or not, the figures are those of a recount from scratch."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers.post import Author, Engagement, Kind, Post
from indexing.stories import documents as documents_module
from indexing.stories import ledger
from indexing.stories.update import update_stories
from tests.killing import dying
from tests.story_brute_force import recounted, told
from tests.story_posts import HOUR, LONG, MINUTE, NOW, documents, make_post, make_reply, mention, put

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

TEXTS = (LONG, "客服一直不回消息，已经等了三天了", "今天又看到这家店的广告了，大家怎么看", "转发微博")
AGO = (0, 1, 30, 60, 90, 120, 300, 599, 600, 601, 1_800, 3_600, 7_200, 90_000)
"""Seconds before NOW."""


@dataclass(frozen=True)
class Step:
    """One thing that happens: a post comes (again), or the stories are brought up, killed after so many writes."""

    number: int
    root: int | None = None
    author: int = 0
    ago: int = 0
    text: int = 0
    followers: int | None = None
    likes: int = 0
    brand: str = "xinghe"
    label: str = "negative"
    deleted: bool = False
    update: bool = False
    kill: int | None = None


steps = st.builds(
    Step,
    number=st.integers(1, 9),
    root=st.one_of(st.none(), st.integers(1, 4)),
    author=st.integers(1, 4),
    ago=st.sampled_from(AGO),
    text=st.integers(0, len(TEXTS) - 1),
    followers=st.one_of(st.none(), st.sampled_from((1, 9, 10, 500))),
    likes=st.integers(0, 3),
    brand=st.sampled_from(("xinghe", "yinhe")),
    label=st.sampled_from(("negative", "positive")),
    deleted=st.booleans(),
    update=st.booleans(),
    kill=st.one_of(st.none(), st.integers(0, 4)),
)


def post_of(step: Step, later: timedelta) -> Post:
    """Make the post as the page showed it then; of one that came before, it is a newer page."""
    read = NOW + later
    fields: dict[str, Any] = {
        "text": TEXTS[step.text],
        "author": Author(id=f"u{step.author}", name=f"网友{step.author * 111}", followers=step.followers),
        "ago": step.ago * timedelta(seconds=1),
        "engagement": Engagement(likes=step.likes),
        "fetched_at": read,
        "deleted_at": read if step.deleted else None,
    }
    if step.root is None or step.root == step.number:
        return make_post(step.number, edited_at=read if step.likes else None, **fields)
    return make_reply(step.number, step.root, kind=Kind.COMMENT if step.text else Kind.REPOST, **fields)


@pytest.fixture
def made(new_store: Any) -> "Iterator[Store]":
    yield new_store()


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(happened=st.lists(steps, min_size=5, max_size=40))
def test_increments_are_a_recount_from_scratch(new_store: Any, happened: list[Step]) -> None:
    store = new_store()
    for number, step in enumerate(happened):
        later = number * MINUTE
        put(store, [mention(post_of(step, later), brand=step.brand, label=step.label)], at=NOW + later)
        if step.update:
            if step.kill is not None:
                with dying(
                    step.kill, ledger if step.kill % 2 else documents_module, "put" if step.kill % 2 else "send"
                ):
                    update_stories(store, now=NOW + later)
            update_stories(store, now=NOW + later)
    update_stories(store, now=NOW + HOUR)
    stories, accounts = recounted(documents(store, "mentions"))
    assert told(documents(store, "stories")) == stories
    assert told(documents(store, "accounts")) == accounts
