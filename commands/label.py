"""`tingfeng label`: a person's word on a mention's sentiment, and what becomes of it."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from commands.screen import console, errors, not_blank
from config.output import written


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
    help="Draw samples for people to label; correct a mention: `tingfeng label ID negative --by NAME`.",
)


@app.command("set")
def set_(
    id: str = typer.Argument(None, help="The mention, as `tingfeng query --format jsonl` prints its id."),
    label: Label = typer.Argument(None, help="The sentiment towards the brand, or withdraw."),
    by: str = typer.Option(None, callback=not_blank, help="Who says so; it stays on record."),
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
    sample: str = typer.Option(None, help="Every label that was given in this sample, with who and when, instead."),
) -> None:
    """Write the corrected texts as the CSV that `python -m nlp.training --csv` reads, or a sample's labels."""
    if sample:
        _export_sample(sample, output)
        return
    from indexing.elasticsearch.store import open_store
    from indexing.mentions.corrections import corrected
    from indexing.mentions.corrections import export as write

    found = corrected(open_store(), part.value)
    if output:
        with written(output) as path, path.open("w", encoding="utf-8", newline="") as out:
            count = write(found, out)
    else:
        count = write(found, sys.stdout)
    errors.print(f"{count:,} texts of the part `{part}`")


def _export_sample(sample: str, output: Path | None) -> None:
    from indexing.elasticsearch.store import open_store
    from indexing.labelling.items import items
    from indexing.labelling.results import export as write

    found = items(open_store(), sample)
    if output:
        with written(output) as path, path.open("w", encoding="utf-8", newline="") as out:
            count = write(found, out)
    else:
        count = write(found, sys.stdout)
    errors.print(f"{count:,} labels of {sample}", markup=False)


@app.command()
def plan(
    brand: str = typer.Option(..., help="The brand, by its name or its id."),
    size: int = typer.Option(300, min=1, max=2_000, help="How many mentions to label."),
    since: str = typer.Option("4w", help="Of mentions from when on: 4w, 30d or 2026-11-01; yesterday's are the last."),
    seed: str = typer.Option("", help="Another word draws other mentions."),
) -> None:
    """Draw a sample of a brand's mentions, of every label, probability and platform some, for two people to label."""
    from datetime import UTC, datetime

    from config.brand import find_brand, load_brands
    from config.settings import DAY_ZONE
    from indexing.elasticsearch.store import open_store
    from indexing.labelling.draw import draw
    from indexing.labelling.items import items
    from indexing.mentions.search import past

    found = find_brand(load_brands(), brand)
    today = datetime.now(UTC).astimezone(DAY_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    store = open_store()
    name = draw(store, found.id, size, since=past(since, today), until=today, seed=seed)
    drawn = items(store, name)
    strata = {one.stratum for one in drawn}
    console.print(
        f"{len(drawn):,} mentions drawn among {len(strata)} strata: {name}\n"
        f"two people label them, each by themselves: tingfeng label work {name} --by NAME   (docs/codebook.md)",
        markup=False,
        soft_wrap=True,
    )


@app.command()
def work(
    sample: str = typer.Argument(help="The sample, as `tingfeng label plan` names it."),
    by: str = typer.Option(..., callback=not_blank, help="Who labels; the same name every time."),
) -> None:
    """Label a sample's mentions one after another; what the engine or another person says is not shown.

    Where two people differ, a third one settles it. Stop at any time: what was labelled is kept.
    """
    from indexing.elasticsearch.store import open_store
    from indexing.labelling.items import LABELS, NoSuchSample, give, items, next_of, person

    store, keys = open_store(), {"1": LABELS[0], "2": LABELS[1], "3": LABELS[2], "4": LABELS[3]}
    by, skipped = person(by), set[str]()
    while one := next_of([one for one in items(store, sample) if one.mention not in skipped], by):
        if not _show(store, one):
            skipped.add(one.mention)
            continue
        answer = typer.prompt(
            "1 负面 negative  2 中性 neutral  3 正面 positive  4 无关 unrelated  s 跳过 skip  q 结束 quit"
        )
        if answer.strip().lower() == "q":
            break
        if answer.strip() in keys:
            try:
                give(store, sample, one.mention, keys[answer.strip()], by)
            except NoSuchSample as error:  # two others have settled it in the meantime
                errors.print(str(error), markup=False, soft_wrap=True)
        elif answer.strip().lower() == "s":
            skipped.add(one.mention)
        else:
            errors.print(f"{answer!r}: type one of 1, 2, 3, 4, s, q", markup=False)
    _tell_left(store, sample, by)


@app.command()
def give(
    sample: str = typer.Argument(help="The sample."),
    id: str = typer.Argument(help="The mention."),
    label: str = typer.Argument(help="negative, neutral, positive or unrelated."),
    by: str = typer.Option(..., callback=not_blank, help="Who says so."),
) -> None:
    """Give one label of a sample without the prompts of `work`, as a script would."""
    from indexing.elasticsearch.store import open_store
    from indexing.labelling.items import give as write

    one = write(open_store(), sample, id, label, " ".join(by.split()))
    console.print(f"{len(one.by_person)} of 2 labels" if not one.settled else "settled")


@app.command()
def report(sample: str = typer.Argument(help="The sample.")) -> None:
    """Say how far two people agree and how often the engine is right here; its labels count from now on.

    Settled labels become people's labels of the mentions, and the figures stand on the dashboard 口碑与话题.
    """
    from commands.quality import table_of
    from indexing.elasticsearch.store import open_store
    from indexing.labelling.results import keep

    console.print(table_of(keep(open_store(), sample)), markup=False, soft_wrap=True)


def _show(store: Any, one: Any) -> bool:
    """Show a mention's text and link, and nothing that could sway who labels it; False where it is there no more."""
    from indexing.mentions.sample import scanned

    asked = {"ids": {"values": [one.mention]}}
    found = next(scanned(store, asked, ("title", "text", "platform", "url")), None)
    if not found:
        console.print(f"[{one.place}]  is not in the index any more: left out", markup=False)
        return False
    console.print(f"\n[{one.place}]  {found.get('platform', '')}  {found.get('url', {}).get('full', '')}", markup=False)
    console.print("\n".join(filter(None, (found.get("title"), found.get("text")))), markup=False, soft_wrap=True)
    if one.differ:
        said = " / ".join(given.label for given in list(one.by_person.values())[:2])
        console.print(f"two people differ: {said}; you settle it", markup=False)
    return True


def _tell_left(store: Any, sample: str, by: str) -> None:
    from indexing.labelling.items import items

    found = items(store, sample)
    mine = sum(by in one.by_person for one in found)
    differ = sum(one.differ and not one.settled for one in found)
    console.print(
        f"{mine:,} of {len(found):,} labelled by {by}; {sum(bool(one.settled) for one in found):,} settled; "
        f"{differ:,} wait for a third person; `tingfeng label report {sample}` counts them",
        markup=False,
        soft_wrap=True,
    )
