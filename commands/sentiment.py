"""`tingfeng sentiment`: a brand's own line between negative, neutral and positive, learnt from its own stream."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from commands.screen import console, not_blank
from config.settings import DAY_ZONE

if TYPE_CHECKING:
    from nlp.priors import Prior

app = typer.Typer(no_args_is_help=True, help="How a brand's own stream moves the line of neutral, and who moved it.")
_BRAND = typer.Option(..., help="The brand, by its name or its id.")
_DAY = timedelta(days=1)


@app.command()
def prior(brand: str = _BRAND) -> None:
    """Show the prior that a brand has in use, and all that it ever had."""
    from config.brand import find_brand, load_brands
    from config.settings import sentiment_engine
    from nlp.priors import priors
    from nlp.sentiment import engine

    found, model = find_brand(load_brands(), brand), engine(sentiment_engine()).model
    kept = priors(found.id)
    if not kept.known:
        console.print(f"No prior yet: `tingfeng sentiment learn --brand {found.name} --by NAME` learns one")
        return
    for one in kept.known:
        console.print(f"{'*' if one.id == kept.used else ' '} {_row(one)}", markup=False, soft_wrap=True)
    now = kept.now
    if now is None:
        console.print("None of them is in use: probabilities are the engine's own")
    elif now.model != model:
        console.print(f"* was learnt from {now.model}; {model} is in use and stays as it is: learn anew")
    if now and found.neutral != 1:
        console.print(f"`neutral: {found.neutral:g}` in the brand's file multiplies what the prior makes of it")


@app.command()
def learn(
    brand: str = _BRAND,
    by: str = typer.Option(..., callback=not_blank, help="Who puts it in use; it stays on record."),
    since: str = typer.Option("8w", help="From when on: 8w, 60d or 2026-09-01; the day before today is the last."),
    dry_run: bool = typer.Option(False, help="Only show what would be learnt."),
) -> None:
    """Learn a prior from the brand's own mentions of past weeks, bursts left out, and put it in use.

    New posts follow it at once; older ones after `tingfeng backfill --brand`.
    """
    from config.brand import find_brand, load_brands
    from config.settings import sentiment_engine
    from indexing.elasticsearch.store import open_store
    from indexing.mentions.prior import learn as learnt
    from indexing.mentions.search import past
    from nlp.priors import put_in_use
    from nlp.sentiment import engine

    found, now = find_brand(load_brands(), brand), datetime.now(UTC)
    today = now.astimezone(DAY_ZONE).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    model = engine(sentiment_engine())
    made = learnt(open_store(), found.id, model, since=past(since, today), until=today, by=by)
    console.print(_told(made))
    if dry_run:
        console.print("Nothing was changed")
        return
    put_in_use(made)
    console.print(
        f"In use from now on as {made.id}; `tingfeng backfill --brand {found.name}` brings older mentions to it, "
        f"`tingfeng sentiment withdraw --brand {found.name}` takes it back",
        soft_wrap=True,
    )


@app.command()
def withdraw(
    brand: str = _BRAND,
    to: str = typer.Option(None, help="The id of an earlier prior to use again; none at all unless told."),
) -> None:
    """Take a brand's prior back: use an earlier one, or none."""
    from config.brand import find_brand, load_brands
    from nlp.priors import withdraw as take_back

    found = find_brand(load_brands(), brand)
    now = take_back(found.id, to)
    what = f"The prior {now.id} of {now.at:%Y-%m-%d} is in use" if now else "No prior is in use"
    console.print(f"{what}; `tingfeng backfill --brand {found.name}` brings older mentions to it", soft_wrap=True)


_HEADS = ("negative", "neutral", "positive")


def _row(one: "Prior") -> str:
    days = f"{one.since.astimezone(DAY_ZONE):%Y-%m-%d} to {(one.until - _DAY).astimezone(DAY_ZONE):%Y-%m-%d}"
    shares = ", ".join(f"{name} {share:.2f}" for name, share in zip(_HEADS, one.shares, strict=False))
    odds = " / ".join(f"{value:.2f}" for value in one.odds)
    return (
        f"{one.id}  {one.at.astimezone(DAY_ZONE):%Y-%m-%d %H:%M} by {one.by}: {one.mentions:,} texts of {days}, "
        f"{one.labels:,} labels; {shares}; odds {odds}, power {one.power:.2f}"
    )


def _told(made: "Prior") -> Text:
    shares = ", ".join(
        f"{name} {share:.2f} ({low:.2f} to {high:.2f})"
        for name, share, low, high in zip(_HEADS, made.shares, made.low, made.high, strict=False)
    )
    return Text(
        f"{made.mentions:,} texts of {made.model}, {made.left_out:,} mentions within bursts left out, "
        f"{made.labels:,} labels\nshares of the stream: {shares}\n"
        f"odds of negative, neutral, positive are multiplied by {' / '.join(f'{value:.2f}' for value in made.odds)}, "
        f"probabilities raised to {made.power:.2f}"
    )
