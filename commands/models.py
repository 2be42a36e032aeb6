"""`tingfeng models`: the sentiment engines that are there, and texts read by one of them."""

from pathlib import Path

import typer
from rich.table import Table

from commands.screen import bars, console, errors

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
        for fault in done.faults:
            errors.print(f"{source}: {fault}", markup=False, soft_wrap=True)
        errors.print(f"{done.malformed:,} malformed rows were answered with `error`", markup=False)
        raise typer.Exit(1)
