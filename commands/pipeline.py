"""`tingfeng crawl|analyse|index`: the pipeline's steps, each by hand; Airflow's tasks call the same functions."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer
from rich.table import Table
from rich.text import Text

from commands.screen import Bars, bars, console, errors, mentions_balance, posts_balance

if TYPE_CHECKING:
    from config.brand import Target
    from crawlers.report import CrawlReport


def crawl(
    feed: str = typer.Option(None, help="Only this feed, such as weibo_search."),
    pages: int = typer.Option(None, min=1, help="At most this many pages a query."),
) -> None:
    """Crawl every feed × query of every brand, from where the last crawl stopped."""
    from crawlers.report import Verdict
    from indexing.pipeline import check_config, to_crawl

    wanted = [target for target in to_crawl(check_config()) if feed in (None, target.feed)]
    if not wanted:
        console.print("Nothing to crawl: write `crawl:` into a brand's file, or begin with `tingfeng init`")
        raise typer.Exit(1)
    with bars() as show:
        reports = crawl_each(wanted, show, pages=pages)
    console.print(crawled(reports))
    if any(report.verdict not in (Verdict.OK, Verdict.EMPTY) for report in reports):
        raise typer.Exit(1)


def crawl_each(targets: "Iterable[Target]", show: Bars, *, pages: int | None = None) -> list["CrawlReport"]:
    """Crawl one target after the other into the window of this moment."""
    from crawlers.run import crawl as run
    from crawlers.stage import window_at

    window = window_at(datetime.now(UTC))

    def one(target: "Target") -> "CrawlReport":
        query = target.query if len(target.query) <= 14 else f"…{target.query[-13:]}"
        name = f"{target.feed} {query}"
        report = run(target, window, max_pages=pages, progress=lambda so_far: show(name, so_far.posts, 0))
        show(name, report.posts, report.posts)
        return report

    return [one(target) for target in targets]


def crawled(reports: "Iterable[CrawlReport]") -> Table:
    """Return the table of how each crawl ended; what went wrong, or may be missing, stands below its row."""
    made = Table("feed", "query", "pages", "posts", "new", "verdict", box=None, padding=(0, 1))
    made.columns[1].max_width = 30
    made.columns[1].no_wrap = True
    messages = []
    for report in reports:
        verdict = f"{report.verdict}, {'complete' if report.complete else 'incomplete'}"
        counts = (f"{count:,}" for count in (report.pages, report.posts, report.new))
        made.add_row(report.feed, Text(report.query), *counts, verdict)
        if report.message:
            messages.append(f"{report.feed}: {report.message}")
    made.caption, made.caption_justify = Text("\n".join(messages)), "left"
    return made


def analyse() -> None:
    """Match brands and score sentiment in every batch of posts that waits for it."""
    from indexing.elasticsearch.store import open_store
    from indexing.pipeline import analyse_all, check_config

    brands = check_config()
    with bars() as show:
        done = analyse_all(brands, open_store(), progress=show)
    console.print(posts_balance(done.books))
    tell_of(done.failed)


def index() -> None:
    """Index every batch of mentions that waits, link customers, and raise alerts."""
    from indexing.elasticsearch.store import open_store
    from indexing.pipeline import check_config, turn

    brands = check_config()
    with bars() as show:
        done = turn(open_store(), brands, progress=show)
    console.print(mentions_balance(done.books))
    console.print(f"{done.linked:,} mentions linked to customers · {len(done.alerts)} alerts firing")
    tell_of(done.failed)


def tell_of(failed: Sequence[str]) -> None:
    """Say what was set aside and whether older posts wait for a backfill; what was set aside ends the command so."""
    from indexing.backfill import notice

    if older := notice():
        errors.print(older, soft_wrap=True)
    for reason in failed:
        errors.print(f"set aside: {reason}", markup=False, soft_wrap=True)
    if failed:
        errors.print("`tingfeng doctor` tells what to do, and lets what is whole again wait anew")
        raise typer.Exit(1)
