"""`tingfeng customers`: what the shop's own systems know of its customers, brought into the index."""

from typing import TYPE_CHECKING

import typer
from rich.table import Table
from rich.text import Text

from commands.screen import bars, clock, console, errors, table

if TYPE_CHECKING:
    from config.customer_source import CustomerSource

app = typer.Typer(
    no_args_is_help=True,
    help="""Customers, their contacts, orders, visits, memberships, tickets and consents, from the shop's own systems.

    A source is a file, config/customers/NAME.yaml: from where (a CSV or Excel file, a database, an HTTP service,
    WeCom), what a row is, and what its columns mean (docs/customer-sources.md). Begin with
    `tingfeng customers try NAME`.""",
)


@app.command()
def sync(
    source: str | None = typer.Argument(
        None, help="A file of config/customers, without .yaml; all of them if left out."
    ),
    everything: bool = typer.Option(False, "--all", help="Read all rows, not only those that are new."),
    accept_gone: bool = typer.Option(
        False, "--accept-gone", help="Believe a list from which many customers are gone (see most_gone)."
    ),
) -> None:
    """Read what is new, and write it: read = stored + unchanged + dead.

    Nothing is written before the last row was read, and twice the same changes nothing. Rows that cannot be used are
    set aside with their column, the reason and the remedy, under data/dead/customers; mend them in the source.
    """
    from config.errors import UserError
    from indexing.customers.sync.run import sync as bring
    from indexing.elasticsearch.store import open_store

    failed = []
    store = open_store()
    with bars() as show:
        for one in _sources(source):
            try:
                report = bring(store, one, everything=everything, accept_gone=accept_gone, progress=show)
            except UserError as error:
                failed.append(str(error))
                continue
            console.print(table(one.title or one.id, report.books()))
    for reason in failed:
        errors.print(Text(reason), soft_wrap=True)
    if failed:
        raise typer.Exit(1)
    console.print("New customers are linked to their accounts by the next turn, or now by `tingfeng links run`.")


@app.command()
def sources() -> None:
    """List the sources: when each was last read, and what came of it."""
    from indexing.customers.sync.dead import count_dead
    from indexing.customers.sync.standing import load

    made = Table("source", "rows", "from", "last success", "read", "stored", "dead", "state", box=None, padding=(0, 1))
    for one in _sources(None):
        stands = load(one.id)
        when = clock(stands.last_success) if stands.last_success else "never"
        counts = [f"{stands.books.get(name, 0):,}" for name in ("read", "stored")]
        failed = f"failed {clock(stands.last_failure)}: " if stands.last_failure else ""
        state = Text(f"{failed}{stands.failure}" if stands.failure else "ok")
        made.add_row(one.id, one.rows, one.read.kind, when, *counts, f"{count_dead(one.id):,}", state)
    console.print(made)


@app.command(name="try")
def try_(
    source: str = typer.Argument(help="A file of config/customers, without .yaml."),
    rows: int = typer.Option(10_000, min=1, help="How many rows to read at most."),
) -> None:
    """Read a source without writing anything: the first rows, masked, as they would be kept, and what is wrong.

    It tells whether the columns are right, which rows would be dead and why, and what each personal value would be
    kept for. No value is shown as it is.
    """
    from indexing.customers.sync.trying import try_source

    (one,) = _sources(source)
    trial = try_source(one, most=rows)
    for place, said in trial.first:
        console.print(table(place, said), markup=False)
    dead = trial.read - trial.usable
    end = "all rows" if trial.whole else f"the first {trial.read:,} rows"
    console.print(f"{end}: read {trial.read:,} = usable {trial.usable:,} + dead {dead:,}; nothing was written")
    for reason, (count, where) in trial.problems.items():
        console.print(Text(f"dead: {count:,} × {reason} (first: {where})"), soft_wrap=True)
    if trial.problems:
        raise typer.Exit(1)


def _sources(name: str | None) -> "list[CustomerSource]":
    from config.customer_source import folder, load_source, load_sources
    from config.errors import UserError

    found = [load_source(name)] if name else load_sources()
    if not found:
        raise UserError(f"{folder()}: no source yet: write one as docs/customer-sources.md says, such as crm.yaml")
    return found
