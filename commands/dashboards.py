"""`tingfeng dashboards build|publish|page`: the dashboards, from their definitions to where people see them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer
from rich.text import Text

from commands.screen import console
from dashboards.period import DAYS

app = typer.Typer(no_args_is_help=True, help="Write the dashboards, and publish them to a Kibana.")


@app.command()
def build() -> None:
    """Write dashboards/saved, docs/metrics.md and docs/index-reference.md anew from the definitions."""
    from dashboards.generated import generated

    for path, content in generated().items():
        changed = not path.exists() or path.read_text(encoding="utf-8") != content
        if changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        console.print(f"{'written' if changed else 'as it was'}  {path}", soft_wrap=True)


@app.command()
def publish(
    kibana: str = typer.Option(help="Its address, such as https://kibana.example.com:5601."),
    space: str = typer.Option(None, help="The space's identifier; the default space unless named."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Show what would change, and change nothing."),
) -> None:
    """Bring the dashboards into a Kibana, 8.12 or newer, over what is there of them.

    Access: KIBANA_API_KEY, or KIBANA_USER and KIBANA_PASSWORD (or the same names with _FILE). Sets the space's time
    zone to Asia/Shanghai, so that a day in Kibana is a day in the index.
    """
    from config.brand import load_brands
    from dashboards.kibana.build import objects
    from dashboards.kibana.publish import check_references, difference, for_space
    from dashboards.kibana.publish import publish as send
    from dashboards.kibana.server import kibana as opened

    made = for_space(objects(load_brands()), space)
    check_references(made)
    with opened(kibana, space) as server:
        version = ".".join(map(str, server.version()))
        server.check_space()
        found = difference(server, made)
        console.print(
            f"Kibana {version}: {len(found.new)} new, {len(found.changed)} changed, {found.same} as defined, "
            f"{len(found.settings)} settings to change"
        )
        listed = (*(f"new  {name}" for name in found.new), *found.lines) if dry_run else ()
        for line in (*found.settings, *listed):
            console.print(Text(line))
        if dry_run or not found.anything:
            return
        console.print(f"{send(server, made)} objects published; open {server.dashboards}", soft_wrap=True)


@app.command()
def page(
    path: Path = typer.Option(None, help="Where to write it; report/boards.html of the data folder unless named."),
    days: int = typer.Option(DAYS, min=1, max=366, help="How many days, today included."),
) -> None:
    """Write the same panels as one HTML file, for whoever has no Kibana."""
    from config import settings
    from config.brand import load_brands
    from dashboards.report import write_boards
    from indexing.elasticsearch.store import open_store

    target = path or settings.data_dir() / "report" / "boards.html"
    until, brands = datetime.now(UTC), load_brands()
    written = write_boards(open_store(), target, until=until, days=timedelta(days=days), brands=brands)
    console.print(f"Page {written}", soft_wrap=True, markup=False)
