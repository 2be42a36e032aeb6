"""`make bench`: what a first load takes of memory and disk, by the commands that a person runs, for a million posts.

BENCH_SIZES is how many windows of 100 posts are loaded (200 where it says nothing). They lie a day and more back, so
that `tingfeng maintain` packs them all. Pages as received are not among them: see docs/pipeline.md.
"""

import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from config.settings import DEMO_CONFIG
from crawlers.post import encode_post
from crawlers.storage.stage import Batch, window_at
from tests.made_windows import windows_of, write_customers

pytestmark = pytest.mark.bench
WINDOWS, A_WINDOW = int(os.environ.get("BENCH_SIZES", "200")), 100
RESIDENT = 1.5e9
MILLION = 1_000_000
MEASURED = """
import resource, tingfeng
from pathlib import Path
try:
    tingfeng.main()
finally:
    own = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
    print(max(int(own), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
"""
"""A command that tells in the end how many KiB it, or a process that it has started, had in memory at most.

What the system tells of a child itself begins with the memory of whoever started it."""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a data folder with a node of its own, as users have it, and crawled windows of over a day ago."""
    from indexing.elasticsearch import embedded

    for name in ("TINGFENG_ES_HEAP", "TINGFENG_ES_JAVA", "ELASTICSEARCH_URL"):
        monkeypatch.delenv(name, raising=False)
    config = tmp_path / "config"
    shutil.copytree(DEMO_CONFIG, config)
    monkeypatch.setenv("TINGFENG_CONFIG", str(config))
    monkeypatch.setenv("TINGFENG_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TINGFENG_ENGINE", "fast")
    write_customers(tmp_path / "customers.csv")
    end = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    for number, posts in enumerate(windows_of(A_WINDOW, WINDOWS, end)):
        at = end - timedelta(minutes=10) * (WINDOWS - number)
        with Batch(stage="posts", feed="rss", query="bench", window=window_at(at)).write() as writer:
            for post in posts:
                writer.add(encode_post(post))
    embedded.start()
    try:
        yield tmp_path / "data"
    finally:
        embedded.stop()


def test_memory_and_disk_of_a_first_load(data: Path) -> None:
    from indexing.customers import import_customers
    from indexing.elasticsearch import embedded
    from indexing.elasticsearch.store import open_store

    store = open_store()
    import_customers(store, data.parent / "customers.csv")
    ran = {command: _run(command) for command in ("analyse", "index")}
    disk = Counter({f"{stage}, windows' own files": size for stage, size in _stages(data).items()})
    ran["maintain"] = _run("maintain")
    disk.update({f"{stage}, packed": size for stage, size in _stages(data).items()})
    store.client.indices.flush(index=store.alias("*"))
    stats = store.client.indices.stats(index=store.alias("*"), metric="store")["indices"]
    for name, told in stats.items():
        disk[f"index: {_kind(store.kind_of(name))}"] += told["primaries"]["store"]["size_in_bytes"]
    posts, mentions = WINDOWS * A_WINDOW, store.count("mentions")
    node = embedded.status()
    assert node
    _show(posts, mentions, ran, _most_resident(node.pid), disk)
    assert max(resident for _, resident in ran.values()) <= RESIDENT


def _run(command: str) -> tuple[float, int]:
    """Run a command, and return its seconds and the most that a process of it had in memory."""
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", MEASURED, command], stdout=subprocess.PIPE, check=True, text=True)
    return time.perf_counter() - begun, 1024 * int(done.stdout.split()[-1])


def _most_resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def _stages(data: Path) -> Counter[str]:
    """Return what the files of each stage take, in bytes."""
    sizes: Counter[str] = Counter()
    for stage in ("posts", "mentions", "replies", "indexed"):
        sizes[stage] = sum(path.stat().st_size for path in (data / stage).rglob("*") if path.is_file())
    return sizes


def _kind(name: str) -> str:
    kind = name.partition("-20")[0]
    return kind if kind in ("mentions", "counted", "stories", "accounts") else "customers and the rest"


def _show(posts: int, mentions: int, ran: dict[str, tuple[float, int]], node: int, disk: Counter[str]) -> None:
    title = f"{posts:,} posts, {mentions:,} mentions, 10,000 customers"
    table = Table("", "", "of a million posts", title=title, title_justify="left")
    for command, (seconds, resident) in ran.items():
        table.add_row(f"tingfeng {command}: seconds; most in memory", f"{seconds:.0f}; {resident / 1e6:,.0f} MB", "")
    table.add_row("the node: most in memory", f"{node / 1e6:,.0f} MB", "")
    for name, size in disk.items():
        table.add_row(name, f"{size / 1e6:,.1f} MB", f"{size / 1e6 * MILLION / posts:,.0f} MB")
    Console(width=110).print(table)
