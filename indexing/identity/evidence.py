"""From who shares what to edges: each kind by its own bounds, and the same edges whatever order things came in."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from indexing.identity.event import customer_of
from indexing.people.edges import EdgeKind, kinds

__all__ = ["Edge", "edges"]


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """Two nodes in their order, joined by a kind of evidence."""

    kind: str
    one: str
    other: str


def edges(holders: Mapping[str, Iterable[str]]) -> set[Edge]:
    """Return the edges that shared tokens (`kind:digest`) make."""
    found: set[Edge] = set()
    for token, nodes in holders.items():
        kind = kinds().get(token.partition(":")[0])
        if kind:
            found |= {Edge(kind.name, *sorted(pair)) for pair in _joined(kind, sorted(set(nodes)))}
    return found


def _joined(kind: EdgeKind, nodes: list[str]) -> Iterator[tuple[str, str]]:
    if not 1 < len(nodes) <= kind.most:
        return
    accounts = [node for node in nodes if customer_of(node) is None]
    if kind.one_a_platform and max(Counter(node.split(":")[1] for node in accounts).values(), default=0) > 1:
        return
    for one, other in combinations(nodes, 2):
        of_customers = sum(customer_of(node) is not None for node in (one, other))
        wanted = (kind.between_accounts, True, kind.between_customers)[of_customers]
        if wanted:
            yield one, other
