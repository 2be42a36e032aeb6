"""`tingfeng links`: which customer is speaking, on what evidence, and what a person should look at."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from commands import link_tables
from commands.screen import console, not_blank, table

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store
    from indexing.identity.event import LinkEvent

app = typer.Typer(no_args_is_help=True, help="Customers, accounts, persons: import, link, review, take back.")
app.command("match")(link_tables.match)
_BY = typer.Option(..., callback=not_blank, help="Who says so; it stays on record.")
_NODE = typer.Argument(help="A customer's id, or an account as weibo:1001.")
_WHY = typer.Option("", help="Why, in words without names or numbers of people.")


@app.command("import")
def import_(
    file: Path = typer.Argument(exists=True, dir_okay=False, help="A CSV; docs/customers.md has its columns."),
) -> None:
    """Read the shop's customers; an account that a handle names is linked, with the line as its evidence."""
    from indexing.customers import import_customers
    from indexing.identity.linking import link

    store = _store()
    report = import_customers(store, file)
    console.print(table(f"customers of {file.name}", report.books()))
    console.print(table("links", link(store).books()))


@app.command()
def run(alike: bool = typer.Option(False, help="Also compare customers with each other; simulate it first.")) -> None:
    """Link all mentions to the customers known, on all evidence there is."""
    from indexing.identity.alike import link_alike
    from indexing.identity.linking import link

    store = _store()
    console.print(table("links", link(store).books()))
    if alike:
        found = link_alike(store)
        console.print(table("customers alike", {name: f"{count:,}" for name, count in found.items()}))


@app.command()
def revoke(
    link_id: str = typer.Argument(help="The link's id, as `tingfeng-links` holds it."),
    by: str = _BY,
) -> None:
    """Take a link back: its mentions lose the customer, the link stays on record as revoked."""
    from indexing.customers import revoke as take_back

    _must()

    count = take_back(_store(), link_id, by=by)
    console.print(f"Link {link_id} is revoked; {count:,} mentions no longer carry the customer.")


@app.command()
def simulate(
    only: str = typer.Option("", help="One kind of evidence, such as contact_in_bio or fuzzy."),
    automatic: float = typer.Option(
        None,
        min=0.5,
        max=0.999999,
        help="The probability from which pairs are linked; else so that 999 of 1,000 are right by estimate.",
    ),
) -> None:
    """Show what linking would do: how many links, the largest persons, ten pairs on the border. Nothing is written."""
    from config.errors import UserError
    from indexing.identity.simulate import simulate as look
    from indexing.people.edges import kinds

    if only and only not in kinds():
        raise UserError(f"--only {only}: there is no such evidence: write one of {', '.join(sorted(kinds()))}")
    found = look(_store(), only=only or None, automatic=automatic)
    console.print(table("edges", {name: f"{count:,}" for name, count in sorted(found.edges.items())}))
    sizes = ", ".join(map(str, found.groups)) or "none"
    more = {"accounts with a customer": f"{found.linked_accounts:,}", "edges in conflict": f"{found.conflicts:,}"}
    console.print(table("persons", {**more, "largest (accounts and customers)": sizes}))
    for probability, parts in found.border:
        console.print(f"{probability:.4f}  " + "; ".join(parts))


@app.command()
def review(most: int = typer.Option(20, min=1, help="How many to show.")) -> None:
    """Show what waits for a person's word: evidence side by side; answer with accept, reject or split."""
    from indexing.identity.review import waiting

    found = waiting(_store())
    for one in found[:most]:
        said = one.event
        sheet = Table(
            title=f"{said.id}  {'conflict' if one.conflict else 'candidate'}  {said.probability:.4f}", box=None
        )
        sheet.add_column(said.one)
        sheet.add_column(said.other)
        for words in said.says or (said.kind,):
            sheet.add_row(words, "")
        console.print(sheet)
    console.print(f"{len(found):,} wait." if found else "Nothing waits.")


@app.command()
def accept(one: str = _NODE, other: str = _NODE, by: str = _BY, why: str = _WHY) -> None:
    """Say that two are one person; it outranks all other evidence and can be undone."""
    from indexing.identity.changing import accept as join

    _must()
    store = _store()
    _say(join(store, *_nodes(store, one, other), by=by, why=why))


@app.command()
def reject(one: str = _NODE, other: str = _NODE, by: str = _BY, why: str = _WHY) -> None:
    """Say that two are not one person: they are parted, and never proposed again until that is undone."""
    from indexing.identity.changing import reject as keep_apart

    _must()
    store = _store()
    _say(keep_apart(store, *_nodes(store, one, other), by=by, why=why))


@app.command()
def split(
    some: str = typer.Argument(help="Nodes that belong together, separated by commas."),
    others: str = typer.Argument(help="Nodes that are somebody else."),
    by: str = _BY,
) -> None:
    """Split a person in two: each of the first is parted from each of the others."""
    from indexing.identity.changing import part

    _must()
    store = _store()
    count = part(store, _nodes(store, *some.split(",")), _nodes(store, *others.split(",")), by=by)
    console.print(f"{count:,} pairs are parted.")


@app.command()
def undo(event: str = typer.Argument(help="The event's id."), by: str = _BY) -> None:
    """Take an event back, as if it had never been."""
    from indexing.identity.changing import undo as take_back

    _must()
    _say(take_back(_store(), event, by=by))


@app.command()
def learn() -> None:
    """Weigh the comparisons anew with what people accepted and rejected, for all later comparisons."""
    from indexing.identity.alike import learn as weigh

    model = weigh(_store())
    console.print(f"Model {model.version}, learnt from the customers and {model.labels:,} judged pairs.")


@app.command("of")
def of_(
    node: str = _NODE,
    at: str = typer.Option(
        None, help="As it was held then: 30d (ago), 2026-11-01 or 2026-11-01T08:00 (Asia/Shanghai)."
    ),
) -> None:
    """Show whose an account is, on what evidence: now, and as it was held at a time."""
    from config.settings import DAY_ZONE
    from indexing.identity.review import history
    from indexing.mentions.search import past

    then = past(at, datetime.now(UTC), "--at") if at else None
    store = _store()
    (place,) = _nodes(store, node)
    for when, held in (("as now", None), *([("as then", then)] if then else ())):
        found = history(store, place, at=held)
        sure = "" if found.confidence is None else f" ({found.confidence:.2f})"
        console.print(f"{when}: person {found.person or '–'}, customer {found.customer or '–'}{sure}")
    sheet = Table("event", "when", "what", "kind", "with", "by", "evidence", box=None, padding=(0, 1))
    for one in history(store, place).events:
        other = one.other if one.one == place else one.one
        sheet.add_row(
            one.id,
            f"{one.at.astimezone(DAY_ZONE):%Y-%m-%d %H:%M}",
            one.op,
            one.kind,
            other,
            one.by,
            "; ".join(one.says),
        )
    console.print(sheet)


def _must() -> None:
    """Raise NotAllowed unless whoever runs this command may change links."""
    from config.privacy import May
    from indexing.customers.asker import operator

    operator().must(May.LINKS)


def _store() -> "Store":
    from indexing.elasticsearch.store import open_store

    return open_store()


def _nodes(store: "Store", *said: str) -> list[str]:
    from indexing.identity.known import named_nodes
    from indexing.people.pseudonyms import pseudonyms

    return named_nodes(store, said, pseudonyms())


def _say(one: "LinkEvent") -> None:
    console.print(
        f"Event {one.id}: {one.op} of {one.one} and {one.other}; `tingfeng links undo {one.id}` takes it back."
    )
