"""`tingfeng crawl|analyse|index`: the pipeline's steps, each by hand; Airflow's tasks call the same functions."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from commands.screen import Bars, bars, console, errors, mentions_balance, posts_balance, with_notes

if TYPE_CHECKING:
    from config.brand import Target
    from crawlers.engine.round import Outcome


def crawl(
    name: str = typer.Argument(None, metavar="[FEED]", help="Only this feed, such as weibo_html."),
    feed: str = typer.Option(None, help="The same."),
    query: str = typer.Option(None, help="Only this query; with --from it need not stand in a brand's file."),
    since: str = typer.Option(None, "--from", help="Read what was published since then: 2026-11-01 or a time of it."),
    until: str = typer.Option(None, "--to", help="Until then, the day included; until now unless it is given."),
    pages: int = typer.Option(None, min=1, help="At most this many pages a query, or a part of it with --from."),
) -> None:
    """Crawl every feed × query of every brand, from where the last crawl stopped.

    With `--from`, crawl a time that is over instead, in parts as small as the platform shows whole. Killed or stopped,
    the same command goes on where it was; the crawls from where the last one stopped know nothing of it.
    """
    from indexing.pipeline import check_config, to_crawl

    chosen = name or feed
    wanted = [
        target for target in to_crawl(check_config()) if chosen in (None, target.feed) and query in (None, target.query)
    ]
    if since or until:
        from commands.past import crawl_past

        crawl_past(wanted, chosen, query, since, until, pages)
        return
    if not wanted:
        console.print("Nothing to crawl: write `crawl:` into a brand's file, or begin with `tingfeng init`")
        raise typer.Exit(1)
    with bars() as show:
        outcomes = crawl_each(wanted, show, pages=pages)
    console.print(crawled(outcomes))
    if not all(outcome.report and outcome.report.verdict in ("ok", "empty") for outcome in outcomes):
        raise typer.Exit(1)


def crawl_each(targets: "Sequence[Target]", show: Bars, *, pages: int | None = None) -> list["Outcome"]:
    """Crawl the targets into the window of this moment."""
    from crawlers.engine.round import crawl_all
    from crawlers.storage.stage import window_at

    def name(target: "Target") -> str:
        return f"{target.feed} {target.query if len(target.query) <= 14 else f'…{target.query[-13:]}'}"

    def done(outcome: "Outcome") -> None:
        if report := outcome.report:
            show(name(outcome.target), report.posts, report.posts)

    return crawl_all(
        targets,
        window_at(datetime.now(UTC)),
        max_pages=pages,
        progress=lambda target, so_far: show(name(target), so_far.posts, 0),
        done=done,
    )


def crawled(outcomes: "Iterable[Outcome]") -> Group:
    """Return the table of how each crawl ended; what went wrong, or may be missing, stands below it."""
    made = Table("feed", "query", "pages", "posts", "new", "verdict", box=None, padding=(0, 1))
    for name in ("feed", "verdict"):  # a narrow screen cuts the query, and nothing else
        next(column for column in made.columns if column.header == name).no_wrap = True
    made.columns[1].max_width = 30
    messages: list[str | None] = []
    for outcome in outcomes:
        report = outcome.report
        if report is None:
            made.add_row(outcome.target.feed, _cut(outcome.target.query), "", "", "", "not crawled")
            messages.append(outcome.fault)
            continue
        verdict = f"{report.verdict}, {'complete' if report.complete else 'incomplete'}"
        counts = (f"{count:,}" for count in (report.pages, report.posts, report.new))
        made.add_row(report.feed, _cut(report.query), *counts, verdict)
        if report.message:
            messages.append(f"{report.feed}: {report.message}")
    return with_notes(made, messages)


def _cut(query: str) -> Text:
    return Text(query, no_wrap=True, overflow="ellipsis")


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
