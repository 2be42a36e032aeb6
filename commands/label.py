"""`tingfeng label`: a person's word on a mention's sentiment, and what becomes of it."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from commands.screen import console, errors


class _Short(TyperGroup):
    """Takes `label ID …` for `label set ID …`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `set` in front of what names no command."""
        if args and args[0] not in (*self.commands, "--help"):
            args = ["set", *args]
        return super().parse_args(ctx, args)


class Label(StrEnum):
    """What a person says of the sentiment towards the brand; `withdraw` takes an earlier label back."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    WITHDRAW = "withdraw"


class Part(StrEnum):
    """What a corrected text may be used for: its hash decides, once and for all."""

    TRAIN = "train"
    DEV = "dev"


app = typer.Typer(
    cls=_Short,
    no_args_is_help=True,
    help="Correct a mention's sentiment: `tingfeng label ID negative --by NAME`, or many with `--file CSV`.",
)


@app.command("set")
def set_(
    id: str = typer.Argument(None, help="The mention, as `tingfeng query --format jsonl` prints its id."),
    label: Label = typer.Argument(None, help="The sentiment towards the brand, or withdraw."),
    by: str = typer.Option(None, help="Who says so; it stays on record."),
    file: Path = typer.Option(None, help="A CSV in the place of id and label: id, sentiment and, maybe, by."),
) -> None:
    """Store a person's label, with who and when; it outlives every analysis to come."""
    from indexing.elasticsearch.store import open_store
    from indexing.mentions.corrections import BadCorrection, Correction, correct, read

    if file:
        given = read(file, by)
    elif id and label:
        given = [Correction(id=id, label=label, by=by or "")]
    else:
        raise BadCorrection("write `tingfeng label ID negative --by NAME`, or `tingfeng label --file CSV --by NAME`")
    missing = correct(open_store(), given)
    for one in missing:
        errors.print(f"{one}: no such mention in the index", markup=False, soft_wrap=True)
    console.print(f"{len(given) - len(missing):,} labels stored; {len(missing):,} mentions are not there")
    if missing:
        raise typer.Exit(1)


@app.command()
def export(
    part: Part = typer.Option(Part.TRAIN, help="train: what training may read; dev: what only measures."),
    output: Path = typer.Option(None, help="A file; the screen unless told."),
) -> None:
    """Write the corrected texts as the CSV that `python -m nlp.training --csv` reads."""
    from indexing.elasticsearch.store import open_store
    from indexing.mentions.corrections import corrected
    from indexing.mentions.corrections import export as write

    found = corrected(open_store(), part.value)
    if output:
        with output.open("w", encoding="utf-8", newline="") as out:
            count = write(found, out)
    else:
        count = write(found, sys.stdout)
    errors.print(f"{count:,} texts of the part `{part}`")
