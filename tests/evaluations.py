"""A driver of one evaluation that runs in any checkout, also an older one: a thousand rules over an index.

    python evaluations.py ADDRESS MINUTES [records]     from the root of the checkout, on its own interpreter

The evaluation is that of so many minutes after the mentions' end; with `records` it also keeps its record. Prints one
line of JSON: seconds by the clock, seconds of processor time here and in Elasticsearch, what fired and what failed.
"""

import json
import sys
import time
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path.cwd()))
if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store


def main(address: str, minutes: int, records: bool) -> None:
    """Evaluate once, after one rule of the day before, which loads and opens what it takes."""
    from elasticsearch import Elasticsearch

    from indexing.elasticsearch.store import Store

    made = import_module("tests.test_detection_speed")  # of whichever checkout this runs in
    store, rules = Store(Elasticsearch(address, request_timeout=300)), made.a_thousand_rules()
    evaluate, now = _with_records if records else _plainly, made.NOW + timedelta(minutes=minutes)
    evaluate(store, rules[:1], made.NOW - timedelta(days=1))
    clock, spent, inside = time.perf_counter(), time.process_time(), _spent_inside(store)
    found = evaluate(store, rules, now)
    told = {
        "seconds": time.perf_counter() - clock,
        "here": time.process_time() - spent,
        "inside": _spent_inside(store) - inside,
        "fired": len(found.firings),
        "failed": len(found.failures),
    }
    print(json.dumps(told))  # noqa: T201


def _plainly(store: "Store", rules: Any, now: datetime) -> Any:
    from indexing.detection import detect
    from tests.test_detection_speed import BRANDS

    return detect(store, rules, BRANDS, now=now)


def _with_records(store: "Store", rules: Any, now: datetime) -> Any:
    from indexing.detection import detect
    from indexing.evidence.evaluations import keep
    from tests.test_detection_speed import BRANDS

    found = detect(store, rules, BRANDS, now=now, near=True)
    keep(store, found, now=now)
    return found


def _spent_inside(store: "Store") -> float:
    nodes = store.client.nodes.stats(metric="process")["nodes"].values()
    return sum(int(node["process"]["cpu"]["total_in_millis"]) for node in nodes) / 1000


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), "records" in sys.argv[3:])
