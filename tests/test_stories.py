"""A story is what answers, passes on or copies one first post; it keeps its id, and its figures are its mentions'."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from config.brand import Account, Brand
from crawlers.post import Author, Engagement, Kind, Post, encode_post
from crawlers.storage.stage import Batch
from indexing.elasticsearch import bulk
from indexing.elasticsearch import documents as documents_module
from indexing.elasticsearch.errors import Busy
from indexing.elasticsearch.lease import lease
from indexing.mentions import write as writing
from indexing.mentions.index import index as index_batch
from indexing.mentions.roots import root_brands
from indexing.mentions.titled import titled
from indexing.stories import pages, place
from indexing.stories.update import Stories, update_stories
from nlp.analyse import analyse
from tests.soaking import in_part
from tests.story_brute_force import recounted, told
from tests.story_posts import HOUR, LONG, MINUTE, NOW, documents, make_post, make_reply, mention, put

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

OTHER = "今天天气很好，和朋友们一起去公园散步，看到了很多花，心情特别舒畅，推荐大家也去"


def index(store: "Store", posts: Iterable[Post], **fields: Any) -> None:
    put(store, [mention(post, **fields) for post in posts])


def places(store: "Store") -> dict[str, tuple[str, str]]:
    """Return each post's story and role by its number."""
    found = documents(store, "mentions").values()
    return {one["native_id"]: (one["story"]["id"].rpartition(":")[2], one["story"]["role"]) for one in found}


def run(store: "Store", **fields: Any) -> None:
    update_stories(store, now=NOW, **fields)


def test_reposts_answers_and_copies_are_told_apart(emptied_store: "Store") -> None:
    copied = make_post(4, ago=30 * MINUTE, text="转！" + LONG.replace("两天", "三天"))
    posts = [
        *(make_post(1), make_post(5, text=OTHER), make_post(6, text="好评"), make_post(7, text="好评")),
        *(make_reply(2, 1, ago=50 * MINUTE), make_reply(3, 1, ago=40 * MINUTE, kind=Kind.COMMENT)),
        *(copied, make_reply(8, 4, ago=MINUTE), make_reply(9, 99)),
    ]
    index(emptied_store, posts)
    run(emptied_store)
    assert places(emptied_store) == {
        "1": ("1", "origin"), "2": ("1", "repost"), "3": ("1", "reply"), "4": ("1", "copy"), "8": ("1", "repost"),
        "5": ("5", "origin"), "6": ("6", "origin"), "7": ("7", "origin"),
        "9": ("99", "repost"),  # of a root that nobody has seen
    }  # fmt: skip


def test_one_post_and_two_brands_are_one_story(emptied_store: "Store") -> None:
    index(emptied_store, [make_post(1)])
    run(emptied_store)
    index(emptied_store, [make_post(1), make_post(2, ago=MINUTE)], brand="yinhe")
    run(emptied_store)
    assert {(one["brand"], one["story"]["id"]) for one in documents(emptied_store, "mentions").values()} == {
        ("xinghe", "weibo:post:1"),
        ("yinhe", "weibo:post:1"),
    }
    assert {id: one["mentions"] for id, one in documents(emptied_store, "stories").items()} == {
        "weibo:post:1:xinghe": 1,
        "weibo:post:1:yinhe": 2,
    }


def test_a_story_keeps_its_id_whatever_is_seen_later(emptied_store: "Store") -> None:
    index(emptied_store, [make_post(2), make_reply(3, 50, ago=10 * MINUTE)])
    run(emptied_store)
    earlier, root = make_post(1, ago=2 * HOUR), make_post(50, ago=20 * MINUTE)
    index(emptied_store, [earlier, root, make_reply(4, 50)])
    run(emptied_store)
    found = places(emptied_store)
    assert found["2"] == ("2", "origin")
    assert found["1"] == ("2", "copy")  # published before it, and seen after it
    assert found["50"] == ("50", "origin")  # others had passed it on before it was seen itself
    assert found["4"] == ("50", "repost")


def test_the_same_words_a_season_later_are_another_story(emptied_store: "Store") -> None:
    index(emptied_store, [make_post(1, ago=timedelta(days=50)), make_post(2, ago=timedelta(days=10)), make_post(3)])
    run(emptied_store)
    assert places(emptied_store) == {"1": ("1", "origin"), "2": ("2", "origin"), "3": ("2", "copy")}


def test_an_edited_origin_is_found_by_both_of_its_texts(emptied_store: "Store") -> None:
    index(emptied_store, [make_post(1)])
    run(emptied_store)
    later = NOW + MINUTE
    edited = make_post(1, text=OTHER, edited_at=later, fetched_at=later)
    index(emptied_store, [edited])
    update_stories(emptied_store, now=later + MINUTE)
    index(emptied_store, [make_post(2, ago=MINUTE), make_post(3, ago=MINUTE, text=OTHER)])
    update_stories(emptied_store, now=later + 2 * MINUTE)
    assert places(emptied_store)["3"] == ("1", "copy")
    (story,) = documents(emptied_store, "stories").values()
    assert story["edited"] == 1


def test_deletions_are_counted_where_the_feed_tells(emptied_store: "Store") -> None:
    index(emptied_store, [make_post(1), make_reply(2, 1, ago=MINUTE)])
    run(emptied_store)
    gone = replace(make_reply(2, 1, ago=MINUTE), deleted_at=NOW + HOUR, fetched_at=NOW + HOUR)
    index(emptied_store, [gone])
    update_stories(emptied_store, now=NOW + 2 * HOUR)
    (story,) = documents(emptied_store, "stories").values()
    assert (story["mentions"], story["deleted"]) == (2, 1)


def test_a_storys_figures_are_those_of_its_mentions(emptied_store: "Store") -> None:
    loud = Author(id="m1", name="大号", followers=50_000, verified=True)
    posts = [
        make_post(1, ago=2 * HOUR, engagement=Engagement(likes=5)),
        make_reply(2, 1, ago=90 * MINUTE),
        make_reply(3, 1, ago=80 * MINUTE, author=loud, engagement=Engagement(likes=7, views=99)),
        make_reply(4, 1, ago=20 * MINUTE, author=loud),
        make_post(5, ago=10 * MINUTE),
    ]
    index(emptied_store, posts)
    index(emptied_store, [make_reply(6, 1, ago=5 * MINUTE)], label="positive")
    run(emptied_store)
    ((id, story),) = documents(emptied_store, "stories").items()
    assert id == "weibo:post:1:xinghe"
    expected = {
        "mentions": 6, "reposts": 4, "copies": 1, "authors": 5, "negative": 5, "neutral": 0, "positive": 1,
        "reach": 101 + 102 + 50_000 + 105 + 106, "engagement": 12, "growth": 1.0,
        "@timestamp": "2026-08-03T02:00:00.000Z", "last_at": "2026-08-03T03:55:00.000Z",
    }  # fmt: skip
    assert {name: story[name] for name in expected} == expected
    assert story["spreaders"][1] == "大号"
    assert story["first_mover"].startswith("用户")
    accounts = documents(emptied_store, "accounts").values()
    (own,) = [account for account in accounts if account.get("name") == "大号"]
    assert (own["mentions"], own["originals"], own["stories"], own["brand"]) == (2, 0, 1, ["xinghe"])


def test_everybody_who_speaks_of_a_brand_has_an_account_in_a_story_or_not(emptied_store: "Store", data: Path) -> None:
    index(emptied_store, [make_post(1), make_post(2, text=OTHER)])
    run(emptied_store)
    assert documents(emptied_store, "stories") == {}
    found = documents(emptied_store, "accounts").values()
    assert sorted(one["followers"] for one in found) == [101, 102]
    assert {one["stories"] for one in found} == {0}
    index(emptied_store, [make_reply(3, 1, ago=HOUR)])
    run(emptied_store)
    found = documents(emptied_store, "accounts").values()
    assert sorted((one["followers"], one["stories"]) for one in found) == [(101, 1), (102, 0), (103, 1)]


def test_an_index_that_was_made_anew_is_told_of_as_a_whole(emptied_store: "Store", data: Path) -> None:
    index(emptied_store, [make_post(1), make_reply(2, 1, ago=MINUTE), make_post(3, text=OTHER), make_reply(4, 3)])
    run(emptied_store)
    client, alias = emptied_store.client, emptied_store.alias
    client.delete(index=alias("mentions-2026.08"), id="weibo:repost:4:xinghe")
    gone = "weibo:post:3:xinghe"
    client.delete(index=alias("mentions-2026.08"), id=gone)
    old = {"account": "u1", "followers": 1, "updated_at": NOW.isoformat()}
    client.index(index=alias("accounts"), id=next(iter(documents(emptied_store, "accounts"))), document=old)
    client.index(index=alias("accounts"), id="weibo:gone", document=old)
    emptied_store.refresh("mentions")
    for id in documents(emptied_store, "reached"):
        client.delete(index=alias("reached"), id=id)
    run(emptied_store)
    stories, accounts = recounted(documents(emptied_store, "mentions"))
    assert told(documents(emptied_store, "stories")) == stories
    assert told(documents(emptied_store, "accounts")) == accounts
    assert sorted(one["followers"] for one in accounts.values()) == [101, 102]
    assert gone not in documents(emptied_store, "counted")


def test_a_page_that_comes_hours_late_counts_as_well(emptied_store: "Store") -> None:
    index(emptied_store, [make_post(1), make_reply(2, 1, ago=MINUTE)])
    run(emptied_store)
    index(emptied_store, [make_post(5, text=OTHER), make_reply(6, 5)])
    update_stories(emptied_store, now=NOW + 9 * HOUR)
    late = replace(make_reply(2, 1, ago=MINUTE), engagement=Engagement(likes=7), fetched_at=NOW + MINUTE)
    index(emptied_store, [late])
    update_stories(emptied_store, now=NOW + 9 * HOUR + MINUTE)
    assert documents(emptied_store, "stories")["weibo:post:1:xinghe"]["engagement"] == 7


def test_a_turn_with_nothing_new_writes_nothing_and_searches_nothing(
    emptied_store: "Store", monkeypatch: pytest.MonkeyPatch
) -> None:
    index(emptied_store, [make_post(1), make_reply(2, 1, ago=MINUTE)])
    run(emptied_store)
    before = documents(emptied_store, "stories")

    def never(*_: object, **__: object) -> None:
        raise AssertionError("there was nothing to look for")

    with monkeypatch.context() as patch:
        for name in ("search", "msearch", "bulk", "open_point_in_time", "scroll"):
            patch.setattr(emptied_store.client, name, never)
        assert update_stories(emptied_store, now=NOW + HOUR) == Stories(placed=0, updated=0)
    assert documents(emptied_store, "stories") == before


def test_only_one_process_at_a_time_tells_stories(emptied_store: "Store") -> None:
    with lease(emptied_store.client, emptied_store.state, "telling of stories", "stories"):
        with pytest.raises(Busy, match="telling of stories"):
            run(emptied_store)
        with lease(emptied_store.client, emptied_store.state, "backup"):
            pass  # neither waits for the other
    run(emptied_store)


@pytest.mark.parametrize(
    ("title", "text", "both"),
    [
        ("买东西还不够糟心的", "买东西还不够糟心的呢，还慢", "买东西还不够糟心的呢，还慢"),
        ("买东西…", "买东西 还不够糟心的呢", "买东西 还不够糟心的呢"),
        ("Bad shop ...", "bad  shop, bad service", "bad  shop, bad service"),
        ("投诉", "买东西还不够糟心的呢", "投诉 买东西还不够糟心的呢"),
        ("只有标题…", "", "只有标题…"),
        (None, "只有正文", "只有正文"),
        ("…", "正文", "正文"),
    ],
)
def test_a_title_that_the_text_begins_with_stands_once(title: str | None, text: str, both: str) -> None:
    assert titled(title, text) == both


class Killed(BaseException):
    pass


@pytest.mark.parametrize("step", in_part((0, 1, 3, 5, 7), 1, 5))
def test_a_kill_between_any_two_writes_ends_as_an_undisturbed_run(
    emptied_store: "Store", monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    left: Iterator[int] = iter(range(step))

    def dying(real: Any) -> Any:
        def call(*arguments: Any) -> Any:
            if next(left, None) is None:
                raise Killed
            return real(*arguments)

        return call

    posts = [
        make_post(1),
        make_reply(2, 1, ago=50 * MINUTE),
        make_post(3, ago=40 * MINUTE),
        make_post(4, text=OTHER),
        make_reply(5, 3, ago=MINUTE),
    ]
    index(emptied_store, posts)
    monkeypatch.setattr(pages, "_AT_ONCE", 2)
    monkeypatch.setattr(documents_module, "_AT_ONCE", 1)
    with monkeypatch.context() as patch, contextlib.suppress(Killed):
        patch.setattr(place, "write", dying(writing.write))
        patch.setattr(documents_module, "send", dying(bulk.send))
        run(emptied_store)
    run(emptied_store)
    assert places(emptied_store) == {
        "1": ("1", "origin"), "2": ("1", "repost"), "3": ("1", "copy"), "4": ("4", "origin"), "5": ("1", "repost"),
    }  # fmt: skip
    (story,) = documents(emptied_store, "stories").values()
    assert (story["mentions"], story["reposts"], story["copies"], story["authors"]) == (4, 2, 1, 4)
    assert {one["mentions"] for one in documents(emptied_store, "accounts").values()} == {1}


OWN = Author(id="o1", name="星河官方", verified=True)
BRAND = Brand(id="xinghe", name="星河", query="星河", own_accounts=(Account(platform="weibo", id="o1"),))


def crawled(posts: Iterable[Post], *, window: str = "20260803T040000Z") -> Batch:
    batch = Batch(stage="posts", feed="weibo_search", query="q-1", window=window)
    with batch.write() as writer:
        for post in posts:
            writer.add(encode_post(post))
    return batch


def turn(store: "Store", batch: Batch, *, brand: Brand = BRAND, now: datetime = NOW) -> dict[str, Any]:
    """Take a batch all the way, and return the one story."""
    analyse(batch, [brand], engine="fast", roots=root_brands(store))
    index_batch(batch.to("mentions"), store)
    update_stories(store, [brand], now=now)
    (story,) = documents(store, "stories").values()
    return story


def test_a_story_says_when_the_brands_own_account_first_answered(emptied_store: "Store", data: Path) -> None:
    answers = [make_reply(number, 1, ago=ago * MINUTE, author=OWN) for number, ago in ((2, 30), (3, 10))]
    batch = crawled([make_post(1), make_post(7, text=OTHER), *answers])
    for _ in range(2):
        story = turn(emptied_store, batch)
        assert (story["mentions"], story["replied_at"]) == (1, "2026-08-03T03:30:00.000Z")
    story = turn(emptied_store, crawled([make_reply(4, 1, ago=MINUTE)], window="20260803T050000Z"), now=NOW + HOUR)
    assert (story["mentions"], story["replied_at"]) == (2, "2026-08-03T03:30:00.000Z")
    first = datetime.fromisoformat(story["@timestamp"])
    assert story["seconds_to_reply"] == (datetime.fromisoformat(story["replied_at"]) - first).total_seconds() > 0
    assert {one["stories"] for one in documents(emptied_store, "accounts").values()} == {1}


def test_an_answer_waits_for_the_post_that_it_answers(emptied_store: "Store", data: Path) -> None:
    answer = make_reply(2, 1, ago=30 * MINUTE, author=OWN)
    analyse(batch := crawled([answer]), [BRAND], engine="fast")
    index_batch(batch.to("mentions"), emptied_store)
    run(emptied_store, brands=[BRAND])
    assert documents(emptied_store, "stories") == {}
    story = turn(emptied_store, crawled([make_post(1)], window="20260803T050000Z"))
    assert (story["mentions"], story["replied_at"]) == (1, "2026-08-03T03:30:00.000Z")
    earlier = make_reply(3, 1, ago=40 * MINUTE, author=OWN)
    story = turn(emptied_store, crawled([earlier], window="20260803T060000Z"))
    assert (story["mentions"], story["replied_at"]) == (1, "2026-08-03T03:20:00.000Z")


def test_an_account_that_is_no_longer_the_brands_own_has_answered_nothing(emptied_store: "Store", data: Path) -> None:
    turn(emptied_store, crawled([make_post(1), make_reply(2, 1, author=OWN), make_reply(3, 1)]))
    for id in documents(emptied_store, "reached"):
        emptied_store.client.delete(index=emptied_store.alias("reached"), id=id)
    update_stories(emptied_store, [BRAND.model_copy(update={"own_accounts": ()})], now=NOW)
    assert documents(emptied_store, "answers") == {}
    (story,) = documents(emptied_store, "stories").values()
    assert "replied_at" not in story
