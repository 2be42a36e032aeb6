"""`tingfeng leads` and `tingfeng advocates`: whom to look at, under pseudonyms, with links to what they said."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table
from rich.text import Text

from commands.screen import console
from commands.silences import brand_id
from commands.tables import Sheet, needs_out, write_rows

if TYPE_CHECKING:
    from indexing.profiles.leads import Voice

_COLUMNS = ("name", "id", "platforms", "brands", "mentions", "engagement", "followers", "influence", "last_at", "links")

_DAYS = 3_660
_BRAND = typer.Option(None, help="Only of this brand, by its name or its id.")
_LIMIT = typer.Option(50, min=1, max=10_000, help="At most so many.")
_FORM = typer.Option(None, "--format", help="csv or xlsx, with --out; csv unless told.")
_OUT = typer.Option(None, help="The file to write; without it a table is shown.")


def leads(
    brand: str = _BRAND,
    days: int = typer.Option(30, min=1, max=_DAYS, help="Of the last so many days."),
    limit: int = _LIMIT,
    form: Sheet = _FORM,
    out: Path = _OUT,
) -> None:
    """List accounts that speak of buying and are no customers (潜在客户)."""
    from indexing.elasticsearch.store import open_store
    from indexing.profiles.leads import leads as found

    chosen, as_ = brand_id(brand), needs_out(form, out)
    _show(found(open_store(), brand=chosen, days=days, most=limit), as_, out)


def advocates(
    brand: str = _BRAND,
    days: int = typer.Option(180, min=1, max=_DAYS, help="Of the last so many days."),
    limit: int = _LIMIT,
    form: Sheet = _FORM,
    out: Path = _OUT,
) -> None:
    """List customers who praise and are heard (拥护者)."""
    from indexing.elasticsearch.store import open_store
    from indexing.profiles.leads import advocates as found

    chosen, as_ = brand_id(brand), needs_out(form, out)
    _show(found(open_store(), brand=chosen, days=days, most=limit), as_, out)


def _show(found: Sequence["Voice"], form: Sheet, out: Path | None) -> None:
    from config.settings import DAY_ZONE

    rows = [
        {
            **{name: getattr(one, name) for name in _COLUMNS},
            "last_at": one.last_at.astimezone(DAY_ZONE).isoformat(timespec="minutes"),
            **{name: list(getattr(one, name)) for name in ("platforms", "brands", "links")},
        }
        for one in found
    ]
    if out:
        console.print(f"{write_rows(out, form, _COLUMNS, rows):,} rows in {out}", markup=False, soft_wrap=True)
        return
    shown = Table("name", "platforms", "mentions", "engagement", "followers", "influence", "posts", box=None)
    for row in rows:
        cells = [row[name] for name in ("name", "platforms", "mentions", "engagement", "followers", "influence")]
        texts = (", ".join(value) if isinstance(value, list) else "" if value is None else value for value in cells)
        shown.add_row(*(Text(str(value)) for value in texts), Text("\n".join(row["links"]), overflow="fold"))
    console.print(shown)
    console.print(f"{len(rows):,} shown")
