"""What linking would do, before it is switched on: how many links, the largest groups, and the pairs on the border."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from indexing.elasticsearch.store import Store
from indexing.identity.alike import look_alike
from indexing.identity.event import SOFTWARE, Op, event
from indexing.identity.events import read_events
from indexing.identity.evidence import edges
from indexing.identity.facts import facts_of
from indexing.identity.graph import fold, resolve
from indexing.identity.match import Outcome, Thresholds
from indexing.people.edges import kinds
from indexing.people.pseudonyms import pseudonyms

__all__ = ["Simulated", "simulate"]

_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What would come of it. Pairs on the border are told by levels and bits alone, without any value or name."""

    edges: dict[str, int]
    """Edges by kind of evidence."""
    linked_accounts: int
    conflicts: int
    groups: tuple[int, ...]
    """Sizes of the largest persons: customers and accounts."""
    border: tuple[tuple[float, tuple[str, ...]], ...]
    """The pairs next to the threshold: probability, and what speaks for and against."""


def simulate(store: Store, *, only: str | None = None, automatic: float | None = None) -> Simulated:
    """Return what all evidence, or one kind `only`, would make of the index as it is; nothing is written."""
    names, at = pseudonyms(), datetime.now(UTC)
    limits = Thresholds() if automatic is None else Thresholds(automatic=automatic)
    known = read_events(store)
    found = [one for one in edges(facts_of(store, names).holders) if only in (None, one.kind)]
    events = [
        event(Op.LINK, one.one, one.other, at=at, by=SOFTWARE, kind=one.kind, probability=kinds()[one.kind].probability)
        for one in sorted(found)
    ]
    border: list[tuple[float, tuple[str, ...]]] = []
    if only in (None, "fuzzy"):
        alike = look_alike(store, limits=limits)
        linked = list(alike.found.of(Outcome.LINKED))
        events += [
            event(Op.LINK, *alike.nodes(one), at=at, by=SOFTWARE, kind="fuzzy", probability=one.probability)
            for one in linked
        ]
        near = sorted(alike.found.of(*Outcome), key=lambda one: abs(one.probability - alike.found.least))
        for one in near[:_SHOWN]:
            parts = alike.found.explain(one)[1:]
            border.append(
                (one.probability, tuple(f"{part.comparison}: {part.level} {part.bits:+.1f}" for part in parts))
            )
    people = resolve(fold([*known, *events], key=lambda node: names.of("erased", node)))
    sizes: defaultdict[str, int] = defaultdict(int)
    for person in people.person.values():
        sizes[person] += 1
    return Simulated(
        edges=dict(Counter(one.kind for one in events)),
        linked_accounts=len(people.owner),
        conflicts=len(people.conflicts),
        groups=tuple(sorted(sizes.values(), reverse=True)[:_SHOWN]),
        border=tuple(border),
    )
