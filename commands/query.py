"""`tingfeng query`: ask the index, in the same language in which brands are written."""

import difflib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.table import Table
from rich.text import Text

from commands.export import Format, export
from commands.screen import console, errors
from config.errors import UserError

if TYPE_CHECKING:
    from config.query import Query
    from indexing.elasticsearch.store import Store

_LOOKED_AT = 50
_WIDE = 110
_NARROW_COLUMNS = ("platform", "brand", "sentiment.label", "text")
_WIDE_COLUMNS = ("platform", "author.name", "brand", "sentiment.label", "emotion", "intent", "text")


class NothingCanMatch(UserError):
    """What was asked for cannot be there; the message says what is."""


def query(
    text: str = typer.Argument(help="Such as '小米 AND (崩溃 OR 闪退) NOT 小米粥', or 'sentiment:negative'."),
    since: str = typer.Option(None, help="From when: 7d, 12h, 30m or 2026-11-01 (a day of Asia/Shanghai)."),
    until: str = typer.Option(None, help="Until when, in the same forms."),
    brand: str = typer.Option(None, help="Only mentions of this brand: its file's name, or its `name:`."),
    limit: int = typer.Option(None, min=1, help="At most this many; a table shows 50 unless told otherwise."),
    form: Format = typer.Option(Format.TABLE, "--format", help="A table to look at, or a form for other programs."),
    out: Path = typer.Option(None, help="The file to write; xlsx and parquet need one."),
) -> None:
    """Print the mentions that match, newest first."""
    from config.query import parse
    from indexing.elasticsearch.store import open_store
    from indexing.mentions.search import moment, search

    parsed, now = parse(text), datetime.now(UTC)
    begin, end = (moment(said, now) if said else None for said in (since, until))
    if begin and (begin >= (end or now)):
        raise NothingCanMatch(
            f"--since {since} is not before {'--until ' + until if until else 'now'}: exchange them, or go further back"
        )
    store = open_store()
    found = search(
        store,
        parsed,
        since=begin,
        until=end,
        brand=_brand(brand, store) if brand else None,
        limit=limit or (_LOOKED_AT if form is Format.TABLE else None),
    )
    if form is not Format.TABLE:
        export(found, form, out)
        return
    if out:
        raise NothingCanMatch("--out writes no table: say --format csv, xlsx, parquet or jsonl too")
    documents = list(found)
    console.print(_shown(documents))
    more = " (say --limit for more)" if len(documents) == _LOOKED_AT and not limit else ""
    errors.print(f"{len(documents)} mentions shown{more}")
    for hint in () if documents else _hints(parsed, store):
        errors.print(hint, markup=False, soft_wrap=True)


def _brand(said: str, store: "Store") -> str:
    """Return the id of the brand that has this id or name; NothingCanMatch names those that there are."""
    from config.brand import load_brands
    from indexing.mentions.search import values

    names = {id: id for id in values(store, "brand")} | {brand.id: brand.name for brand in load_brands()}
    for id, name in names.items():
        if said.casefold() in (id.casefold(), name.casefold()):
            return id
    known = ", ".join(id if id == name else f"{id} ({name})" for id, name in sorted(names.items()))
    raise NothingCanMatch(f"--brand {said}: no such brand{_like(said, [*names, *names.values()])}: known are {known}")


def _hints(parsed: "Query", store: "Store") -> list[str]:
    """Return, for each whole value of the query that no mention has, the values that there are."""
    from config.query import EXACT_FIELDS, wanted
    from indexing.mentions.search import has_any, values

    hints = []
    for term in dict.fromkeys(wanted(parsed)):
        if term.field in EXACT_FIELDS and not has_any(store, term):
            known = [] if term.field in ("author", "customer", "story") else values(store, term.field)
            shown = f"; the index has {', '.join(known[:12])}{' …' if len(known) > 12 else ''}" if known else ""
            hints.append(f"no mention has {term}{_like(term.value, known)}{shown}")
    return hints


def _like(said: str, known: list[str]) -> str:
    from crawlers.spider import called

    platforms = [id for id, name in called()[0].items() if said in name.zh or said.casefold() in name.en.casefold()]
    near = [id for id in platforms if id in known] or difflib.get_close_matches(said.casefold(), known, n=1, cutoff=0.5)
    return f" (did you mean {near[0]}?)" if near else ""


def _shown(documents: list[dict[str, Any]]) -> Table:
    """Return the table: on a narrow screen fewer columns, and the text on as many lines as it needs."""
    from config.settings import DAY_ZONE
    from indexing.mentions.search import cell

    columns = _WIDE_COLUMNS if console.width >= _WIDE else _NARROW_COLUMNS
    shown = Table(box=None, padding=(0, 1), expand=True)
    shown.add_column(f"published\n{DAY_ZONE.key}" if console.width < _WIDE else f"published ({DAY_ZONE.key})")
    for field in columns[:-1]:
        shown.add_column(field.partition(".")[0], max_width=16, overflow="ellipsis", no_wrap=True)
    shown.add_column("text", ratio=1, overflow="fold")
    for document in documents:
        published = datetime.fromisoformat(document["@timestamp"]).astimezone(DAY_ZONE)
        cells = [" ".join(cell(document, field).split())[:120] for field in columns]
        shown.add_row(f"{published:%m-%d %H:%M}", *map(Text, cells))
    return shown
