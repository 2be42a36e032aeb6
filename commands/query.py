"""`tingfeng query`: ask the index, in the same language in which brands are written."""

import csv
import json
import sys
from datetime import UTC, datetime
from enum import StrEnum

import typer
from rich.table import Table

from commands.screen import console, errors


class Format(StrEnum):
    """How the answer is written."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


def query(
    text: str = typer.Argument(help="Such as '小米 AND (崩溃 OR 闪退) NOT 小米粥', or 'sentiment:negative'."),
    since: str = typer.Option(None, help="From when: 7d, 12h, 30m or 2026-11-01."),
    until: str = typer.Option(None, help="Until when, in the same forms."),
    brand: str = typer.Option(None, help="Only mentions of this brand (its file's name)."),
    limit: int = typer.Option(None, min=1, help="At most this many; a table shows 50 unless told otherwise."),
    form: Format = typer.Option(Format.TABLE, "--format", help="A table to look at, or lines for other programs."),
) -> None:
    """Print the mentions that match, newest first."""
    from config.query import parse
    from indexing.elasticsearch.store import open_store
    from indexing.search import FIELDS, cell, moment, search

    parsed, now = parse(text), datetime.now(UTC)
    found = search(
        open_store(),
        parsed,
        since=moment(since, now) if since else None,
        until=moment(until, now) if until else None,
        brand=brand,
        limit=limit or (50 if form is Format.TABLE else None),
    )
    if form is Format.JSONL:
        for document in found:
            sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
        return
    if form is Format.CSV:
        writer = csv.writer(sys.stdout)
        writer.writerow(FIELDS)
        writer.writerows([cell(document, field) for field in FIELDS] for document in found)
        return
    shown = Table("published", "platform", "author", "brand", "sentiment", "text", box=None, padding=(0, 1))
    count = 0
    for count, document in enumerate(found, 1):
        fields = ("@timestamp", "platform", "author.name", "brand", "sentiment.label", "text")
        shown.add_row(*(cell(document, field)[:60] for field in fields))
    console.print(shown)
    errors.print(f"{count} mentions shown" + (" (say --limit for more)" if count == 50 and not limit else ""))
