"""`tingfeng links`: which customer is speaking, by the handles that the shop's own list states."""

from pathlib import Path

import typer

from commands.screen import console, table

app = typer.Typer(no_args_is_help=True, help="Customers and their accounts: import, link, revoke.")


@app.command("import")
def import_(
    file: Path = typer.Argument(exists=True, dir_okay=False, help="A CSV; docs/customers.md has its columns."),
) -> None:
    """Read the shop's customers; an account that a handle names is linked, with the line as its evidence."""
    from indexing.customers import import_customers, link
    from indexing.elasticsearch.store import open_store

    store = open_store()
    report = import_customers(store, file)
    console.print(table(f"customers of {file.name}", report.books()))
    console.print(table("links", link(store).books()))


@app.command()
def run() -> None:
    """Link the mentions that have come since to the customers already known."""
    from indexing.customers import link
    from indexing.elasticsearch.store import open_store

    console.print(table("links", link(open_store()).books()))


@app.command()
def revoke(
    link_id: str = typer.Argument(help="The link's id, as `tingfeng-links` holds it."),
    by: str = typer.Option(..., help="Who says so; it stays on record."),
) -> None:
    """Take a link back: its mentions lose the customer, the link stays on record as revoked."""
    from indexing.customers import revoke as take_back
    from indexing.elasticsearch.store import open_store

    count = take_back(open_store(), link_id, by=by)
    console.print(f"Link {link_id} is revoked; {count:,} mentions no longer carry the customer.")
