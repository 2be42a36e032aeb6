"""`make bench`: every panel's query over very many mentions, beside a plain aggregation over all of them.

TINGFENG_BENCH_MENTIONS says how many (1,000,000), BENCH_DAYS over how many days (30). BENCH_DATA names a data folder
that `python -m tests.many_mentions COUNT DAYS` has filled, so that many are loaded once. Each board is asked for the
days that it opens with, up to the newest mention, and for all days, without the help of any cache of answers; at most
BENCH_TIMES times (20).
"""

import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console
from rich.table import Table

from dashboards.boards import boards
from dashboards.panel import Listing, Panel
from dashboards.panel_query import Scope, listing, ranked, ranking, search, values
from indexing.elasticsearch import embedded
from tests import board_data
from tests.many_mentions import fill
from tests.turns import processor

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

pytestmark = pytest.mark.bench
MENTIONS, DAYS = int(os.environ.get("TINGFENG_BENCH_MENTIONS", "1000000")), int(os.environ.get("BENCH_DAYS", "30"))
KEPT = os.environ.get("BENCH_DATA")
MOST = int(os.environ.get("BENCH_TIMES", "20"))
WARM, LEAST, PATIENCE = 1, min(5, MOST), 1.5
"""How often a panel is asked before it counts, and then: at least, and no more after so many seconds."""
MEDIAN_MS, HIGH_MS = 500, 1_500
PANEL_MS, BOARD_MS, FEW = 200, 2_000, 1_000_000
"""What is promised besides for the days that a board opens with, of so few mentions."""
REFERENCE = {"size": 0, "query": {"match_all": {}}, "aggs": {"brands": {"terms": {"field": "brand"}}}}


@dataclass(frozen=True, slots=True)
class Took:
    """How long a panel took, in milliseconds; `high` is the 95th percentile, `worked` the node's processor's mean."""

    first: float
    median: float
    high: float
    worked: float


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Store]":
    """Fill a node of its own, as users run it: the one that tests share gives speed away for a quick start."""
    from elasticsearch import Elasticsearch

    from indexing.elasticsearch.store import Store

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINGFENG_DATA", KEPT or str(tmp_path_factory.mktemp("bench")))
        if not KEPT:
            patch.delenv("TINGFENG_ES_HEAP", raising=False)
            patch.delenv("TINGFENG_ES_JAVA", raising=False)
        try:
            with Elasticsearch(embedded.start().url, request_timeout=120) as client:
                store = Store(client)
                yield _with_others(store if KEPT else fill(store, MENTIONS, days=DAYS))
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


@pytest.mark.parametrize("whole", [False, True], ids=["opening", "whole"])
def test_every_panel_and_every_board(filled: "Store", whole: bool) -> None:
    count, since, until = _period(filled)
    _took(lambda: _asked(filled, "mentions", REFERENCE))  # the first answers of a new node
    reference = _took(lambda: _asked(filled, "mentions", REFERENCE))
    table = Table("", "first ms", "median ms", "p95 ms", "processor ms", "× the reference's")
    how = "all days" if whole else "the days that each board opens with"
    table.title, table.title_justify = f"{count:,} mentions of {(until - since).days} days: {how}", "left"
    _row(table, "match_all, terms of brand", reference, reference)
    promised = MEDIAN_MS if whole or count > FEW else PANEL_MS
    slow = list[str]()
    for id, board in boards().items():
        found = []
        for panel in board.panels:
            end = until if panel.kind == "mentions" else board_data.UNTIL
            scope = Scope(since=since if whole else end - timedelta(days=board.days), until=end)
            took = _took(lambda panel=panel, scope=scope: _answered(filled, panel, scope))
            found.append(took)
            _row(table, f"{id}/{panel.id}", took, reference)
            if took.median > promised or took.high > HIGH_MS:
                slow.append(f"{id}/{panel.id}: {took.median:.0f} ms, p95 {took.high:.0f} ms")
        together = Took(*(sum(getattr(one, name) for one in found) for name in Took.__slots__))
        _row(table, f"{id}, one panel after the other", together, reference)
        if together.median > BOARD_MS and not whole and count <= FEW:
            slow.append(f"{id}: {together.median:.0f} ms")
    Console(width=110).print(table)
    _tell_size(filled, count)
    assert slow == []


def _period(store: "Store") -> tuple[int, datetime, datetime]:
    """Return how many mentions there are, and from when to when."""
    ends = {name: {name: {"field": "@timestamp"}} for name in ("min", "max")}
    answer = _asked(store, "mentions", {"size": 0, "track_total_hits": True, "aggs": ends})
    since, until = (datetime.fromtimestamp(answer["aggregations"][name]["value"] / 1_000, UTC) for name in ends)
    return answer["hits"]["total"]["value"], since, until


def _answered(store: "Store", panel: Panel | Listing, scope: Scope) -> None:
    if isinstance(panel, Listing):
        _asked(store, panel.kind, listing(panel, scope, 100))
        return
    among = values(_asked(store, panel.kind, ranking(panel, scope))) if ranked(panel) else None
    _asked(store, panel.kind, search(panel, scope, among))


def _asked(store: "Store", kind: str, body: dict[str, Any]) -> Any:
    return store.client.search(index=store.alias(kind), request_cache=False, **body)


def _took(ask: Any) -> Took:
    node = embedded.status()
    assert node
    took, whole, before = list[float](), time.perf_counter(), _node_worked(node.pid)
    while len(took) < WARM + LEAST or (len(took) < WARM + MOST and time.perf_counter() - whole < PATIENCE):
        begun = time.perf_counter()
        ask()
        took.append(1_000 * (time.perf_counter() - begun))
    counted = sorted(took[WARM:])
    worked = 1_000 * (_node_worked(node.pid) - before) / len(took)
    return Took(took[0], statistics.median(counted), counted[-1 - len(counted) // 20], worked)


def _node_worked(pid: int) -> float:
    return processor(pid) - time.process_time()


def _row(table: Table, name: str, took: Took, reference: Took) -> None:
    figures = (took.first, took.median, took.high, took.worked)
    table.add_row(name, *(f"{one:.0f}" for one in figures), f"{took.worked / reference.worked:.1f}")


def _tell_size(store: "Store", count: int) -> None:
    """Print what a million mentions take on the disk, and what the node takes in memory."""
    node = embedded.status()
    assert node
    found = store.client.indices.stats(index=store.alias("mentions"), metric="store,segments")["_all"]["primaries"]
    said = Path(f"/proc/{node.pid}/status").read_text(encoding="utf-8").splitlines()
    most = next(int(line.split()[1]) for line in said if line.startswith("VmHWM"))
    Console(width=110).print(
        f"{found['store']['size_in_bytes'] / count:,.0f} MB of disk a million mentions, {found['segments']['count']} "
        f"segments; the node at most {most / 1_024:,.0f} MB resident"
    )
