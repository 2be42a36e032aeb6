"""A driver of turns that runs in any checkout, also an older one: crawled windows in, seconds and memory out.

    python turns.py WINDOWS FOLDER COUNT     from the root of the checkout, on its own interpreter

WINDOWS holds `config/` and files of posts, a window each, in the order of their names; FOLDER is made for the data.
The first COUNT windows are loaded; each further one is a turn of its own. Then the same mentions are written blindly by
Elasticsearch's own helper, as a floor. Prints one line of JSON: seconds by step, mentions, the greatest resident memory
and what lies on disk, in bytes.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path.cwd()))
NOTHING_NEW = 5


def main(windows: Path, folder: Path, count: int) -> None:
    """Load, then take turns."""
    os.environ |= {"TINGFENG_DATA": str(folder), "TINGFENG_CONFIG": str(windows / "config"), "TINGFENG_ENGINE": "fast"}
    from indexing.customers import import_customers
    from indexing.elasticsearch import embedded
    from indexing.elasticsearch.store import open_store
    from indexing.pipeline import analyse_all, check_config, turn

    embedded.start()
    try:
        store, brands = open_store(), check_config()
        import_customers(store, windows / "customers.csv")
        files = sorted(windows.glob("*.jsonl"))
        took: dict[str, list[float]] = {}

        def timed(name: str, work: Callable[[], object]) -> None:
            begun = time.perf_counter()
            work()
            took.setdefault(name, []).append(time.perf_counter() - begun)

        def turned(name: str) -> None:
            timed(f"{name}: analysis", lambda: analyse_all(brands, store))
            timed(f"{name}: turn", lambda: turn(store, brands))

        crawled(files[:count])
        turned("the first load")
        turned("what that itself has changed")
        for _ in range(NOTHING_NEW):
            turned("nothing new")
        for file in files[count:]:
            crawled([file])
            turned("one new window")
        most = memory()  # the floor holds all documents at once
        timed("floor: the same mentions by helpers.bulk", floor(store))
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        told = {"seconds": took, "mentions": store.count("mentions"), "memory": most, "disk": size}
        sys.stdout.write(json.dumps(told) + "\n")
    finally:
        embedded.stop()


def floor(store: Any) -> Callable[[], object]:
    """Return what writes the index's mentions anew, blindly, into an index of the same mapping."""
    from elasticsearch.helpers import bulk, scan

    store.refresh("mentions")
    sources = [hit["_source"] for hit in scan(store.client, index=store.alias("mentions"))]
    name = store.index_of(99, "mentions-2001.01")
    store.client.indices.create(index=name)
    return lambda: bulk(store.client, ({"_index": name, "_source": source} for source in sources), refresh=True)


def crawled(files: list[Path]) -> None:
    """Write the windows as a crawl does."""
    from crawlers.storage.stage import Batch, window_at

    for file in files:
        at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=10 * int(file.stem))
        with Batch(stage="posts", feed="rss", query="bench", window=window_at(at)).write() as writer:
            for line in file.read_bytes().splitlines():
                writer.add(line)


def memory() -> int:
    """Return the greatest resident memory of this process, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
