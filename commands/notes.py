"""`tingfeng notes`: what happened, such as a launch or a campaign, beside the figures that it moved."""

from datetime import UTC, datetime

import typer
from rich.table import Table
from rich.text import Text

from commands.screen import console, not_blank

app = typer.Typer(
    no_args_is_help=True, help="Notes on the timelines of dashboards and pages: a launch, a campaign, an outage."
)


@app.command()
def add(
    text: str = typer.Argument(help="What happened, in a sentence, such as '双十一大促开始'."),
    by: str = typer.Option(..., "--by", callback=not_blank, help="Who says so; it stays beside the note."),
    at: str = typer.Option(None, help="When: 3h (ago), 2026-11-11 or 2026-11-11T20:00 (Asia/Shanghai); now if unsaid."),
    brand: list[str] = typer.Option(None, help="The brand that it touches, by id or name; all of them if unsaid."),
) -> None:
    """Write a note onto the timelines."""
    from config.brand import find_brand, load_brands
    from indexing.elasticsearch.store import open_store
    from indexing.mentions.search import moment
    from indexing.notes import add as write

    now, brands = datetime.now(UTC), load_brands()
    touched = [find_brand(brands, one).id for one in brand] if brand else [one.id for one in brands]
    made = write(open_store(), text, at=moment(at, now) if at else now, brands=touched, author=by)
    console.print(f"Note {made.id} stands on the timelines; take it away with `tingfeng notes remove {made.id}`")


@app.command("list")
def list_(since: str = typer.Option("90d", help="From when: 90d, 12h or 2026-11-01.")) -> None:
    """List the notes, oldest first."""
    from config.settings import DAY_ZONE
    from indexing.elasticsearch.store import open_store
    from indexing.mentions.search import past
    from indexing.notes import notes

    found = notes(open_store(), since=past(since, datetime.now(UTC)))
    shown = Table("id", f"at ({DAY_ZONE.key})", "brands", "note", "by", box=None, padding=(0, 1))
    for note in found:
        at = f"{note.at.astimezone(DAY_ZONE):%Y-%m-%d %H:%M}"
        shown.add_row(note.id, at, Text(", ".join(note.brands)), Text(note.text), Text(note.author))
    if found:
        console.print(shown)
    console.print(f"{len(found)} notes")


@app.command()
def remove(id: str = typer.Argument(help="The note's id, as `tingfeng notes list` shows it.")) -> None:
    """Take a note away."""
    from indexing.elasticsearch.store import open_store
    from indexing.notes import remove as take_away

    take_away(open_store(), id)
    console.print(f"Note {id} is gone")
