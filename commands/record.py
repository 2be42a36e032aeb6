"""`tingfeng record`: a live page as a fixture, without its authors; or how it differs from the fixtures."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table
from rich.text import Text

from commands.screen import console

if TYPE_CHECKING:
    from crawlers.page import Response

__all__ = ["record"]

_FIXTURES = Path("tests/fixtures")


def record(
    feed: str = typer.Argument(help="A feed of crawlers/platforms."),
    query: str = typer.Argument(help="What to ask it."),
    case: str = typer.Argument(None, help="The fixture's name; with --diff, the one to compare with, else all."),
    diff: bool = typer.Option(False, "--diff", help="Only compare: which fields appeared, vanished or changed type."),
    page: Path = typer.Option(
        None, exists=True, dir_okay=False, help="A page that a crawl has kept, in place of a request."
    ),
    base_url: str = typer.Option(None, help="Another address for the feed's own."),
    fixtures: Path = typer.Option(_FIXTURES, help="Where fixtures lie."),
    as_json: bool = typer.Option(False, "--json", help="The comparison as JSON."),
) -> None:
    """Fetch a feed's first page, as a crawl would, and save it with its authors pseudonymised; or compare its shape."""
    from config.brand import Target
    from config.errors import UserError
    from config.load import asked
    from crawlers.engine.prepare import prepare
    from crawlers.errors import CrawlError
    from crawlers.network.live import first_page
    from crawlers.recording import record as cases

    target = asked(Target, feed=feed, query=query, base_url=base_url)
    spider, job = prepare(target, run_id="fixture", max_pages=1)
    response = cases.kept_page(job, page) if page else first_page(spider)
    if diff:
        _compare(response, fixtures / feed, case, as_json)
        return
    if case is None:
        raise UserError("CASE: missing: name the fixture after what is on the page, such as two_pinned")
    try:
        folder = cases.record(spider, response, case, fixtures)
    except CrawlError as error:
        raise UserError(f"{feed}: {error}: a page that is not read has no authors that could be hidden") from error
    console.print(f"{folder}: read posts.json before you commit it; it says what the parser makes of the page now")


def _compare(response: "Response", folder: Path, case: str | None, as_json: bool) -> None:
    """Print what is otherwise; exit with 1 where a field that was always there is gone, or of another type."""
    from config.errors import UserError
    from crawlers.recording.shape import Change, differences, shape_of, together

    known = list(_pages(folder, case))
    if not known:
        raise UserError(f"{folder / (case or '')}: no page with posts to compare with: record one first")
    found = differences(together(map(shape_of, known)), shape_of(response))
    if as_json:
        console.print_json(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    else:
        made = Table("", "field", "before", "now", "was there", box=None, padding=(0, 1))
        for one in found:
            share = "" if one.change is Change.APPEARED else f"{one.share:.0%}"
            made.add_row(one.change.value, Text(one.path), "|".join(one.before), "|".join(one.now), share)
        console.print(made if found else f"no field differs from {len(known)} recorded pages")
    if any(one.change is Change.TYPE or (one.change is Change.VANISHED and one.share == 1) for one in found):
        raise typer.Exit(1)


def _pages(folder: Path, case: str | None) -> "Iterator[Response]":
    """Yield the recorded pages that hold posts; the one named, whatever it holds."""
    from crawlers.recording.record import read_case

    for path in sorted(folder.glob("*/request.json")):
        told = json.loads((path.parent / "posts.json").read_bytes())
        if path.parent.name == case or (case is None and (told.get("posts") or told.get("drafts"))):
            yield read_case(path.parent)[1]
