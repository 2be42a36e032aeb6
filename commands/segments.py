"""`tingfeng segments`: saved segments of customers, and lists of those who agree, for outreach."""

from datetime import datetime
from pathlib import Path

import typer
from rich.table import Table
from rich.text import Text

from commands.screen import clock, console, table
from commands.tables import Sheet, write_rows

app = typer.Typer(no_args_is_help=True, help="Segments of customers: list, show, export with consent.")


@app.command("list")
def list_() -> None:
    """List the segments and how many customers are in each now."""
    from config.segment import load_segments
    from indexing.elasticsearch.store import open_store
    from indexing.segments.members import members

    segments = load_segments()
    if not segments:
        console.print("No segment yet: write config/segments/NAME.yaml (docs/segments.md)")
        return
    store = open_store()
    console.print(table("segments", {one.id: f"{len(members(store, one)):,}  {one.name}" for one in segments}))


@app.command()
def show(
    name: str = typer.Argument(help="The segment's id or name."),
    limit: int = typer.Option(20, min=1, help="At most so many customers."),
) -> None:
    """Show who is in a segment."""
    from indexing.elasticsearch.store import open_store
    from indexing.segments.members import find_segment, members, profiles_of

    store, segment = open_store(), find_segment(name)
    ids = members(store, segment)
    shown = Table("customer", "tier", "value", "segment", "churn", "NSR", "negative", "open cases", box=None)
    for one in profiles_of(store, ids[:limit]):
        voice, churn = one.get("voice", {}), one.get("churn", {})
        cells = (one["customer"], one.get("tier"), one.get("value_band"), one.get("segment"), churn.get("band"))
        counts = (voice.get("nsr"), voice.get("negative"), one.get("cases", {}).get("open"))
        shown.add_row(*(Text("" if value is None else str(value)) for value in (*cells, *counts)))
    console.print(shown)
    console.print(f"{segment.name}: {len(ids):,} customers", markup=False)


@app.command()
def export(
    name: str = typer.Argument(help="The segment's id or name."),
    purpose: str = typer.Option(..., "--for", help="What for: the purpose that customers agreed to, as marketing."),
    out: Path = typer.Option(..., help="The file to write."),
    form: Sheet = typer.Option(Sheet.CSV, "--format", help="csv or xlsx."),
    contact: list[str] = typer.Option([], help="A kind of personal value to add, as phone; each look is recorded."),
) -> None:
    """Write those of a segment who agree to the purpose; who exported whom and what for stays on record."""
    from indexing.customers.asker import NotAllowed, operator
    from indexing.elasticsearch.store import open_store
    from indexing.people.personal import PersonalKind
    from indexing.segments.members import find_segment
    from indexing.segments.outreach import COLUMNS, rows, take_out

    unknown = sorted(set(contact) - set(PersonalKind))
    if unknown:
        raise NotAllowed(f"--contact {unknown[0]}: there are {', '.join(PersonalKind)}")
    store, asker, kinds = open_store(), operator(), [PersonalKind(kind) for kind in contact]
    outreach = take_out(store, find_segment(name), asker, purpose, form=form, contacts=kinds)
    columns = (*COLUMNS, *(f"personal.{kind}" for kind in outreach.contacts))
    write_rows(out, form, columns, rows(store, outreach, asker))
    console.print(table(f"{name} for {purpose}", {**outreach.books(), "file": str(out)}))


@app.command()
def exports(limit: int = typer.Option(20, min=1, help="At most so many.")) -> None:
    """List who exported whom, when and what for."""
    from indexing.elasticsearch.store import open_store

    store = open_store()
    store.refresh("exports")
    found = store.client.search(
        index=store.alias("exports"), size=limit, sort=[{"@timestamp": "desc"}], source_excludes=["customers"]
    )
    shown = Table("export", "when", "by", "for", "segment", "members", "exported", "without", "refused", box=None)
    for hit in found["hits"]["hits"]:
        one = hit["_source"]
        names = ("by", "purpose", "segment", "members", "exported", "without_consent", "refused")
        when = clock(datetime.fromisoformat(one["@timestamp"]))
        shown.add_row(*(Text(str(value)) for value in (hit["_id"], when, *(one[name] for name in names))))
    console.print(shown)
