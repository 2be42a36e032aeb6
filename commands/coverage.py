"""`tingfeng coverage`: what a day's crawls read, and what they left out."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from commands.past import moment_of
from commands.screen import console, with_notes
from config.settings import DAY_ZONE

if TYPE_CHECKING:
    from crawlers.network.report import Gap
    from indexing.coverage import Covered


def coverage(
    day: str = typer.Option(None, help="Which day, such as 2026-11-20; today unless it is given."),
    feed: str = typer.Option(None, help="Only this feed, such as weibo_html."),
    as_json: bool = typer.Option(False, "--json", help="As JSON, for other programs."),
) -> None:
    """Show, by feed and query, what was crawled on a day, and of which times posts may be missing."""
    from crawlers.spider import spider_of
    from indexing.coverage import coverage as covered
    from indexing.elasticsearch.store import open_store

    start = moment_of(day or f"{datetime.now(DAY_ZONE):%Y-%m-%d}", "--day")
    found = covered(open_store(), start, min(start + timedelta(days=1), datetime.now(DAY_ZONE)), feed=feed)
    if as_json:
        import msgspec

        told = [{**msgspec.to_builtins(one), "complete": one.complete, "short": one.short} for one in found]
        console.print_json(data=told)
        return
    if not found:
        if feed:
            spider_of(feed)  # refuses a feed that there is not
        console.print(f"No crawl on record for {start:%Y-%m-%d}")
        raise typer.Exit(1)
    console.print(_table(found))


def _table(found: "list[Covered]") -> Group:
    names = (
        "feed",
        "query",
        "runs",
        "pages",
        "new",
        "known",
        "verdicts",
        "capped",
        "backfilled",
        "last success",
        "whole",
    )
    made = Table(*names, box=None, padding=(0, 1))
    made.columns[1].max_width = 30
    notes = []
    for one in found:
        last = f"{one.last_success.astimezone(DAY_ZONE):%H:%M}" if one.last_success else "none"
        verdicts = ", ".join(f"{count:,} {verdict}" for verdict, count in one.verdicts.items())
        counts = (f"{count:,}" for count in (one.runs, one.pages, one.new, one.known))
        past = f"{one.backfilled:,} in {one.backfills:,}" if one.backfills else ""
        whole = "no" if not one.complete else "short" if one.short else "yes"
        made.add_row(one.feed, Text(one.query), *counts, verdicts, str(one.capped or ""), past, last, whole)
        notes += [f"{one.feed} {one.query}: {_told(gap)}" for gap in one.gaps[:10]]
        if len(one.gaps) > 10:
            notes.append(f"{one.feed} {one.query}: and {len(one.gaps) - 10} more")
        if one.short:
            notes.append(f"{one.feed} {one.query}: {one.new:,} new posts of at least {one.minimum:,} a day")
    return with_notes(made, notes)


def _told(gap: "Gap") -> str:
    start, end = (f"{moment.astimezone(DAY_ZONE):%m-%d %H:%M}" for moment in (gap.start, gap.end))
    return f"{start} – {end} not covered" + (": `tingfeng crawl --from` may read it" if gap.lost else " yet")
