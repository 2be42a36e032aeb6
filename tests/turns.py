"""A driver of turns that runs in any checkout, also an older one: crawled windows in, seconds and memory out.

    python turns.py WINDOWS FOLDER COUNT     from the root of the checkout, on its own interpreter

WINDOWS holds `config/` and files of posts, a window each, in the order of their names; FOLDER is made for the data.
The first COUNT windows are loaded; each further one is a turn of its own, ten minutes after the one before. Prints one
line of JSON: seconds by step, the greatest resident memory in bytes, bytes on disk by stage.
"""

import json
import os
import resource
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

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

        def timed(name: str) -> None:
            for step, work in (("analysis", lambda: analyse_all(brands, store)), ("turn", lambda: turn(store, brands))):
                begun = time.perf_counter()
                work()
                took.setdefault(f"{name}: {step}", []).append(time.perf_counter() - begun)

        crawled(files[:count])
        timed("first")
        timed("the first again")
        for _ in range(NOTHING_NEW):
            timed("nothing new")
        for file in files[count:]:
            crawled([file])
            timed("one new window")
        sys.stdout.write(json.dumps({"seconds": took, "memory": memory(), "mentions": store.count("mentions")}) + "\n")
    finally:
        embedded.stop()


def crawled(files: list[Path]) -> None:
    """Write the windows as a crawl does."""
    from crawlers.stage import Batch, window_at

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
