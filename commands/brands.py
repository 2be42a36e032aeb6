"""`tingfeng brands diff`: what a changed brand would gain and lose, before anybody saves it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from commands.screen import bars, console
from config.errors import UserError

if TYPE_CHECKING:
    from crawlers.post import Post

app = typer.Typer(no_args_is_help=True, help="What a brand's query takes.")


@app.callback()
def _group() -> None:
    """Keep the subcommand's name, although it is the only one."""


@app.command()
def diff(
    draft: Path = typer.Argument(help="A brand's file as it might become, kept anywhere, such as /tmp/小米.yaml."),
    brand: str = typer.Option(
        None, help="The saved brand to hold it against; the one of the draft's name unless given."
    ),
    since: str = typer.Option(None, help="Only posts crawled since then: 30d, 12h or 2026-11-01."),
) -> None:
    """Show how many past posts the draft's query takes that the saved one does not, and the other way round.

    Answers and reposts that are mentions for their first post's sake are not counted: only the query is held against
    each post.
    """
    from config.brand import Brand, find_brand, load_brands
    from config.load import load
    from indexing.mentions.search import moment
    from nlp.draft import difference

    if not draft.is_file():
        raise UserError(f"{draft}: no such file: copy the brand's file there and change the copy")
    changed, known = load(draft, Brand), load_brands()
    saved = find_brand(known, brand) if brand else next((one for one in known if one.id == changed.id), None)
    with bars() as show:
        found = difference(
            saved,
            changed,
            since=moment(since, datetime.now(UTC)) if since else None,
            progress=lambda done: show("posts", done, 0),
        )
    against = f"held against {saved.id}" if saved else "no brand of this name is saved"
    console.print(Text(f"Of {found.posts:,} posts, {against}: {found.both:,} stay mentions"))
    _print(f"+ {found.gained:,} gained", found.examples_gained)
    _print(f"- {found.lost:,} lost", found.examples_lost)
    if found.gained or found.lost:
        console.print(
            "Once it is saved, new posts follow it at once; `tingfeng backfill --brand` brings the older ones"
        )


def _print(head: str, examples: "list[Post]") -> None:
    console.print(head)
    for post in examples:
        console.print(Text(f"    {post.published_at:%Y-%m-%d %H:%M}  {' '.join(post.text.split())[:90]}"))
