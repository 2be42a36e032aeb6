"""A mention comes into the index in its story, by one write; where that cannot be, the telling of stories places it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from crawlers.post import Post
from indexing.elasticsearch.lease import lease
from indexing.mentions import write as writing
from indexing.stories import placing
from indexing.stories.update import update_stories
from tests.killing import dying
from tests.story_posts import DAY, HOUR, LONG, MINUTE, NOW, documents, make_post, make_reply, mention, put

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

POSTS = (
    make_post(1),
    make_reply(2, 1, ago=50 * MINUTE),
    make_post(3, ago=40 * MINUTE),
    make_post(4, text="今天天气很好，和朋友们一起去公园散步，看到了很多花，心情特别舒畅"),
    make_reply(5, 3, ago=MINUTE),
    make_post(6, ago=2 * HOUR, text="转发微博"),
)
PLACES = {
    "1": ("1", "origin"), "2": ("1", "repost"), "3": ("1", "copy"), "4": ("4", "origin"), "5": ("1", "repost"),
    "6": ("6", "origin"),
}  # fmt: skip


def places(store: "Store") -> dict[str, tuple[str, str] | None]:
    """Return each post's story and role by its number; None for a mention without one."""
    found = {one["native_id"]: one.get("story") for one in documents(store, "mentions").values()}
    return {id: (one["id"].rpartition(":")[2], one["role"]) if one else None for id, one in found.items()}


def versions(store: "Store") -> dict[str, int]:
    """Return how often each mention was written."""
    store.refresh("mentions")
    answer = store.client.search(index=store.alias("mentions"), size=100, version=True)
    return {hit["_id"]: hit["_version"] for hit in answer["hits"]["hits"]}


def placed(store: "Store", posts: Sequence[Post], **fields: Any) -> None:
    put(store, [mention(post) for post in posts], placed=True, **fields)


def test_a_new_mention_is_written_once_with_its_story(emptied_store: "Store") -> None:
    placed(emptied_store, POSTS)
    assert places(emptied_store) == PLACES
    before = versions(emptied_store)
    assert update_stories(emptied_store, now=NOW).placed == 0
    assert versions(emptied_store) == before
    (story,) = documents(emptied_store, "stories").values()
    assert (story["mentions"], story["reposts"], story["copies"]) == (4, 2, 1)


@pytest.mark.parametrize("before", range(1, len(POSTS)))
def test_whatever_came_before_it_is_placed_by_that(emptied_store: "Store", before: int) -> None:
    placed(emptied_store, POSTS[:before])
    placed(emptied_store, POSTS[before:])
    assert places(emptied_store) == PLACES


def test_what_others_have_left_without_a_story_is_placed_first(emptied_store: "Store") -> None:
    put(emptied_store, [mention(POSTS[0])])
    placed(emptied_store, POSTS[1:])
    assert places(emptied_store) == PLACES


def test_while_another_places_mentions_come_in_as_they_are(emptied_store: "Store") -> None:
    with lease(emptied_store.client, emptied_store.state, "placing of mentions", "placing"):
        placed(emptied_store, POSTS)
    assert set(places(emptied_store).values()) == {None}
    assert update_stories(emptied_store, now=NOW).placed == len(POSTS)
    assert places(emptied_store) == PLACES


@pytest.mark.parametrize("step", range(3))
def test_a_kill_at_any_write_ends_the_same(emptied_store: "Store", monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    monkeypatch.setattr(writing, "_AT_ONCE", 2)
    with dying(step, writing, "_send"):
        placed(emptied_store, POSTS)
    placed(emptied_store, POSTS)
    update_stories(emptied_store, now=NOW)
    assert places(emptied_store) == PLACES


def test_a_mention_that_is_there_keeps_the_story_that_it_has(emptied_store: "Store") -> None:
    placed(emptied_store, POSTS[:1])
    newer = make_post(1, text="别的话，和原来的完全不一样，说的是另一件事情，谁也想不到的事情", fetched_at=NOW + HOUR)
    placed(emptied_store, [newer, *POSTS[1:]])
    update_stories(emptied_store, now=NOW + HOUR)
    assert places(emptied_store)["1"] == ("1", "origin")


def test_of_two_brands_in_one_post_both_are_in_its_story(emptied_store: "Store") -> None:
    put(emptied_store, [mention(make_post(1), brand=brand) for brand in ("xinghe", "yinhe")], placed=True)
    stories = {one["story"]["id"] for one in documents(emptied_store, "mentions").values()}
    assert stories == {"weibo:post:1"}


def test_where_pictures_are_compared_they_are_fetched_first(
    emptied_store: "Store", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "load_pictures", lambda: type("On", (), {"enabled": True})())
    placed(emptied_store, POSTS)
    assert set(places(emptied_store).values()) == {None}


def test_the_same_words_twice_in_one_write_are_a_story_and_its_copy(emptied_store: "Store") -> None:
    placed(emptied_store, [make_post(8, ago=MINUTE), make_post(7, text=LONG, ago=HOUR)])
    assert places(emptied_store) == {"7": ("7", "origin"), "8": ("7", "copy")}


def test_what_copies_a_mention_that_is_refused_beside_it_is_a_story_of_its_own(store: "Store") -> None:
    """Somebody has changed the mapping of last month, so that its index refuses the origin."""
    month = f"{NOW - 20 * DAY:%Y.%m}"
    aliases: dict[str, Any] = {store.alias("mentions"): {}, store.month_alias(month): {}}
    other = {"properties": {"emotion": {"type": "long"}}}
    store.client.indices.create(index=store.index_of(1, f"mentions-{month}"), aliases=aliases, mappings=other)
    refused = replace(mention(make_post(1, ago=20 * DAY)), emotion="anger")
    beside = [make_post(2), make_reply(3, 2, ago=30 * MINUTE), make_reply(4, 1, ago=20 * MINUTE)]
    with pytest.raises(AssertionError):  # of `put`, which knows no refusal
        put(store, [refused, *map(mention, beside)], placed=True)
    placed(store, [make_post(5, ago=MINUTE)])
    expected = {"2": ("2", "origin"), "3": ("2", "repost"), "4": ("1", "repost"), "5": ("2", "copy")}
    assert places(store) == expected
    update_stories(store, now=NOW)
    assert places(store) == expected
    stories = {id: one["mentions"] for id, one in documents(store, "stories").items()}
    assert stories == {"weibo:post:2:xinghe": 3}
