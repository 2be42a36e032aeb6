"""`tingfeng dark`: how many posts there are beyond those that were seen."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from commands.past import moment_of
from commands.screen import console, with_notes
from config.settings import DAY_ZONE

if TYPE_CHECKING:
    from indexing.dark.keep import Dark

_WHY = {
    "few_routes": "fewer than two routes come upon its posts",
    "small_overlap": "too few posts were come upon by two routes",
    "wide_interval": "the interval would be wider than the figure",
}


def dark(
    brand: str = typer.Option(None, help="Only this brand, by its name or its file's name."),
    day: str = typer.Option(None, help="The last day, such as 2026-11-20; yesterday unless it is given."),
    days: int = typer.Option(7, min=1, max=31, help="How many days, that one included."),
    as_json: bool = typer.Option(False, "--json", help="As JSON, for other programs."),
) -> None:
    """Estimate how many posts there are (暗数), from how far several routes (search, profiles, reposts, …) overlap.

    The interval is a 95 % one; docs/metrics.md says what it assumes. Comments do not count.
    """
    from config.brand import find_brand
    from indexing.dark.keep import dark_figures
    from indexing.elasticsearch.store import open_store
    from indexing.pipeline import check_config

    brands = check_config()
    last = moment_of(day, "--day") if day else moment_of(f"{datetime.now(DAY_ZONE):%Y-%m-%d}", "--day")
    end = last + timedelta(days=1) if day else last
    chosen = [find_brand(brands, brand)] if brand else brands
    found = dark_figures(open_store(), chosen, end - timedelta(days=days), end)
    if as_json:
        console.print_json(data=[_plain(one) for one in found])
    elif found:
        console.print(_table(found))
    else:
        console.print("No posts in that time")
        raise typer.Exit(1)


def _plain(one: "Dark") -> dict[str, Any]:
    from dataclasses import asdict

    told = {"brand": one.brand, "platform": one.platform, "routes": list(one.routes), "hours_left_out": one.left_out}
    fields = asdict(one.result).items()
    rounded = {name: round(value, 1) if isinstance(value, float) else value for name, value in fields}
    return told | {"refused" if name == "reason" else name: value for name, value in rounded.items()}


def _table(found: "list[Dark]") -> Group:
    from indexing.dark.estimate import Refused

    made = Table("brand", "platform", "routes", "seen", "by two or more", "exist", "95 %", box=None, padding=(0, 1))
    for one in found:
        result = one.result
        row: list[str | Text] = [
            one.brand,
            one.platform,
            Text(", ".join(one.routes)),
            f"{result.seen:,}",
            f"{result.recaught:,}",
        ]
        if isinstance(result, Refused):
            made.add_row(*row, "–", _WHY[result.reason])
        else:
            made.add_row(*row, f"{result.figure:,.0f}", f"{result.low:,.0f} – {result.high:,.0f}")
    left_out = [f"{one.brand} {one.platform}: {one.left_out} hours left out: no route was open" for one in found]
    notes = [note for one, note in zip(found, left_out, strict=True) if one.left_out]
    return with_notes(made, notes)
