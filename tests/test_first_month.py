"""A mention lies in the month in which it was first put, and in that one alone, whatever later pages say."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from crawlers.formats.native_id import published
from crawlers.storage.stage import Batch
from indexing.elasticsearch.store import Store
from indexing.mentions.index import index
from nlp.mention import Mention

MentionOf = Callable[..., Mention]
BatchOf = Callable[..., Batch]


@pytest.fixture(scope="module")
def shared(new_store: Callable[[], Store]) -> Store:
    """A store in which each test has a brand of its own."""
    return new_store()


def held(store: Store, brand: str) -> dict[str, dict[str, Any]]:
    """The brand's mentions by month and id."""
    store.refresh("mentions")
    query = {"term": {"brand": brand}}
    hits = store.client.search(index=store.alias("mentions"), query=query, size=2000)["hits"]["hits"]
    return {f"{store.month_of(hit['_index'])}/{hit['_id']}": hit["_source"] for hit in hits}


def mid(moment: datetime, number: int = 0) -> str:
    return str(((int(moment.timestamp()) - 515_483_463) << 22) + number)


def test_the_month_is_that_of_the_first_sight(shared: Store, mention_of: MentionOf, batch_of: BatchOf) -> None:
    first = mention_of(1, brand="first", published_at=datetime(2026, 10, 31, 15, 59, 59, tzinfo=UTC))
    other = mention_of(2, brand="first", published_at=datetime(2026, 10, 31, 16, tzinfo=UTC))
    index(batch_of([first, other]), shared)
    corrected = mention_of(
        1,
        brand="first",
        published_at=datetime(2026, 11, 2, tzinfo=UTC),
        fetched_at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    assert index(batch_of([corrected], window="20261121T000000Z"), shared)["indexed"] == 1
    found = {name: one["@timestamp"] for name, one in held(shared, "first").items()}
    assert found == {
        "2026.10/forum:post:bbs.example.com/topic/1:first": "2026-11-02T00:00:00.000Z",
        "2026.11/forum:post:bbs.example.com/topic/2:first": "2026-10-31T16:00:00.000Z",
    }


def test_the_native_id_decides_the_month_where_it_tells_the_time(
    shared: Store, mention_of: MentionOf, batch_of: BatchOf
) -> None:
    said = datetime(2026, 9, 9, 9, tzinfo=UTC)
    assert published("weibo", mid(said)) == said
    assert published("weibo", "abc") is published("rss", mid(said)) is published("weibo", "1") is None
    wrong = mention_of(1, brand="native", platform="weibo", native_id=mid(said))  # the page said November
    future = mention_of(2, brand="native", platform="weibo", native_id=mid(datetime(2099, 1, 1, tzinfo=UTC)))
    index(batch_of([wrong, future]), shared)
    months = {name.partition("/")[0] for name in held(shared, "native")}
    assert months == {"2026.09", "2026.11"}


def test_two_batches_at_once_make_no_twins(shared: Store, mention_of: MentionOf, batch_of: BatchOf) -> None:
    """Both see a post for the first time, and read different months from it."""
    shared.open_months({"2026.10", "2026.11"})
    batches = [
        batch_of(
            (
                mention_of(
                    n,
                    brand="twins",
                    published_at=datetime(2026, 10 + which, 20 - 10 * which, tzinfo=UTC),
                    run_id=f"r{which}",
                )
                for n in range(300)
            ),
            window=f"20261120T08000{which}Z",
        )
        for which in (0, 1)
    ]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda batch: index(batch, shared), batches))
    assert [one["mentions"] for one in done] == [300, 300]
    found = held(shared, "twins")
    assert len(found) == len({name.partition("/")[2] for name in found}) == 300
