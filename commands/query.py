"""`tingfeng query`: ask the index, in the same language in which brands are written."""

import csv
import json
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from commands.screen import console, errors

_LOOKED_AT = 50
_COLUMNS = ("platform", "author.name", "brand", "sentiment.label", "text")


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
        limit=limit or (_LOOKED_AT if form is Format.TABLE else None),
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
    documents = list(found)
    console.print(_shown(documents))
    more = " (say --limit for more)" if len(documents) == _LOOKED_AT and not limit else ""
    errors.print(f"{len(documents)} mentions shown{more}")


def _shown(documents: list[dict[str, Any]]) -> Table:
    from config.settings import DAY_ZONE
    from indexing.search import cell

    shown = Table("published", "platform", "author", "brand", "sentiment", box=None, padding=(0, 1), expand=True)
    shown.add_column("text", ratio=1, no_wrap=True)  # it takes what the others leave, on one line
    for document in documents:
        published = datetime.fromisoformat(document["@timestamp"]).astimezone(DAY_ZONE)
        cells = [" ".join(cell(document, field).split())[:120] for field in _COLUMNS]
        shown.add_row(f"{published:%m-%d %H:%M}", *map(Text, cells))
    return shown
