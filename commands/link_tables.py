"""`tingfeng links match`: rows of two tables, or of one, that speak of one person; for lists outside the index."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import typer
from rich.table import Table

from commands.screen import console, errors
from config.output import write_whole, written

if TYPE_CHECKING:
    from indexing.identity.match import Field, Linked, Model

__all__ = ["match"]


def match(
    first: Path = typer.Argument(exists=True, dir_okay=False, help="A CSV, Excel file or JSON Lines."),
    second: Path = typer.Argument(None, exists=True, dir_okay=False, help="Another; without it, rows of the first."),
    map: list[str] = typer.Option([], help="COLUMN=KIND, such as 顾客=name; else columns are known by their names."),
    id: str = typer.Option("", help="The column that numbers the rows; else the first that looks so, else the line."),
    out: Path = typer.Option(None, help="Where the pairs go, as CSV; else to the screen."),
    automatic: float = typer.Option(
        None,
        min=0.5,
        max=0.999999,
        help="The probability from which pairs are linked; else so that 999 of 1,000 are right by estimate.",
    ),
    candidate: float = typer.Option(0.03, min=0.0001, max=0.99, help="The probability from which pairs are told."),
    model: Path = typer.Option(None, help="Weights that --keep wrote; else they are learnt from the tables."),
    keep: Path = typer.Option(None, help="Where to keep the weights that were learnt."),
    explain: str = typer.Option("", help="LEFT,RIGHT: show what makes this pair what it is, by the rows' ids."),
    picture: Path = typer.Option(None, help="Where --explain draws its waterfall: .svg or .json."),
) -> None:
    """Find the rows that are one person; write left, right, outcome, probability, weight, via."""
    from indexing.identity.match import Thresholds, link_records

    left, right = _rows(first), _rows(second) if second else None
    fields, numbers = _fields(list(left[0]), list(right[0] if right else left[0]), map, id)
    limits = Thresholds(automatic=automatic, candidate=candidate)
    found = link_records(left, right, fields, thresholds=limits, model=_model(model, left, fields))
    names = _ids(left, numbers[0]), _ids(right if right is not None else left, numbers[1])
    if keep:
        found.model.write(keep)
    if explain:
        _explain(found, names, explain, picture)
        return
    if out:
        with written(out, private=True) as path, path.open("w", encoding="utf-8", newline="") as file:
            _write(file, found, names)
    else:
        _write(sys.stdout, found, names)
    errors.print(_summary(found, fields))


def _summary(found: "Linked", fields: "Sequence[Field]") -> str:
    return (
        f"linked {len(found.linked):,}, candidates {len(found.candidates):,}, conflicts {len(found.conflicts):,};"
        f" looked at {found.blocked:,} of {found.pairs:,} pairs; by"
        f" {', '.join(map(_told, fields))}"
    )


def _told(field: "Field") -> str:
    return f"{field.column}{f' = {field.beside}' if field.beside else ''} ({field.kind})"


def _fields(
    ours: Sequence[str], theirs: Sequence[str], said: Sequence[str], id: str
) -> "tuple[list[Field], list[str | None]]":
    """Return what the columns hold, as a person says or else by their names, and each table's that numbers the rows."""
    from indexing.identity.match.fields import UnusableFields, guess_fields, guess_of_two, stated_fields

    if id and id not in (every := dict.fromkeys((*ours, *theirs))):
        raise UnusableFields(f"--id {id}: there is no such column: write one of {', '.join(every)}")
    numbers = [id if id in columns else guess_fields(columns)[1] for columns in (ours, theirs)]
    stated = stated_fields(said, [name for name in ours if name in theirs])
    taken = {field.column for field in stated} | {id}
    guessed = guess_of_two(*([name for name in columns if name not in taken] for columns in (ours, theirs)))
    return [*stated, *guessed], numbers


def _rows(path: Path) -> list[dict[str, str]]:
    from crawlers.tables import UnusableTable, records

    waiting = records(path)
    header = next(waiting, None)
    if header is None:
        raise UnusableTable(f"{path}: empty: the first line must name the columns")
    names = [name.strip() for name in header.cells]
    found = []
    for row in waiting:
        if row.problem or len(row.cells) > len(names):
            problem = row.problem or f"{len(row.cells)} cells where the header has {len(names)}"
            raise UnusableTable(f"{path}:{row.line}: {problem}: mend the row; nothing was compared")
        found.append(dict(zip(names, row.cells, strict=False)))
    if not found:
        raise UnusableTable(f"{path}: holds no row below its header")
    return found


def _ids(rows: Sequence[Mapping[str, str]], column: str | None) -> list[str]:
    return [row.get(column, "") if column else str(place + 2) for place, row in enumerate(rows)]


def _model(path: Path | None, rows: Sequence[Mapping[str, Any]], fields: "Sequence[Field]") -> "Model | None":
    from indexing.identity.match import Model
    from indexing.identity.match.levels import comparisons
    from indexing.identity.match.prepare import prepare

    return Model.read(path, comparisons(prepare(rows[:1], fields).columns)) if path else None


def _write(file: TextIO, found: "Linked", names: tuple[list[str], list[str]]) -> None:
    rows = csv.writer(file)
    rows.writerow(("left", "right", "outcome", "probability", "weight", "via"))
    for pair in (*found.linked, *found.candidates, *found.conflicts):
        ids = names[0][pair.left], names[1][pair.right]
        rows.writerow((*ids, pair.outcome, f"{pair.probability:.6f}", f"{pair.weight:.3f}", pair.via))


def _explain(found: "Linked", names: tuple[list[str], list[str]], said: str, picture: Path | None) -> None:
    from config.errors import UserError
    from indexing.identity.match import Outcome
    from indexing.identity.match.waterfall import rows, svg, to_json

    wanted = tuple(part.strip() for part in said.split(","))
    pair = next(
        (one for one in found.of(*Outcome) if (names[0][one.left], names[1][one.right]) in (wanted, wanted[::-1])), None
    )
    if pair is None:
        raise UserError(
            f"--explain {said}: no such pair is more than unlikely: write LEFT,RIGHT as the pairs' list has them"
        )
    parts = found.explain(pair)
    sheet = Table("comparison", "level", "bits", "sum", title=f"{pair.outcome} {pair.probability:.6f}", box=None)
    for row in rows(parts):
        sheet.add_row(*row)
    console.print(sheet)
    if picture:
        write_whole(picture, json.dumps(to_json(parts), indent=2) if picture.suffix == ".json" else svg(parts))
