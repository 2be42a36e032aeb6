"""`tingfeng import`: posts that no crawler reads, from tables of other systems and from a person's own browser."""

from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.table import Table
from rich.text import Text

from commands.screen import bars, clock, console, table

app = typer.Typer(no_args_is_help=True, help="Bring in posts that no crawler reads.")


@app.command()
def posts(
    file: Path = typer.Argument(exists=True, dir_okay=False, help="CSV, Excel (.xlsx, .xls, .ods) or JSON Lines."),
    name: str = typer.Option(..., "--as", help="The map of its columns: config/imports/NAME.yaml."),
    check: bool = typer.Option(False, "--check", help="Only read it, and show the first posts and the books."),
) -> None:
    """Read a table's rows as posts; the next turn analyses and indexes them.

    The map says which column holds the text, the time, the author (docs/importing.md). A row that cannot be used is
    set aside with its reason, rows = posts + duplicates + objected + dead, and the same table again changes nothing.
    """
    from config.import_map import import_map
    from crawlers.imports.table import import_posts, read_posts

    mapping, now = import_map(name), datetime.now(UTC)
    if check:
        shown, report = read_posts(file, mapping, now=now)
        for post in shown:
            said = {"id": post.id, "time": clock(post.published_at), "text": post.text[:200]}
            console.print(table(post.title or post.site or "", said))
    else:
        with bars() as show:
            report = import_posts(file, mapping, now=now, progress=lambda done, of: show(file.name, done, of))
    console.print(table(f"{mapping.source}: {file.name}", report.books()))
    for fault in report.faults:
        console.print(Text(f"dead: {fault}"))
    if report.dead > len(report.faults):
        console.print(f"and {report.dead - len(report.faults):,} more")
    if report.posts and not check:
        console.print("They wait to be analysed: `tingfeng analyse`, `tingfeng index`, or the next turn.")
    if report.dead:
        raise typer.Exit(1)


@app.command()
def har(
    file: Path = typer.Argument(exists=True, dir_okay=False, help="A HAR file, saved with content by any browser."),
) -> None:
    """Read the posts that your own browser has seen on Weibo, 小红书, 抖音, 知乎, B站, 贴吧, 公众号 and others.

    Open the network panel of your browser (F12), look at the search or the comments, and save all as HAR with content.
    Only the pages of known feeds are read; no cookie, no token and no other traffic is kept. Delete the file
    afterwards: it holds your login.
    """
    from crawlers.imports.har import import_har

    with bars() as show:
        report = import_har(file, now=datetime.now(UTC), progress=lambda done, of: show(file.name, done, of))
    made = Table("feed", "query", "pages", "posts", "dead", "refused", box=None, padding=(0, 1))
    for (feed, query), found in report.read.items():
        counts = (f"{count:,}" for count in (found.pages, len(found.posts), len(found.dead), found.refused.total()))
        made.add_row(feed, Text(query), *counts)
    console.print(made)
    pages = report.entries - report.foreign
    console.print(f"entries {report.entries:,} = pages {pages:,} + foreign {report.foreign:,} (not read)")
    for (feed, _), found in report.read.items():
        for reason, count in found.refused.items():
            console.print(Text(f"refused: {feed}: {reason} ({count:,})"))
    if not report.batches:
        console.print("No page of a known feed with posts: docs/importing.md says which pages are read.")
        raise typer.Exit(1)
    console.print("They wait to be analysed: `tingfeng analyse`, `tingfeng index`, or the next turn.")
