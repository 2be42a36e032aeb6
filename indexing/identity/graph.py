"""Who is one person, from the events alone: the same whatever order they came in.

Kinds of evidence decide in the order of their rank. Within one rank all edges are looked at together: a group that they
would join and that holds two persons' customers, or two nodes that somebody has parted, is a conflict, and none of its
edges of this rank counts. So nothing that contradicts is ever merged, and no edge wins by having come first.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby

from indexing.identity.event import LinkEvent, Op, customer_of
from indexing.people.edges import kinds

__all__ = ["Belief", "People", "erased_key", "fold", "resolve"]

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Belief:
    """What the events come to: edges that stand, by kind and nodes, and pairs that are apart."""

    edges: dict[tuple[str, str, str], LinkEvent] = field(default_factory=dict)
    apart: dict[tuple[str, str], LinkEvent] = field(default_factory=dict)
    proposed: dict[tuple[str, str], LinkEvent] = field(default_factory=dict)
    """Pairs that wait for a person's word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Persons: of each node its person's id, of each account its customer with the edge that says so; and conflicts."""

    person: Mapping[str, str]
    owner: Mapping[str, tuple[str, float, LinkEvent]]
    """By account: the customer's id, how sure that is, and the edge by which the account is reached."""
    conflicts: tuple[LinkEvent, ...]
    """Edges that are parked."""


def erased_key(node: str) -> str:
    """Return what an `erase` event names a node by: nobody reads the node from it."""
    return hashlib.sha256(f"erased\n{node}".encode()).hexdigest()


def fold(events: Iterable[LinkEvent], *, at: datetime | None = None, key: Callable[[str], str] = erased_key) -> Belief:
    """Return what the events come to, or came to at a time; an event that was undone counts as if it had never been."""
    known = sorted((one for one in events if at is None or one.at <= at), key=lambda one: (one.at, one.id))
    undone: set[str] = set()
    for one in reversed(known):  # an undo that is itself undone takes nothing back
        if one.op is Op.UNDO and one.id not in undone:
            undone.add(one.undoes)
    erased = {one.one for one in known if one.op is Op.ERASE}
    belief = Belief()
    for one in known:
        if one.id in undone or (erased and {key(one.one), key(one.other)} & erased):
            continue
        if one.op is Op.LINK:
            belief.edges[one.kind, one.one, one.other] = one
        elif one.op is Op.UNLINK:
            belief.edges.pop((one.kind, one.one, one.other), None)
        elif one.op is Op.APART:
            belief.apart[one.one, one.other] = one
        elif one.op is Op.PROPOSE:
            belief.proposed[one.one, one.other] = one
    joined = {(one, other) for _, one, other in belief.edges}
    for pair in (joined | belief.apart.keys()) & belief.proposed.keys():
        del belief.proposed[pair]
    return belief


def resolve(belief: Belief, born: Mapping[str, datetime] | None = None, name: Callable[[str], str] = str) -> People:
    """Return the persons. `born` says since when nodes are known to their own source; the oldest names its person.

    `name` makes a person's id of that node. What somebody has parted is joined neither directly nor by way of others.
    """
    groups, parked = _Groups(belief.apart), []
    edges = sorted(belief.edges.values(), key=lambda one: (-_rank(one), one.kind, one.one, one.other))
    for _, some in groupby(edges, key=_rank):
        parked += groups.join(list(some))
    stands = {id(one) for one in parked}
    person: dict[str, str] = {}
    for members in groups.members():
        people = [node for node in members if customer_of(node) is not None] or list(members)
        oldest = min(people, key=lambda node: ((born or {}).get(node, _NEVER), node))
        person |= dict.fromkeys(members, name(oldest))
    owner = _owners([one for one in edges if id(one) not in stands], person, born or {})
    return People(person=person, owner=owner, conflicts=tuple(parked))


def _rank(one: LinkEvent) -> int:
    kind = kinds().get(one.kind)
    return kind.rank if kind else 0


class _Groups:
    """Nodes in groups, none of which holds two that are apart, or two customers but by an edge between customers."""

    def __init__(self, apart: Iterable[tuple[str, str]]) -> None:
        self._top: dict[str, str] = {}
        self._of: dict[str, set[str]] = {}
        self._apart: defaultdict[str, set[str]] = defaultdict(set)
        for one, other in apart:
            self._apart[one].add(other)
            self._apart[other].add(one)

    def members(self) -> Iterator[set[str]]:
        """Yield the groups."""
        yield from self._of.values()

    def join(self, edges: list[LinkEvent]) -> list[LinkEvent]:
        """Join what the edges of one rank say, and return those that are parked."""
        between = [one for one in edges if customer_of(one.one) and customer_of(one.other)]
        rest = [one for one in edges if not (customer_of(one.one) and customer_of(one.other))]
        parked = self._join(between, strangers=True)
        return parked + self._join(rest, strangers=False)

    def _join(self, edges: list[LinkEvent], *, strangers: bool) -> list[LinkEvent]:
        tops: dict[str, str] = {}

        def top(node: str) -> str:
            while tops.get(node, node) != node:
                tops[node] = tops.get(tops[node], tops[node])
                node = tops[node]
            return node

        for one in edges:
            a, b = sorted((top(self._name(one.one)), top(self._name(one.other))))
            tops[b] = a
        parts: defaultdict[str, list[LinkEvent]] = defaultdict(list)
        for one in edges:
            parts[top(self._name(one.one))].append(one)
        parked: list[LinkEvent] = []
        for some in parts.values():
            names = {self._name(node) for one in some for node in (one.one, one.other)}
            if self._contradict(names, strangers=strangers):
                parked += [one for one in some if self._name(one.one) != self._name(one.other)]
            else:
                self._merge(names)
        return parked

    def _contradict(self, names: set[str], *, strangers: bool) -> bool:
        together = set().union(*(self._of.get(name, {name}) for name in names))
        known = sum(any(customer_of(node) for node in self._of.get(name, {name})) for name in names)
        return (known > 1 and not strangers) or any(self._apart.get(node, set()) & together for node in together)

    def _merge(self, names: set[str]) -> None:
        together = set().union(*(self._of.pop(name, {name}) for name in names))
        name = min(together)
        self._of[name] = together
        self._top |= dict.fromkeys(together, name)

    def _name(self, node: str) -> str:
        return self._top.get(node, node)


def _owners(
    edges: list[LinkEvent], person: Mapping[str, str], born: Mapping[str, datetime]
) -> dict[str, tuple[str, float, LinkEvent]]:
    """Return of each account the customer that it is reached from, by the surest way."""
    near: defaultdict[str, list[tuple[str, LinkEvent]]] = defaultdict(list)
    for one in edges:
        if one.one in person and person[one.one] == person.get(one.other):
            near[one.one].append((one.other, one))
            near[one.other].append((one.one, one))
    start = sorted(filter(customer_of, near), key=lambda node: (born.get(node, _NEVER), node))
    best: dict[str, tuple[float, int, str, LinkEvent]] = {}
    for place, node in enumerate(start):
        waiting = [(node, 1.0)]
        while waiting:
            here, sure = waiting.pop()
            for other, edge in near[here]:
                found = (sure * edge.probability, -place, str(customer_of(node)), edge)
                if not customer_of(other) and (other not in best or found[:2] > best[other][:2]):
                    best[other] = found
                    waiting.append((other, found[0]))
    return {node: (customer, sure, edge) for node, (sure, _, customer, edge) in best.items()}
