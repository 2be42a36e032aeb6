"""`tingfeng backfill`: older posts analysed anew, after a change of brand, words or model."""

from datetime import UTC, datetime

import typer

from commands.pipeline import tell_of
from commands.screen import bars, console, posts_balance


def backfill(
    since: str = typer.Option(None, help="Only what was crawled since then: 30d, 12h or 2026-11-01."),
    brand: str = typer.Option(None, help="Only where this brand is spoken of, now or before: its file's name or name."),
    later: bool = typer.Option(False, help="Only queue it; the DAG `backfill` does it between turns."),
    fresh: bool = typer.Option(False, help="Also what rules still look back at: they may then wake somebody for it."),
) -> None:
    """Analyse and index older posts as brands, words and models are now, the newest first; no rule is evaluated.

    Killed or stopped, it goes on where it was when it is run again. New posts are analysed as things are now anyway.
    """
    from config import settings
    from config.brand import find_brand
    from indexing.backfill import begin, waits
    from indexing.elasticsearch.store import open_store
    from indexing.mentions.search import past
    from indexing.pipeline import check_config
    from indexing.reanalysis import go_on
    from nlp.analyse import Analysis

    brands = check_config()
    waiting = begin(
        Analysis(brands, settings.sentiment_engine()),
        since=past(since, datetime.now(UTC)) if since else None,
        brand=find_brand(brands, brand) if brand else None,
    )
    console.print(f"{waiting:,} batches were analysed by another version")
    if later or not waiting:
        return
    with bars() as show:
        done = go_on(open_store(), brands, fresh=fresh, progress=show)
    console.print(f"{posts_balance(done.books)} · {done.books.get('retracted', 0):,} mentions retracted")
    if waits():
        console.print(
            "What rules still look back at waits until that has passed, so that nobody is woken for old news: "
            "the DAG `backfill`, or this command later, does it; `--fresh` does it now",
            soft_wrap=True,
        )
    tell_of(done.failed)
