"""`tingfeng topics`: what a brand is spoken of for, beyond its own past."""

import typer

from commands.screen import console


def topics(
    brand: str = typer.Option(None, help="One brand, by its name or its id; all of them unless told."),
    days: int = typer.Option(1, min=1, max=366, help="How many days, today included; earlier ones are counted first."),
) -> None:
    """Show hot words and topics of a day against the 28 days before it, and keep them for the boards."""
    from datetime import UTC, datetime

    from config.brand import find_brand, load_brands
    from config.settings import DAY_ZONE
    from indexing.elasticsearch.store import open_store
    from indexing.topics.keep import hot_words, keep_topics, topics_of

    known, store, now = load_brands(), open_store(), datetime.now(UTC)
    chosen = [find_brand(known, brand)] if brand else known
    keep_topics(store, chosen, now, days)
    today = now.astimezone(DAY_ZONE).date()
    for one in chosen:
        words = hot_words(store, one, today)
        console.print(f"{one.name}, {today}: {len(words)} words beyond its last 28 days", markup=False)
        for topic in topics_of(store, one, today, words):
            console.print(
                f"  {topic.name}: {len(topic.holds):,} mentions, significance {topic.significance:,.1f}, since "
                f"{topic.first}: {'、'.join(topic.words)}",
                markup=False,
                soft_wrap=True,
            )
