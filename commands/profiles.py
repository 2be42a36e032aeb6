"""`tingfeng customers profile …`: who they are, in one profile each, and whom to think of in the coming days."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from commands.screen import console, errors, table
from commands.tables import Sheet, needs_out, write_rows

if TYPE_CHECKING:
    from indexing.profiles.care import Care

app = typer.Typer(no_args_is_help=True, help="Customers' profiles, and whom to think of.")


@app.command()
def profiles() -> None:
    """Measure everybody anew as of today; a turn brings up those alone of whom something is new."""
    from indexing.elasticsearch.store import open_store
    from indexing.profiles import update_profiles

    console.print(table("profiles", update_profiles(open_store(), whole=True).books()))


@app.command()
def profile(customer: str = typer.Argument(help="The customer's id.")) -> None:
    """Show one customer's profile; personal values are no part of it."""
    import json

    from config.errors import UserError
    from indexing.elasticsearch.store import open_store
    from indexing.segments.members import profiles_of

    for found in profiles_of(open_store(), [customer]):
        shown = {name: value for name, value in found.items() if name != "records"}
        console.print(json.dumps(shown, ensure_ascii=False, indent=1), markup=False, soft_wrap=True)
        return
    raise UserError(f"no customer {customer!r} has a profile: `tingfeng customers profiles` makes missing ones")


@app.command()
def care(
    days: int = typer.Option(14, min=1, max=366, help="How many days ahead."),
    form: Sheet = typer.Option(None, "--format", help="csv or xlsx, with --out; csv unless told."),
    out: Path = typer.Option(None, help="The file to write; without it the list is only counted."),
) -> None:
    """List birthdays and festivals of the coming days, of customers who agree to be cared for (客户关怀)."""
    from indexing.customers.asker import operator
    from indexing.elasticsearch.store import open_store
    from indexing.profiles.care import care as listed

    as_ = needs_out(form, out)
    store, asker = open_store(), operator()
    found = listed(store, asker, days=days)
    if out:
        _write(found, as_, out, asker.name)
    counts = {
        "birthdays": f"{len(found.birthdays):,}",
        "festivals": "、".join(f"{day:%m-%d} {name.zh}" for day, name in found.festivals) or "0",
        "customers = asked for + without consent + refused": (
            f"{found.members:,} = {len(found.greeted):,} + {found.without_consent:,} + {found.refused:,}"
        ),
        "birthdays that are no date": f"{found.unreadable:,}",
    }
    console.print(table(f"care, {days} days", counts))
    for year in found.unknown_years:
        errors.print(f"{year}: its holidays are not announced yet, or unknown to chinesecalendar: see for yourself")


def _write(found: "Care", form: Sheet, out: Path, by: str) -> None:
    """Put the export on record, and write the file."""
    import uuid
    from datetime import UTC, datetime

    from indexing.elasticsearch.store import open_store
    from indexing.segments.outreach import Outreach, note_export

    rows = [{"day": f"{one.day}", "occasion": one.occasion.zh, "customer": one.customer} for one in found.birthdays]
    rows += [
        {"day": f"{day}", "occasion": name.zh, "customer": customer}
        for day, name in found.festivals
        for customer in found.greeted
    ]
    now = datetime.now(UTC)
    outreach = Outreach(
        id=f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}",
        by=by,
        purpose="care",
        segment="care",
        definition="",
        format=form,
        contacts=("birthday",) if found.birthdays else (),
        members=found.members,
        without_consent=found.without_consent,
        refused=found.refused,
        customers=tuple(sorted({row["customer"] for row in rows})),
        at=now,
    )
    note_export(open_store(), outreach)
    count = write_rows(out, form, ("day", "occasion", "customer"), rows)
    console.print(f"{count:,} rows in {out}, on record as export {outreach.id}", markup=False, soft_wrap=True)
