"""Which brands a post speaks of, by which of its words, and who wrote it."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.brand import Account, Brand
from crawlers.post import Author, Kind, Post
from nlp.matcher import Matcher

NOW = datetime(2026, 3, 1, tzinfo=UTC)
POST = Post(
    platform="weibo", feed="weibo_search", kind=Kind.POST, native_id="1", url="https://example.org/1", text="",
    published_at=NOW, fetched_at=NOW, query="q", run_id="r",
)  # fmt: skip
XINGHE = Brand(
    id="xinghe",
    name="星河",
    query="星河 AND (闪退 OR 手机 OR 好看) NOT 星河粥",
    own_accounts=(Account(platform="weibo", id="100"), Account(platform="forum", id="100")),
)
YUNHAI = Brand(id="yunhai", name="云海", query="云海 OR VastOcean", own_accounts=(Account(platform="weibo", id="200"),))
MATCHER = Matcher([XINGHE, YUNHAI])


@pytest.mark.parametrize(
    ("text", "found"),
    {
        "星河手机闪退": {"xinghe": ("星河", "闪退", "手机")},
        "星河": {},
        "星河粥好看": {},
        "vastocean 和星河的手机": {"xinghe": ("星河", "手机"), "yunhai": ("VastOcean",)},
        "ＶａｓｔＯｃｅａｎ云\u200b海": {"yunhai": ("云海", "VastOcean")},
        "VastOceans": {},
        "": {},
        "转发微博//@路人甲:云海发布会": {"yunhai": ("云海",)},
    }.items(),
)
def test_brands_are_found_with_their_evidence(text: str, found: dict[str, tuple[str, ...]]) -> None:
    assert MATCHER.match(replace(POST, text=text)).found == found


def test_the_title_counts() -> None:
    assert list(MATCHER.match(replace(POST, title="云海上市", text="详见正文")).found) == ["yunhai"]


def test_an_own_account_is_known_by_platform_and_id() -> None:
    def own(platform: str, id: str) -> frozenset[str]:
        return MATCHER.match(replace(POST, platform=platform, author=Author(id=id), text="云海")).own

    assert own("weibo", "100") == {"xinghe"}
    assert own("forum", "100") == {"xinghe"}
    assert own("forum", "200") == own("weibo", "300") == frozenset()
    assert MATCHER.match(POST).own == frozenset()


def test_an_account_may_be_two_brands_own() -> None:
    other = Brand(id="nebula", name="星云", query="星云", own_accounts=XINGHE.own_accounts)
    matches = Matcher([XINGHE, other]).match(replace(POST, author=Author(id="100")))
    assert matches.own == {"xinghe", "nebula"}


def test_thousands_of_posts_a_second_with_tens_of_brands() -> None:
    brands = [
        Brand(
            id=f"b{i}",
            name=f"品牌{i}",
            query=f"(品牌{i} OR 牌子{i}号 OR brand{i}) AND (崩溃 OR 闪退) NOT (招聘 OR 抽奖)",
        )
        for i in range(40)
    ]
    matcher = Matcher(brands)
    posts = [
        replace(POST, text=f"今天用了品牌{i % 50}的手机，打开相册就闪退，客服说等更新。" * 3) for i in range(1_000)
    ]
    start = time.process_time()
    found = [matcher.match(post).found for post in posts]
    assert time.process_time() - start < 2
    assert sum(map(len, found)) == 800
