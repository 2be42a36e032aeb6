"""`tingfeng rebuild|backup|restore|maintain`: the index made anew, kept, brought back, and what is old put away."""

import typer
from rich.table import Table

from commands.screen import bars, console, table


def rebuild(
    analyse: bool = typer.Option(False, help="Analyse all older posts again first, as a new model or brand file asks."),
) -> None:
    """Re-create the index from the JSON Lines behind its alias; readers see the old one until the new one is whole."""
    from indexing.elasticsearch.store import open_store
    from indexing.maintenance.rebuild import rebuild as run
    from indexing.pipeline import check_config
    from indexing.reanalysis import analyse_again
    from indexing.stories.update import update_stories

    brands, store = check_config(), open_store(any_version=True)
    with bars() as show:
        if analyse:
            analyse_again(store, brands, progress=show)
        report = run(store, progress=lambda done, of: show("rebuild", done, of))
        update_stories(store, brands)  # the whole of them, so that no turn has to
    console.print(table("rebuilt", report.books()))


def backup(name: str = typer.Argument(None, help="The backup's name; today's date and time unless given.")) -> None:
    """Write every tingfeng index to one folder, with counts and checksums."""
    from indexing.elasticsearch.store import open_store
    from indexing.maintenance.backup import backup as run

    with bars() as show:
        path = run(open_store(any_version=True), name, progress=lambda done, of: show("backup", done, of))
    console.print(f"Backed up to {path}; bring it back with `tingfeng restore {path.name}`")


def restore(name: str = typer.Argument(help="The backup's name, as `tingfeng backup` printed it.")) -> None:
    """Check a backup from end to end, then put it in the place of what the index holds."""
    from indexing.elasticsearch.store import open_store
    from indexing.maintenance.backup import restore as run

    with bars() as show:
        books = run(open_store(any_version=True), name, progress=lambda done, of: show("restore", done, of))
    console.print(table("restored", {index: f"{count:,}" for index, count in books.items()}))


def maintain(
    dry_run: bool = typer.Option(False, "--dry-run", help="Touch nothing; say what would be packed and what would go."),
) -> None:
    """Pack crawled days that are over, and remove what is older than config/retention.yaml keeps.

    The DAG `maintain` does the same every night, before its backup. Nothing that a stage still waits for is touched.
    """
    from config.errors import UserError
    from config.retention import age_as_written
    from indexing.elasticsearch.store import open_store
    from indexing.maintenance.maintain import maintain as run

    done = run(open_store(any_version=True), dry_run=dry_run)
    shown = Table(
        "kind", "kept for", "would go" if dry_run else "gone", "", "stays, still owed", box=None, padding=(0, 2)
    )
    for row in done.rows:
        kept = "" if row.kind == "backups" else age_as_written(row.age)
        shown.add_row(row.kind, kept, f"{row.gone:,}", row.unit, f"{row.owed:,}" if row.owed else "")
    console.print(shown)
    owed = f"; {done.packed.owed:,} wait for a stage and stay" if done.packed.owed else ""
    console.print(f"{done.packed.windows:,} windows {'would be ' if dry_run else ''}packed{owed}")
    if done.packed.faults:
        raise UserError("\n".join(done.packed.faults))
