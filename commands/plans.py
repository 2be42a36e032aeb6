"""`tingfeng plans`: times that are read in parts and have not come to their end: go on with one, or give it up."""

from typing import TYPE_CHECKING

import typer
from rich.table import Table
from rich.text import Text

from commands.screen import console
from config.errors import UserError
from config.settings import DAY_ZONE

if TYPE_CHECKING:
    from crawlers.engine.plan import Begun

app = typer.Typer(
    no_args_is_help=True,
    help="Backfills (`tingfeng crawl --from`) and gaps that were begun and not ended: list them, go on, give one up.",
)
_FEED = typer.Option(None, help="The plan's feed, where several plans have this name.")
_QUERY = typer.Option(None, help="The plan's query, likewise.")


@app.command("list")
def list_() -> None:
    """List the plans, by feed and query: what is left of each, and when somebody last read on."""
    from commands.past import regions_of
    from crawlers.engine.plan import begun

    shown = Table("plan", "feed", "query", "for", "time", "left", "posts", "last read", box=None, padding=(0, 1))
    count = 0
    for one in begun():
        plan, count = one.plan, count + 1
        regions = regions_of(one.feed)
        left = sum(part.seconds(regions) for part in plan.waiting) / max(1.0, plan.whole.seconds(1))
        last = f"{one.touched_at.astimezone(DAY_ZONE):%Y-%m-%d %H:%M}"
        query = Text(plan.query or "not told")
        shown.add_row(plan.name, one.feed, query, plan.purpose, str(plan.whole), f"{left:.0%}", f"{plan.posts:,}", last)
    if count:
        console.print(shown)
    console.print(f"{count} plans that have not ended")


@app.command()
def resume(
    name: str = typer.Argument(help="The plan's name, as `tingfeng plans list` shows it."),
    feed: str = _FEED,
    query: str = _QUERY,
    pages: int = typer.Option(None, min=1, help="Pages of each part at the most; the feed's own bound unless given."),
) -> None:
    """Go on with a backfill where it stopped."""
    from commands.past import read_past
    from crawlers.engine.plan import Purpose

    one = _named(name, feed, query)
    if one.plan.purpose is not Purpose.BACKFILL:
        raise UserError(f"plan {name}: closes a gap: the next crawl of {one.feed} {one.plan.query or ''} reads on")
    read_past([one.target], one.plan.whole.start, one.plan.whole.end, pages)


@app.command()
def drop(
    name: str = typer.Argument(help="The plan's name, as `tingfeng plans list` shows it."),
    feed: str = _FEED,
    query: str = _QUERY,
) -> None:
    """Give a plan up; what it has read stays, what it has not read is not asked for."""
    from crawlers.storage import files

    one = _named(name, feed, query)
    files.remove(one.path)
    console.print(f"Plan {name} of {one.feed} is gone: {one.plan.posts:,} posts that it read stay")


def _named(name: str, feed: str | None, query: str | None) -> "Begun":
    from crawlers.engine.plan import begun

    named = [one for one in begun() if one.plan.name == name]
    found = [one for one in named if feed in (None, one.feed) and query in (None, one.plan.query)]
    if not found:
        raise UserError(f"plan {name}: no such plan: `tingfeng plans list` shows those that have not ended")
    if len(found) > 1:
        several = ", ".join(f"{one.feed} {one.plan.query}" for one in found)
        raise UserError(f"plan {name}: {several} have one of this name: say --feed or --query")
    return found[0]
