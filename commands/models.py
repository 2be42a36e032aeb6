"""`tingfeng models`: the sentiment engines that are there, and texts read by one of them."""

from pathlib import Path

import typer
from rich.table import Table

from commands.screen import bars, console, errors
from config.output import write_whole

app = typer.Typer(no_args_is_help=True, help="List the sentiment engines, and read files of texts with them.")


@app.command("list")
def list_() -> None:
    """List the engines, the version of each one's model, and its size."""
    from config.settings import sentiment_engine
    from nlp.sentiment import about

    shown = Table("engine", "model", "MB", "is", box=None, padding=(0, 1))
    for engine in about():
        mark = "*" if engine.name == sentiment_engine() else ""
        size = f"{engine.megabytes:,.1f}" if engine.megabytes else ""
        shown.add_row(engine.name + mark, engine.model, size, engine.says)
    console.print(shown)
    console.print("* in use; TINGFENG_ENGINE chooses another")


@app.command()
def predict(
    source: Path = typer.Option(..., "--input", help='JSON Lines, plain or .gz: {"text": "…", "target": "…"}.'),
    target: Path = typer.Option(..., "--output", help="Where the answers go, a row for a row; .gz packs them."),
    engine: str = typer.Option(None, help="Which engine reads; the configured one unless told."),
) -> None:
    """Read sentiment, emotion and intent of every text in a file; with a target, the sentiment towards it."""
    from config.settings import sentiment_engine
    from nlp.predict import predict as run
    from nlp.reader import Reader
    from nlp.sentiment import engine as load

    chosen = load(engine or sentiment_engine())
    with bars() as show:
        done = run(source, target, Reader(chosen), lambda rows, of: show("predict", rows, of))
    console.print(
        f"{done.rows:,} posts read with {chosen.model} in {done.seconds:,.1f} s: {done.speed:,.0f} posts/s → {target}",
        soft_wrap=True,
    )
    if done.malformed:
        for problem in done.problems:
            errors.print(f"{source}: {problem}", markup=False, soft_wrap=True)
        errors.print(f"{done.malformed:,} malformed rows were answered with `error`", markup=False)
        raise typer.Exit(1)


@app.command("eval")
def eval_(
    on: list[str] = typer.Option([], help="Which sets of the research data, or `corrections`; all sets unless told."),
    engine: list[str] = typer.Option([], help="Which engines; all that can be had unless told."),
    most: int = typer.Option(None, min=10, help="At most this many rows of each set, for a quick look."),
    out: Path = typer.Option(None, help="Where the tables and the picture go; data/eval unless told."),
) -> None:
    """Measure engines side by side on the dev parts of the research data, or against people's corrections."""
    if "corrections" in on:
        _show_drift(engine)
        return
    from config import settings
    from nlp.evaluation.run import evaluate, markdown, named, write
    from nlp.evaluation.sets import sets
    from nlp.sentiment import about

    folder = settings.research_data()
    if folder is None or not folder.is_dir():
        errors.print("TINGFENG_RESEARCH_DATA: name the folder of the research data, or say --on corrections")
        raise typer.Exit(1)
    asked = named(sets(folder), on)
    engines = engine or [one.name for one in about() if one.ready]
    with bars() as show:
        report = evaluate(engines, asked, most=most, progress=show)
    console.print(markdown(report), soft_wrap=True, markup=False)
    for path in write(report, out or settings.data_dir() / "eval"):
        console.print(str(path), soft_wrap=True, markup=False)


@app.command()
def card(
    brand: str = typer.Option(..., help="The brand, by its name or its id."),
    since: str = typer.Option("4w", help="The stream that it speaks of: from when on."),
    output: Path = typer.Option(None, help="A Markdown file; the screen unless told."),
) -> None:
    """Write the model card of a brand's own stream: what read it, with what prior, and how often that is right."""
    from datetime import UTC, datetime

    from config.brand import find_brand, load_brands
    from config.settings import sentiment_engine
    from indexing.elasticsearch.store import open_store
    from indexing.labelling.card import card as card_of
    from indexing.mentions.search import past
    from nlp.sentiment import engine as load

    found, now = find_brand(load_brands(), brand), datetime.now(UTC)
    store, model = open_store(), load(sentiment_engine()).model
    text = card_of(store, found, model, since=past(since, now), until=now)
    if output:
        write_whole(output, text)
        console.print(str(output), soft_wrap=True, markup=False)
    else:
        console.print(text, soft_wrap=True, markup=False)


def _show_drift(engines: list[str]) -> None:
    """Print how often the engine and people agree, month by month."""
    from indexing.elasticsearch.store import open_store
    from indexing.mentions.corrections import corrected
    from indexing.mentions.drift import drift, read_anew
    from nlp.reader import Reader
    from nlp.sentiment import engine as load

    every = list(corrected(open_store()))
    found = [one for one in every if one.part == "dev"]
    rows = [*drift(found), *(row for name in engines for row in drift(read_anew(found, Reader(load(name)))))]
    shown = Table("published", "model", "labels", "right", "accuracy", "95 % interval", box=None, padding=(0, 1))
    for row in rows:
        low, high = row.interval
        shown.add_row(
            row.month, row.model, f"{row.of:,}", f"{row.right:,}", f"{row.share:.3f}", f"{low:.3f} to {high:.3f}"
        )
    console.print(shown)
    console.print(
        f"{len(every):,} mentions were labelled by people; {len(found):,} of them measure, the rest may train"
    )
