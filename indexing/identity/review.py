"""What waits for a person's word, side by side; and whose an account is, now and as it was held to be."""

from dataclasses import dataclass
from datetime import datetime

from indexing.elasticsearch.store import Store
from indexing.identity.event import LinkEvent, customer_of
from indexing.identity.events import around, read_events
from indexing.identity.following import people_of
from indexing.identity.graph import fold
from indexing.people.pseudonyms import pseudonyms

__all__ = ["Account", "Waiting", "history", "waiting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One question: are these two one person? `conflict` says that evidence also speaks against it."""

    event: LinkEvent
    conflict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose a node is held to be: its person, customer and how sure that is, then its events."""

    person: str | None
    customer: str | None
    confidence: float | None
    events: tuple[LinkEvent, ...] = ()


def waiting(store: Store) -> list[Waiting]:
    """Return the proposals and conflicts, the surest first; no values of customers, which `reveal` alone shows."""
    names = pseudonyms()
    belief = fold(read_events(store), key=lambda node: names.of("erased", node))
    conflicts = people_of(store, names).conflicts
    found = [(one, False) for one in belief.proposed.values()] + [(one, True) for one in conflicts]
    found.sort(key=lambda one: (-one[0].probability, one[0].one, one[0].other))
    return [Waiting(event=one, conflict=against) for one, against in found]


def history(store: Store, node: str, *, at: datetime | None = None) -> Account:
    """Return whose a node is, now or as it was held at a time, and all events that bear on it up to then."""
    names = pseudonyms()
    people = people_of(store, names, [node], at=at)
    known = [one for one in around(store, [node]) if at is None or one.at <= at]
    owner = people.owner.get(node)
    return Account(
        person=people.person.get(node),
        customer=owner[0] if owner else customer_of(node),
        confidence=owner[1] if owner else None,
        events=tuple(sorted((one for one in known if node in (one.one, one.other)), key=lambda one: (one.at, one.id))),
    )
