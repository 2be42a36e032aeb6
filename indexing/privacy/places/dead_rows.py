"""Dead rows of lists and sources: found by whose they are, however short the id, and however a number is written."""

from collections.abc import Iterator

from indexing.customers.sync.dead import erase_dead, find_dead
from indexing.elasticsearch.store import Store
from indexing.privacy.sought import Sought

__all__ = ["erase", "look"]


def look(store: Store, sought: Sought) -> Iterator[str]:
    """Yield the rows of the customer, by file and line."""
    for customer in sorted(sought.customers):
        yield from find_dead(customer, sought.plain)


def erase(store: Store, sought: Sought) -> int:
    """Remove these rows; return how many."""
    return sum(erase_dead(customer, sought.plain) for customer in sorted(sought.customers))
