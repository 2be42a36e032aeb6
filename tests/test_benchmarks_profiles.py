"""`make bench`: profiles of 100,000 customers from 300,000 records, and what one of them costs in a turn."""

import itertools
import os
import resource
import statistics
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from indexing.cases import update_cases
from indexing.customers.records import write_records
from indexing.profiles.update import update_profiles
from tests.customer_data import NOW, said, shop, speak, voices, write_shop
from tests.test_profiles import order

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

pytestmark = pytest.mark.bench
CUSTOMERS = int(os.environ.get("CUSTOMERS", "100000"))
SPEAK = 0.02
AGAIN = 10


def blind(store: "Store", other: "Store") -> float:
    """Return how long the official client takes to write the finished profiles, which it does not have to measure."""
    from elasticsearch.helpers import bulk, scan

    store.refresh("profiles")
    made = [
        {"_index": other.alias("profiles"), "_id": hit["_id"], "_source": hit["_source"]}
        for hit in scan(store.client, index=store.alias("profiles"), size=2_000)
    ]
    begun = time.perf_counter()
    bulk(other.client, made, chunk_size=1_000)
    return time.perf_counter() - begun


def test_profiles_of_many_and_of_one(new_store: "Callable[[], Store]") -> None:
    store, made = new_store(), shop(CUSTOMERS, speaking=SPEAK)
    write_shop(store, made.customers, made.records)
    mentions = voices(made, CUSTOMERS // 5)
    while some := list(itertools.islice(mentions, 2_000)):
        speak(store, some)
    update_cases(store, now=NOW)
    begun = time.perf_counter()
    done = update_profiles(store, now=NOW)
    took = time.perf_counter() - begun
    assert done.looked_at == done.written == CUSTOMERS
    begun = time.perf_counter()
    assert update_profiles(store, whole=True, now=NOW).written == 0
    again = time.perf_counter() - begun
    floor = blind(store, new_store())
    nothing, one = [], []
    for number in range(AGAIN):
        begun = time.perf_counter()
        assert update_profiles(store, now=NOW).looked_at == 0
        nothing.append(time.perf_counter() - begun)
        write_records(store, [order(number, 50, key=f"x{number}", customer=f"C{number * 7:06}")])
        whose = list(made.accounts.values())[number]
        speak(store, [said(10**6 + number, whose, "坏了", label="negative")])
        begun = time.perf_counter()
        assert update_profiles(store, now=NOW).looked_at == 2
        one.append(time.perf_counter() - begun)
    rows = len(made.records) + CUSTOMERS
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    Console(width=110).print(
        f"{CUSTOMERS:,} profiles from {len(made.records):,} records and {CUSTOMERS // 5:,} mentions: {took:.1f} s, "
        f"{CUSTOMERS / took:,.0f} profiles and {rows / took:,.0f} rows a second; with nothing to write {again:.1f} s\n"
        f"the client's blind bulk of the finished profiles: {floor:.1f} s, {CUSTOMERS / floor:,.0f} a second:"
        f" {took / floor:.1f} × its time\n"
        f"a turn with nothing new: {1_000 * statistics.median(nothing):.0f} ms, with an order of one customer and a "
        f"mention of another {1_000 * statistics.median(one):.0f} ms (medians of {AGAIN})\n"
        f"memory: {memory:,.0f} MB, the test's own data included"
    )
