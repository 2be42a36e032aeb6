"""What the lines of the hash chain speak of: contents and salts go, the lines stay and prove as ever."""

from collections.abc import Iterator
from datetime import UTC, datetime

from config.brand import load_brands
from indexing.elasticsearch.store import Store
from indexing.evidence import evaluations
from indexing.evidence.erasure import erase as drop
from indexing.evidence.erasure import holds
from indexing.privacy.sought import Sought

__all__ = ["erase", "look"]


def look(store: Store, sought: Sought) -> Iterator[str]:
    """Yield the lines whose contents speak of the person, by day, writer and number."""
    keys = _keys(sought)
    for day, writer, number in holds(keys, sought.holds):
        yield f"chain/{day}/{writer}, line {number}"
    if keys & evaluations.subjects():
        yield "chain/states"


def erase(store: Store, sought: Sought) -> int:
    """Drop these contents; `tingfeng prove` says by which receipt. Return how many lines that were.

    What is remembered of the last evaluation goes whole: the next one is written whole.
    """
    keys = _keys(sought)
    if remembered := bool(keys & evaluations.subjects()):
        evaluations.forget()
    dropped = drop(keys, receipt=sought.receipt, now=datetime.now(UTC), said=sought.holds)
    return dropped.lines + remembered


def _keys(sought: Sought) -> set[str]:
    """Return the words and the ids of the mentions of their posts."""
    mentions = {f"{post}:{brand.id}" for post in sought.posts for brand in load_brands()}
    return {*sought.words(), *sought.customers, *mentions}
