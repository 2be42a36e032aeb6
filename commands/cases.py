"""`tingfeng cases`: complaints of customers, from what they said in public to how they were settled."""

from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from commands.screen import console, not_blank, table
from commands.silences import brand_id

app = typer.Typer(no_args_is_help=True, help="Complaints as cases: list, show, assign, answer, resolve, reopen.")

_ID = typer.Argument(help="The case's id, as `cases list` shows it.")
_BY = typer.Option(None, callback=not_blank, help="Who does it, where that is somebody else than you.")
_NOTE = typer.Option("", help="What to keep on record; no names and numbers.")


@app.command("list")
def list_(
    state: str = typer.Option(None, help="new, assigned, answered, resolved or withdrawn."),
    brand: str = typer.Option(None, help="Only of this brand, by its name or its id."),
    all_: bool = typer.Option(False, "--all", help="Those too that are over."),
    limit: int = typer.Option(50, min=1, max=10_000, help="At most so many."),
) -> None:
    """List the open cases, the oldest first."""
    from config.settings import DAY_ZONE
    from indexing.cases.actions import NotPossible
    from indexing.cases.case import State
    from indexing.cases.records import some_cases
    from indexing.elasticsearch.store import open_store

    if state and state not in list(State):
        raise NotPossible(f"--state {state}: write one of {', '.join(State)}")
    filters: list[dict[str, Any]] = [{"term": {"brand": brand_id(brand)}}] if brand else []
    filters += [{"term": {"state": state}}] if state else [] if all_ else [{"term": {"open": True}}]
    cases, total = some_cases(open_store(), {"bool": {"filter": filters}}, limit)
    shown = Table("case", "since", "customer", "tier", "value", "brand", "state", "who", "mentions", box=None)
    for one in cases:
        since = f"{one.begun_at.astimezone(DAY_ZONE):%m-%d %H:%M}"
        cells = (one.id, since, one.customer, one.tier, one.value_band, one.brand, one.state, one.assignee)
        shown.add_row(*(Text(str(value or "")) for value in cells), str(len(one.mentions)))
    console.print(shown)
    console.print(f"{total:,} cases{'' if total == len(cases) else f', {len(cases):,} shown: say --limit for more'}")


@app.command()
def show(case: str = _ID) -> None:
    """Show a case, what happened to it, and the customer's history beside it."""
    from config.settings import DAY_ZONE
    from indexing.cases.history import history
    from indexing.cases.records import find
    from indexing.elasticsearch.store import open_store

    store = open_store()
    one = find(store, case)
    told = history(store, one)
    facts = {"state": one.state, "customer": one.customer, "tier": one.tier, "brand": one.brand, "who": one.assignee}
    console.print(table(one.id, {name: str(value or "—") for name, value in facts.items()}))
    for event in one.events:
        line = " ".join(filter(None, (event.what, "by", event.by, event.to and f"to {event.to}", event.note)))
        console.print(f"  {event.at.astimezone(DAY_ZONE):%m-%d %H:%M} {line}", markup=False)
    for said in told.mentions:
        console.print(f"  {said.at.astimezone(DAY_ZONE):%m-%d %H:%M} {said.label or ''} {said.text}", markup=False)
        console.print(f"    {said.url or ''}", markup=False, soft_wrap=True)
    console.print(table("the customer", told.facts))


@app.command()
def times(
    since: str = typer.Option("90d", help="Complaints first said since: 90d, 12h or 2026-11-01."),
    brand: str = typer.Option(None, help="Only of this brand, by its name or its id."),
) -> None:
    """Tell how long customers wait for a first answer and a settlement: median and 90th percentile."""
    from datetime import UTC, datetime

    from indexing.cases.times import times_since
    from indexing.elasticsearch.store import open_store
    from indexing.mentions.search import past

    chosen, begin = brand_id(brand), past(since, datetime.now(UTC))
    shown = Table("", "cases", "median", "90 %", "working hours: median", "90 %", box=None)
    for one in times_since(open_store(), begin, chosen):
        hours = ("—" if value is None else f"{value / 3600:,.1f} h" for value in one.seconds)
        shown.add_row(one.what, f"{one.cases:,}", *hours)
    console.print(shown)


@app.command()
def assign(
    case: str = _ID,
    to: str = typer.Option(None, help="To whom; to yourself where nobody is named."),
    by: str = _BY,
    note: str = _NOTE,
) -> None:
    """Give a case to somebody."""
    _act(case, "assign", by, note, to)


@app.command()
def answer(case: str = _ID, by: str = _BY, note: str = _NOTE) -> None:
    """Note that the customer has been answered."""
    _act(case, "answer", by, note)


@app.command()
def resolve(case: str = _ID, by: str = _BY, note: str = _NOTE) -> None:
    """Note that the complaint is settled."""
    _act(case, "resolve", by, note)


@app.command()
def reopen(case: str = _ID, by: str = _BY, note: str = _NOTE) -> None:
    """Open a resolved case again."""
    _act(case, "reopen", by, note)


def _act(case: str, action: str, by: str | None, note: str, to: str | None = None) -> None:
    from datetime import UTC, datetime

    from config.privacy import May
    from indexing.cases.actions import act
    from indexing.customers.asker import operator
    from indexing.elasticsearch.store import open_store

    asker = operator()
    asker.must(May.CASES)
    done = act(open_store(), case, action, by=by or asker.name, now=datetime.now(UTC), to=to, note=note)
    console.print(f"{done.id} is {done.state}{f', with {done.assignee}' if done.assignee else ''}", markup=False)
