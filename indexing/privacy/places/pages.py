"""Received pages and spools: a page on which the person stands goes whole, for it is evidence as it came or none."""

from collections.abc import Iterator
from datetime import UTC, datetime

from crawlers.storage import pages, received
from indexing.elasticsearch.store import Store
from indexing.privacy.readings import readings
from indexing.privacy.sought import Sought

__all__ = ["erase", "look"]


def look(store: Store, sought: Sought) -> Iterator[str]:
    """Yield the pages, kept or spooled, on which the person stands."""
    for entry in pages.every():
        if _on(entry, sought):
            yield f"pages/{entry.digest}"
    for posts in received.spooled(datetime.now(UTC)):
        if any(_on(page.entry, sought, page.content()) for page in received.spooled_pages(posts)):
            yield f"{posts.to('received')}"


def erase(store: Store, sought: Sought) -> int:
    """Drop these pages; return how many."""
    gone = sum(pages.remove(entry.digest) for entry in list(pages.every()) if _on(entry, sought))
    for posts in list(received.spooled(datetime.now(UTC))):
        gone += received.drop_spooled(posts, lambda page: _on(page.entry, sought, page.content()))
    return gone


def _on(entry: pages.Entry, sought: Sought, body: bytes | None = None) -> bool:
    if any(map(sought.is_word, entry.posts)) or sought.holds(entry.url):
        return True
    try:
        content = pages.read(entry.digest) if body is None else body
    except pages.LostPage:
        return False  # there is no body; `doctor` tells of it
    return any(sought.holds(text) for text in readings(content))
