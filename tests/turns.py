"""A driver of turns that runs in any checkout, also an older one: crawled windows in, seconds and memory out.

    python turns.py WINDOWS FOLDER COUNT     from the root of the checkout, on its own interpreter

WINDOWS holds `config/` and files of posts, a window each, in the order of their names; FOLDER is made for the data.
The first COUNT windows are loaded; of the others each is a turn of its own, but for the last ten: they come in one turn
on top of all that, and on an empty index too. Then the same mentions are written blindly by Elasticsearch's own helper,
as a floor. Prints one line of JSON: by step the seconds by the clock, and those of the processor, this process's and
the node's together; mentions, the greatest resident memory and what lies on disk, in bytes.
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
NOTHING_NEW, TOGETHER = 5, 10


def main(windows: Path, folder: Path, count: int) -> None:
    """Load, then take turns."""
    os.environ |= {"TINGFENG_DATA": str(folder), "TINGFENG_CONFIG": str(windows / "config"), "TINGFENG_ENGINE": "fast"}
    from indexing.customers import import_customers
    from indexing.elasticsearch import embedded
    from indexing.elasticsearch.store import Store, open_store
    from indexing.pipeline import analyse_all, check_config, turn

    node = embedded.start()
    try:
        store, brands = open_store(), check_config()
        import_customers(store, windows / "customers.csv")
        files = sorted(windows.glob("*.jsonl"))
        took: dict[str, list[float]] = {}
        worked: dict[str, list[float]] = {}

        def timed(name: str, work: Callable[[], object]) -> None:
            begun, busy = time.perf_counter(), processor(node.pid)
            work()
            took.setdefault(name, []).append(time.perf_counter() - begun)
            worked.setdefault(name, []).append(processor(node.pid) - busy)
            sys.stderr.write(f"{name}: {took[name][-1]:.2f} s, of the processor {worked[name][-1]:.2f} s\n")

        def turned(name: str, where: Any = store, now: datetime | None = None) -> None:
            timed(f"{name}: analysis", lambda: analyse_all(brands, where))
            timed(f"{name}: turn", lambda: turn(where, brands, now=now))

        crawled(files[:count])
        turned("the first load")
        turned("right after it")
        for _ in range(NOTHING_NEW):
            turned("nothing new")
        for _ in range(NOTHING_NEW):
            turned("nothing new, by the rules' clock an hour later", now=datetime.now(UTC) + timedelta(hours=1))
        for file in files[count:-TOGETHER]:
            crawled([file])
            turned("one new window")
        crawled(files[-TOGETHER:])
        turned("ten new windows")
        most = memory()  # the floor holds all documents at once
        timed("floor: the same mentions by helpers.bulk", floor(store))
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        mentions = store.count("mentions")
        os.environ |= {"ELASTICSEARCH_URL": node.url, "TINGFENG_DATA": str(folder / "empty")}
        empty = Store(store.client, prefix="tingfeng-empty")
        empty.ensure()
        import_customers(empty, windows / "customers.csv")
        turn(empty, brands)
        crawled(files[-TOGETHER:])
        turned("ten new windows on an empty index", empty)
        os.environ["TINGFENG_DATA"] = str(folder)
        told = {"seconds": took, "processor": worked, "mentions": mentions, "memory": most, "disk": size}
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
    try:
        from crawlers.storage.stage import Batch, window_at
    except ModuleNotFoundError:  # 0cc31c4 had no rooms below crawlers/
        from crawlers.stage import Batch, window_at  # type: ignore[import-untyped,no-redef]

    for file in files:
        at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=10 * int(file.stem))
        with Batch(stage="posts", feed="rss", query="bench", window=window_at(at)).write() as writer:
            for line in file.read_bytes().splitlines():
                writer.add(line)


def processor(pid: int) -> float:
    """Return the seconds of the processor of this process, of those that it has waited for, and of another one."""
    used = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    mine = os.times()
    others = mine.children_user + mine.children_system
    return time.process_time() + others + (int(used[11]) + int(used[12])) / os.sysconf("SC_CLK_TCK")


def memory() -> int:
    """Return the greatest resident memory of this process, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
