"""`tingfeng rebuild|backup|restore`: the index made anew, kept, and brought back."""

import typer

from commands.screen import bars, console, table


def rebuild(
    analyse: bool = typer.Option(False, help="Analyse all older posts again first, as a new model or brand file asks."),
) -> None:
    """Re-create the index from the JSON Lines behind its alias; readers see the old one until the new one is whole."""
    from indexing.elasticsearch.store import open_store
    from indexing.pipeline import analyse_again, check_config
    from indexing.rebuild import rebuild as run
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
    from indexing.backup import backup as run
    from indexing.elasticsearch.store import open_store

    with bars() as show:
        path = run(open_store(any_version=True), name, progress=lambda done, of: show("backup", done, of))
    console.print(f"Backed up to {path}; bring it back with `tingfeng restore {path.name}`")


def restore(name: str = typer.Argument(help="The backup's name, as `tingfeng backup` printed it.")) -> None:
    """Check a backup from end to end, then put it in the place of what the index holds."""
    from indexing.backup import restore as run
    from indexing.elasticsearch.store import open_store

    with bars() as show:
        books = run(open_store(any_version=True), name, progress=lambda done, of: show("restore", done, of))
    console.print(table("restored", {index: f"{count:,}" for index, count in books.items()}))
