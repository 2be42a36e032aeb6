"""`make bench`: every panel's query over 1,000,000 mentions, beside a plain aggregation over all of them.

TINGFENG_BENCH_MENTIONS gives another number. The mentions are real posts, repeated with other ids, times and labels,
over thirty days; each board is asked for the days that it opens with, without the help of any cache of answers.
"""

import os
import statistics
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console
from rich.table import Table

from dashboards.boards import boards
from dashboards.panel import Panel
from dashboards.panel_query import Scope, listing, search
from tests import board_data
from tests.many_mentions import fill

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

pytestmark = pytest.mark.bench
MENTIONS = int(os.environ.get("TINGFENG_BENCH_MENTIONS", "1000000"))
TIMES, WARM = 7, 3
PANEL_MS, BOARD_MS = 200, 2_000
REFERENCE = {"size": 0, "query": {"match_all": {}}, "aggs": {"brands": {"terms": {"field": "brand"}}}}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Store]":
    """Fill a node of its own, as users run it: the one that tests share gives speed away for a quick start."""
    from elasticsearch import Elasticsearch

    from indexing.elasticsearch import embedded
    from indexing.elasticsearch.store import Store

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINGFENG_DATA", str(tmp_path_factory.mktemp("bench")))
        patch.delenv("TINGFENG_ES_HEAP", raising=False)
        patch.delenv("TINGFENG_ES_JAVA", raising=False)
        try:
            with Elasticsearch(embedded.start().url, request_timeout=120) as client:
                yield _with_others(fill(Store(client), MENTIONS))
        finally:
            embedded.stop()


def _with_others(store: "Store") -> "Store":
    """Write what else dashboards read."""
    from elasticsearch.helpers import bulk

    for kind in board_data.KINDS:
        bulk(
            store.client, ({"_index": store.alias(kind), "_id": id, "_source": d} for id, d in board_data.others(kind))
        )
    store.refresh(*board_data.KINDS)
    return store


def _median(store: "Store", kind: str, body: dict[str, Any]) -> float:
    for _ in range(WARM):
        store.client.search(index=store.alias(kind), request_cache=False, **body)
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        store.client.search(index=store.alias(kind), request_cache=False, **body)
        took.append(1_000 * (time.perf_counter() - begun))
    return statistics.median(took)


def test_every_panel_and_every_board(filled: "Store") -> None:
    reference = _median(filled, "mentions", REFERENCE)
    table = Table("", "median ms", "× the reference", title=f"{MENTIONS:,} mentions", title_justify="left")
    table.add_row("match_all, terms of brand", f"{reference:.0f}", "1.0")
    slow: list[str] = []
    for id, board in boards().items():
        whole, scope = 0.0, Scope(since=board_data.UNTIL - timedelta(days=board.days), until=board_data.UNTIL)
        for panel in board.panels:
            body = search(panel, scope) if isinstance(panel, Panel) else listing(panel, scope, 100)
            took = _median(filled, panel.kind, body)
            whole += took
            table.add_row(f"{id}/{panel.id}", f"{took:.0f}", f"{took / reference:.1f}")
            slow += [f"{id}/{panel.id}: {took:.0f} ms"] if took > PANEL_MS else []
        table.add_row(f"{id}, one panel after the other", f"{whole:.0f}", f"{whole / reference:.1f}", style="bold")
        slow += [f"{id}: {whole:.0f} ms"] if whole > BOARD_MS else []
    Console(width=100).print(table)
    assert slow == []
