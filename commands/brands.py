"""`tingfeng brands`: what a changed query would gain and lose, what else a brand is called, which word is too wide."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from commands.screen import bars, clock, console
from config.errors import UserError

if TYPE_CHECKING:
    from config.brand import Brand
    from crawlers.post import Post
    from nlp.suggest.aliases import Read
    from nlp.suggest.breadth import Breadth

app = typer.Typer(no_args_is_help=True, help="What a brand's query takes, and what else people call it.")


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
    from indexing.mentions.search import past
    from nlp.draft import difference

    if not draft.is_file():
        raise UserError(f"{draft}: no such file: copy the brand's file there and change the copy")
    changed, known = load(draft, Brand), load_brands()
    saved = find_brand(known, brand) if brand else next((one for one in known if one.id == changed.id), None)
    with bars() as show:
        found = difference(
            saved,
            changed,
            since=past(since, datetime.now(UTC)) if since else None,
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
        console.print(Text(f"    {clock(post.published_at)}  {' '.join(post.text.split())[:90]}"))


_NAMED = typer.Argument(help="The brand, by its name or its id.")
_MOST = typer.Option(30_000, min=1, help="At most so many of the posts at hand, the newest first.")
_WIDTH = 76


@app.command()
def suggest(brand: str = _NAMED, most: int = _MOST) -> None:
    """Show what else the brand may be called in the posts at hand: by sound, by shape, half hidden, and in its place.

    `tingfeng brands accept` writes what a person takes; nothing counts before.
    """
    from config.brand import load_brands
    from nlp.suggest.aliases import ENOUGH, named, suggested

    found = _brand(brand)
    rivals = [name for other in load_brands() if other.id != found.id for name in (other.name, *other.aliases.all())]
    posts = _at_hand(found, most)
    candidates = suggested(found, posts, rivals)
    if (count := named(found, posts)) < ENOUGH:
        console.print(
            f"{count:,} of {len(posts):,} posts at hand say {found.name}: slang is told by where the name stands, in "
            f"{ENOUGH} posts at least; crawl more, or raise --most",
            markup=False,
            soft_wrap=True,
        )
    if not candidates:
        console.print(f"nothing that stands in {found.name}'s place in the posts at hand")
        return
    for one in candidates:
        console.print(
            f"{one.alias}  ({one.kind}): {one.posts:,} posts without the name; used as it is: {one.likeness:.2f}",
            markup=False,
            soft_wrap=True,
        )
        for example in one.examples:
            console.print(f"    {_around(example, one.alias)}", markup=False, soft_wrap=True)
    console.print(f"tingfeng brands accept {found.name} ALIAS --as {candidates[0].kind}   writes one into its file")


@app.command()
def accept(
    brand: str = _NAMED,
    aliases: list[str] = typer.Argument(help="What people call it, such as HW 某为."),
    kind: str = typer.Option(..., "--as", help="names, homophones, split, masked or slang."),
) -> None:
    """Write aliases into the brand's file, whose comments stay; each then counts wherever its query says the name."""
    from config.aliases import KINDS
    from config.brand import Brand as Model
    from config.edit import added, save
    from config.load import load

    found = _brand(brand)
    if kind not in KINDS:
        raise UserError(f"--as {kind}: write one of {', '.join(KINDS)}")
    if repeated := [one for one in aliases if one in found.aliases.all()]:
        raise UserError(f"{', '.join(repeated)}: stands in {found.name}'s file already")
    path = _file(found)
    text = added(path.read_text(encoding="utf-8"), "aliases", kind, aliases)
    save(path, text, lambda draft: load(draft, Model, id=found.id))
    console.print(
        f"Wrote {path}: new posts follow it at once; `tingfeng backfill --brand {found.name}` brings older ones"
    )


@app.command()
def lint(
    brand: str = typer.Argument(None, help="One brand; all of them unless told."),
    most: int = _MOST,
    write: bool = typer.Option(False, help="Ask, for each word that is too wide, whether to write the narrower query."),
) -> None:
    """Warn of words that take too much: most of their posts are touched by none of the brand's other words."""
    from config.brand import load_brands
    from nlp.suggest.breadth import breadths

    for one in [_brand(brand)] if brand else load_brands():
        for found in breadths(one, _at_hand(one, most)):
            if not found.known:
                console.print(
                    f"{one.name}: {found.word}: {found.named:,} of {found.posts:,} posts hold another word of it, "
                    "too few to tell its posts by: add `words` to its file, such as its products",
                    markup=False,
                    soft_wrap=True,
                )
            elif found.wide:
                _warn(one, found)
                if write:
                    _narrow(one, found)


def _warn(brand: "Brand", found: "Breadth") -> None:
    share = round(100 * found.untouched / found.posts)
    speaks = f", and speak of {'、'.join(found.speak_of)}" if found.speak_of else ""
    console.print(
        f"{brand.name}: {found.word}: {share} % of {found.posts:,} posts touch none of the brand's other words{speaks}",
        markup=False,
        soft_wrap=True,
    )
    for example in found.examples:
        console.print(f"    {_around(example, found.word)}", markup=False, soft_wrap=True)
    for remedy in found.remedies:
        console.print(
            f"  keeps {remedy.kept:.0%} of the brand's own, {remedy.left:.0%} of the others: query: '{remedy.query}'",
            markup=False,
            soft_wrap=True,
        )


def _narrow(brand: "Brand", found: "Breadth") -> None:
    """Write the query that a person chooses."""
    from config.brand import Brand as Model
    from config.edit import replaced, save
    from config.load import load

    for remedy in found.remedies:
        if typer.confirm(f"Write this query into {brand.name}'s file? {remedy.query}", default=False):
            path = _file(brand)
            text = replaced(path.read_text(encoding="utf-8"), "query", remedy.query)
            save(path, text, lambda draft: load(draft, Model, id=brand.id))
            console.print(f"Wrote {path}; `tingfeng backfill --brand {brand.name}` brings older posts to it")
            return


def _brand(text: str) -> "Brand":
    from config.brand import find_brand, load_brands

    return find_brand(load_brands(), text)


def _file(brand: "Brand") -> Path:
    from config import settings

    folder = settings.config_dir() / "brands"
    return next(path for path in (folder / f"{brand.id}.yaml", folder / f"{brand.id}.yml") if path.exists())


def _at_hand(brand: "Brand", most: int) -> "list[Read]":
    from itertools import islice

    from nlp.draft import posts_since
    from nlp.suggest.aliases import read

    with bars() as show:
        found = read(islice(posts_since(""), most), brand, lambda done: show("posts", done, 0))
    if not found:
        raise UserError("no posts at hand yet: `tingfeng crawl` or `tingfeng import posts` first")
    return found


def _around(text: str, word: str) -> str:
    """Return the stretch of a text around a word, for a line of a terminal."""
    at = max(0, text.lower().find(word.lower()) - _WIDTH // 3)
    return ("…" if at else "") + text[at : at + _WIDTH]
