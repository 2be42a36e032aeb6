"""Whatever comes in whatever order, killed or not, the figures are those of a recount from scratch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crawlers.post import Author, Engagement, Kind, Post
from indexing.elasticsearch import documents as documents_module
from indexing.stories import around, ledger, recent
from indexing.stories.retracted import note_retracted
from indexing.stories.update import count_new, update_stories
from tests.emptying import emptied
from tests.killing import dying
from tests.soaking import in_part
from tests.story_brute_force import recounted, told
from tests.story_posts import LONG, MINUTE, NOW, documents, make_post, make_reply, mention, put

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

SECOND = timedelta(seconds=1)
TEXTS = (LONG, "客服一直不回消息，已经等了三天了", "今天又看到这家店的广告了，大家怎么看", "转发微博")
AGO = (0, 1, 30, 60, 90, 120, 300, 599, 600, 601, 1_800, 3_600, 7_200, 90_000)
"""Seconds before NOW."""
FEW = st.sampled_from((0, 3, 50))
WRITES = ((documents_module, "send"), (ledger, "put"))


@dataclass(frozen=True)
class Seen:
    """A post as a page shows it; of one that came before it is a newer page."""

    number: int
    root: int | None
    author: int
    ago: int
    text: int
    followers: int | None
    likes: int
    brand: str
    label: str
    deleted: bool


@dataclass(frozen=True)
class Turn:
    """Pages that come together; then the stories are brought up, and killed before that at the call after so many."""

    pages: tuple[Seen, ...]
    kill: int | None
    write: int
    placed: bool
    """Whether the new mentions are in their stories before they are written."""
    early: bool
    """Whether they are counted as soon as they are there, as of a large load while more of it comes."""


seen = st.builds(
    Seen,
    number=st.integers(1, 12),
    root=st.one_of(st.none(), st.integers(1, 4)),
    author=st.integers(1, 4),
    ago=st.sampled_from(AGO),
    text=st.integers(0, len(TEXTS) - 1),
    followers=st.one_of(st.none(), st.sampled_from((1, 9, 10, 500, 20_000))),
    likes=st.integers(0, 3),
    brand=st.sampled_from(("xinghe", "yinhe")),
    label=st.sampled_from(("negative", "positive")),
    deleted=st.booleans(),
)
turns = st.builds(
    Turn,
    pages=st.lists(seen, min_size=1, max_size=12).map(tuple),
    kill=st.one_of(st.none(), st.integers(0, 12)),
    write=st.integers(0, len(WRITES) - 1),
    placed=st.booleans(),
    early=st.booleans(),
)


def post_of(page: Seen, read: datetime) -> Post:
    """Make the post as the page showed it at the time `read`."""
    author = Author(id=f"u{page.author}", name=f"网友{page.author * 111}", followers=page.followers)
    fields: dict[str, Any] = {
        "text": TEXTS[page.text],
        "author": author,
        "ago": page.ago * SECOND,
        "engagement": Engagement(likes=page.likes),
        "fetched_at": read,
        "deleted_at": read if page.deleted else None,
    }
    if page.root is None or page.root == page.number:
        return make_post(page.number, edited_at=read if page.likes else None, **fields)
    return make_reply(page.number, page.root, kind=Kind.COMMENT if page.text else Kind.REPOST, **fields)


def play(store: "Store", happened: Sequence[Turn], few: int) -> None:
    """Let the turns happen, and hold what is told in the end against a recount.

    Groups of up to `few` mentions are read whole, others by what lies around their changes.
    """
    with pytest.MonkeyPatch.context() as patch:
        for module in (around, recent):
            patch.setattr(module, "_FEW", few)
        _play(store, happened)


def _play(store: "Store", happened: Sequence[Turn]) -> None:
    emptied(store)
    for number, turn in enumerate(happened):
        now = NOW + number * MINUTE
        pages = [
            mention(post_of(page, now + place * SECOND), brand=page.brand, label=page.label)
            for place, page in enumerate(turn.pages)
        ]
        put(store, pages, at=now, placed=turn.placed)
        if turn.kill is not None:
            with pytest.MonkeyPatch.context() as patch, dying(turn.kill, *WRITES[turn.write]):
                patch.setattr(documents_module, "_AT_ONCE", 2)
                bring_up(store, turn, now)
        bring_up(store, turn, now)
    stories, accounts = recounted(documents(store, "mentions"))
    assert told(documents(store, "stories")) == stories
    assert told(documents(store, "accounts")) == accounts


def bring_up(store: "Store", turn: Turn, now: datetime) -> None:
    if turn.early:
        count_new(store)
    update_stories(store, now=now)


@pytest.fixture(scope="module")
def lasting(new_store: "Callable[[], Store]") -> "Store":
    return new_store()


@settings(max_examples=6, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(happened=st.lists(turns, min_size=2, max_size=5), few=FEW)
def test_increments_are_a_recount_from_scratch(lasting: "Store", happened: list[Turn], few: int) -> None:
    play(lasting, happened, few)


@pytest.mark.soak
@settings(max_examples=300, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(happened=st.lists(turns, min_size=2, max_size=12), few=FEW)
def test_many_increments_are_a_recount_from_scratch(lasting: "Store", happened: list[Turn], few: int) -> None:
    play(lasting, happened, few)


@pytest.mark.parametrize("kill", in_part([None, *range(8)], None, 2, 6))
def test_what_leaves_the_index_counts_no_more(lasting: "Store", kill: int | None) -> None:
    emptied(lasting)
    pages = [make_post(1), make_reply(2, 1), make_reply(3, 1, text=LONG), make_post(4, text=TEXTS[1])]
    ids = put(lasting, [mention(post) for post in pages])
    update_stories(lasting, now=NOW)

    def leave(*some: str) -> None:
        note_retracted(lasting, some)
        for id in some:
            lasting.client.delete(index=lasting.month_alias("2026.08"), id=id, refresh=True)
        if kill is not None:
            with dying(kill, documents_module, "send"):
                update_stories(lasting, now=NOW)
        update_stories(lasting, now=NOW)
        stories, accounts = recounted(documents(lasting, "mentions"))
        assert told(documents(lasting, "accounts")) == accounts
        assert told(documents(lasting, "stories")) == stories

    leave(ids[1])
    leave(ids[0], ids[2], ids[3])
    assert not documents(lasting, "stories")
    assert not documents(lasting, "accounts")


def test_what_was_noted_and_did_not_go_counts_on(lasting: "Store") -> None:
    emptied(lasting)
    ids = put(lasting, [mention(post) for post in (make_post(1), make_reply(2, 1))])
    update_stories(lasting, now=NOW)
    before = told(documents(lasting, "stories"))
    note_retracted(lasting, ids[1:])
    update_stories(lasting, now=NOW)
    assert told(documents(lasting, "stories")) == before != {}
