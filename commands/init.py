"""`tingfeng init 小米`: write a first brand and query, and try them."""

import itertools
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import typer
import yaml
from rich.text import Text

from commands.pipeline import crawl_each, crawled
from commands.screen import bars, clock, console
from config.errors import UserError

if TYPE_CHECKING:
    from config.brand import Brand

_HEAD = """\
# A brand; docs/brands.md tells every field, docs/query-language.md how a query is written.
# query: what counts as a mention. words: what segmentation keeps whole. crawl: where to look, feed × query.
"""
_AT_HAND = 5_000
_SHOWN = 5


def init(
    name: str = typer.Argument(help="The brand as people write it, such as 小米."),
    query: str = typer.Option(None, help="What counts as a mention, such as '小米 NOT 小米粥'; the name unless given."),
    crawl: list[str] = typer.Option(
        None, help="feed=query to look at, such as rss=https://example.org/feed.xml; Weibo search unless given."
    ),
) -> None:
    """Write config/brands/NAME.yaml, then try it: its query on the posts at hand, and one page of each of its feeds."""
    path = _write(name, query or name, crawl or [f"weibo_search={name}"])
    from config.brand import Brand
    from config.load import load

    brand = load(path, Brand)
    console.print(f"Wrote {path}:\n")
    console.print(Text(path.read_text(encoding="utf-8")))
    _try_feeds(brand)
    _try_query(brand)
    _write_first_rule()
    console.print("Next: `tingfeng up`, or by hand `tingfeng crawl`, `tingfeng analyse`, `tingfeng index`.")


def _write(name: str, query: str, crawl: list[str]) -> Path:
    """Write the brand's file and return its path; nothing is written when it would be refused."""
    from config import settings
    from config.brand import Brand
    from config.edit import save
    from config.load import load

    stem = re.sub(r"[^\w-]+", "-", name).strip("-").lower()[:64]
    if not stem:
        raise UserError(f"{name!r}: no letter or digit to name a file by: write the brand's name")
    path = settings.own_config_dir() / "brands" / f"{stem}.yaml"
    if path.exists():
        raise UserError(f"{path}: exists already: change it there, or delete it first")
    written = {"name": name, "query": query, "words": [name], "crawl": [_target(entry) for entry in crawl]}
    path.parent.mkdir(parents=True, exist_ok=True)
    text = _HEAD + yaml.safe_dump(written, allow_unicode=True, sort_keys=False)
    save(path, text, lambda draft: load(draft, Brand, id=stem))
    return path


def _target(entry: str) -> dict[str, str]:
    """Return what one --crawl says as the brand's file says it."""
    from crawlers.feeds import feeds

    feed, _, query = entry.partition("=")
    if feed not in feeds() or not query.strip():
        raise UserError(
            f"--crawl {entry}: give feed=query, such as weibo_search=小米 or rss=https://example.org/feed.xml; "
            f"feeds are {', '.join(feeds())}"
        )
    return {"feed": feed, "query": query}


def _write_first_rule() -> None:
    """Give a folder that has no rule yet the demonstration's, so that somebody is told."""
    from config import settings

    folder = settings.own_config_dir() / "rules"
    if any(folder.glob("*.y*ml")):
        return
    folder.mkdir(parents=True, exist_ok=True)
    for rule in (settings.DEMO_CONFIG / "rules").glob("*.yaml"):
        shutil.copyfile(rule, folder / rule.name)
        console.print(f"Wrote {folder / rule.name}: a first rule, to be adapted; docs/rules.md tells every field")


def _try_feeds(brand: "Brand") -> None:
    """Crawl one page of each feed and show how it ended."""
    with bars() as show:
        outcomes = crawl_each(brand.crawl, show, pages=1)
    console.print(crawled(outcomes))


def _try_query(brand: "Brand") -> None:
    """Show what the query takes of the posts at hand."""
    from crawlers.post import decode_post
    from crawlers.storage.stage import batches
    from nlp.matcher import Matcher

    matcher = Matcher([brand])
    lines = itertools.chain.from_iterable(batch.lines() for batch in reversed(batches("posts")))
    posts = [decode_post(line) for line in itertools.islice(lines, _AT_HAND)]
    if not posts:
        console.print(
            "No posts at hand yet to try the query on: `tingfeng crawl`, then `tingfeng query` shows what it takes"
        )
        return
    taken = [post for post in posts if matcher.match(post).found]
    console.print(f"Of {len(posts):,} posts at hand the query takes {len(taken):,}")
    for post in taken[:_SHOWN]:
        console.print(Text(f"  {clock(post.published_at)}  {' '.join(post.text.split())[:90]}"))
