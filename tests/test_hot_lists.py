"""A topic on a hot list stays one post over its day, and the index keeps each rank that it had."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from crawlers.page import Response
from crawlers.post import Post, Precision
from crawlers.spider import CannotCrawl, Job, spider_of
from indexing.mentions.document import page_part
from indexing.mentions.engagement import point
from indexing.people.pseudonyms import Pseudonyms
from nlp.mention import Mention

NINE = datetime(2026, 11, 23, 1, 10, tzinfo=UTC)
"""9:10 in China."""


def read(words: Sequence[str], at: datetime, seen: frozenset[str] = frozenset()) -> dict[str, Post]:
    entries = [{"word": word, "query": word} for word in words]
    body = msgspec.json.encode({"data": {"cards": [{"content": entries}]}})
    spider = spider_of("baidu_hot")(Job(feed="baidu_hot", query="*", run_id="r", seen=seen))
    page = spider.parse_page(Response(url="https://top.baidu.com/api/board", body=body, fetched_at=at))
    return {post.title or "": post for post in page.posts}


def test_a_topic_is_one_post_a_day_and_begins_when_it_was_first_seen() -> None:
    first = read(["星河手机"], NINE)["星河手机"]
    assert first.native_id == "hot/realtime/2026-11-23T09/星河手机"
    assert (first.published_at, first.time_precision) == (NINE - timedelta(minutes=10), Precision.HOUR)
    known = frozenset({first.id})
    later = read(["别的", "星河手机"], NINE + timedelta(hours=8), known)
    assert later["星河手机"].id == first.id
    assert later["星河手机"].published_at == first.published_at
    assert later["别的"].native_id == "hot/realtime/2026-11-23T17/别的"
    tomorrow = read(["星河手机"], NINE + timedelta(hours=15), known)["星河手机"]
    assert tomorrow.native_id == "hot/realtime/2026-11-24T00/星河手机"


def test_each_rank_is_kept_with_the_time_of_its_reading(mention_of: Callable[..., Mention]) -> None:
    seen: frozenset[str] = frozenset()
    before, kept = None, list[str]()
    for minute, place in ((0, 3), (10, 1), (20, 1), (30, 2)):
        words = [f"第{number}" for number in range(place - 1)] + ["星河手机"]
        post = read(words, NINE + timedelta(minutes=minute), seen)["星河手机"]
        seen = frozenset({post.id})
        document = page_part(replace(mention_of(1), post=post), Pseudonyms(b"0123456789abcdef"))
        if action := point(before, document, "engagement"):
            kept.append((action.source or {})["@timestamp"][11:16] + f" {(action.source or {})['rank']}")
        before = document
    assert kept == ["01:10 3", "01:20 1", "01:40 2"]


def test_a_list_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(CannotCrawl, match=r"baidu_hot '音乐': no such list: use one of realtime, novel"):
        spider_of("baidu_hot")(Job(feed="baidu_hot", query="音乐", run_id="r"))
