"""Who is one person with whom: the person's events go, and links and mentions of those around them follow."""

from collections.abc import Iterator

from indexing.elasticsearch.store import Store
from indexing.identity.changing import forget
from indexing.identity.event import customer
from indexing.identity.events import events_of
from indexing.privacy.sought import Sought

__all__ = ["erase", "look"]

_BY = "erasure"


def look(store: Store, sought: Sought) -> Iterator[str]:
    """Yield the events in which the customer takes part."""
    store.refresh("link-events")
    for one in events_of(store, [customer(id) for id in sought.customers]):
        yield f"link-events/{one.id}"


def erase(store: Store, sought: Sought) -> int:
    """Forget the customer; return how many events that were."""
    store.refresh("link-events")
    known = [id for id in sorted(sought.customers) if events_of(store, [customer(id)])]
    return sum(forget(store, id, by=_BY) for id in known)
