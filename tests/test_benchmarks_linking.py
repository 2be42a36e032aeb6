"""`make bench`: what the link of a new mention costs in a turn, beside a blind update of the same documents."""

import os
import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from indexing.identity.linking import link, link_new
from tests.customer_data import NOW, said, shop, speak, write_shop
from tests.story_posts import put

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

pytestmark = pytest.mark.bench
CUSTOMERS = int(os.environ.get("CUSTOMERS", "20000"))
AGAIN, MENTIONS = 3, 1_000


def test_the_link_of_a_new_mention(new_store: "Callable[[], Store]") -> None:
    from elasticsearch.helpers import bulk

    store, made = new_store(), shop(CUSTOMERS, speaking=0.2)
    write_shop(store, made.customers, made.records)
    whose = list(made.accounts.values())
    speak(store, [said(number, whose[number % len(whose)], "还行") for number in range(MENTIONS)])
    link(store)
    ours, beside = [], []
    for turn in range(1, AGAIN + 1):
        new = [said(turn * MENTIONS + one, whose[(turn * 37 + one) % len(whose)], "坏了") for one in range(MENTIONS)]
        put(store, new, at=NOW)
        begun = time.perf_counter()
        report = link_new(store)
        ours.append((time.perf_counter() - begun) / MENTIONS)
        assert report.linked == MENTIONS
        store.refresh("mentions")
        hits = store.client.search(index=store.alias("mentions"), query={"match_all": {}}, size=MENTIONS)["hits"][
            "hits"
        ]
        doc = {"customer": {"confidence": 0.5}}
        actions = [{"_op_type": "update", "_index": hit["_index"], "_id": hit["_id"], "doc": doc} for hit in hits]
        begun = time.perf_counter()
        bulk(store.client, actions)
        beside.append((time.perf_counter() - begun) / MENTIONS)
        link_new(store)
    linked, blind = (1_000 * statistics.median(some) for some in (ours, beside))
    Console(width=110).print(
        f"{CUSTOMERS:,} customers, {MENTIONS:,} new mentions a turn: {linked:.2f} ms a mention to link, a blind update"
        f" {blind:.2f} ms: {linked / blind:.1f} × (medians of {AGAIN})"
    )
