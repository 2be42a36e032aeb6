"""The links and the mentions brought up to the events: each account has the customer whom the graph says, or none."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeAlias

from indexing.customers.accounts import Account
from indexing.customers.customer_link import IMPORT, CustomerLink, link_id
from indexing.customers.link_records import StoredLink, read_links, write_links
from indexing.customers.marking import mark
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.store import Store
from indexing.identity.event import SOFTWARE, LinkEvent, customer_of
from indexing.identity.events import around, read_events
from indexing.identity.facts import born_of, forms_of
from indexing.identity.graph import People, fold, resolve
from indexing.identity.standing import described, refresh_standing
from indexing.people.pseudonyms import Pseudonyms

__all__ = ["Brought", "Followed", "bring", "follow", "people_of"]

Owner: TypeAlias = tuple[str, float, LinkEvent]


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Links made and taken back, mentions that gained or lost a customer, and edges in conflict."""

    made: int = 0
    revoked: int = 0
    linked: int = 0
    unlinked: int = 0
    conflicts: int = 0


def people_of(
    store: Store, names: Pseudonyms, nodes: Collection[str] | None = None, *, at: datetime | None = None
) -> People:
    """Return who is who, now or as it was believed at a time: these nodes and all that bears on them, or everybody."""
    known = read_events(store) if nodes is None else around(store, nodes)
    belief = fold(known, at=at, key=lambda node: names.of("erased", node))
    everybody = {node for _, one, other in belief.edges for node in (one, other)}
    born = born_of(store, [id for node in everybody if (id := customer_of(node))])
    return resolve(belief, born, lambda node: names.of("person", node)[:20])


@dataclass(frozen=True, slots=True)
class Brought:
    """The links as the graph says, written; their mentions do not say so yet."""

    changed: Sequence[CustomerLink] = ()
    conflicts: int = 0

    @property
    def customers(self) -> set[str]:
        """Those of whose mentions some may have been theirs before, and say less of them than is known now."""
        return {one.customer for one in self.changed if one.active}

    def mark(self, store: Store, ids: Mapping[str, set[str]], names: Pseudonyms, now: datetime) -> Followed:
        """Bring the mentions up to them; `ids` are what `author.id` says of accounts, where that is known, by node."""
        changed = self.changed
        touched = {f"account:{one.platform}:{one.account}" for one in changed}
        forms = {node: set(ids[node]) for node in touched if node in ids}
        forms |= forms_of(store, touched - set(forms), names)
        accounts = [Account(node.split(":", 2)[1], node.split(":", 2)[2], ids=of) for node, of in forms.items()]
        linked, unlinked = mark(store, changed, accounts, partial(described, store))
        return Followed(
            made=sum(one.active and one.linked_at == now for one in changed),
            revoked=sum(not one.active for one in changed),
            linked=linked,
            unlinked=unlinked,
            conflicts=self.conflicts,
        )


def follow(
    store: Store, nodes: Collection[str] | None, ids: Mapping[str, set[str]], names: Pseudonyms, now: datetime
) -> Followed:
    """Bring links and mentions of these nodes, and of all that they are joined to, to what the graph says."""
    brought = bring(store, nodes, names, now)
    followed = brought.mark(store, ids, names, now)
    refresh_standing(store, brought.customers)
    return followed


def bring(store: Store, nodes: Collection[str] | None, names: Pseudonyms, now: datetime) -> Brought:
    """Bring the links alone to what the graph says."""
    if nodes is not None and not nodes:
        return Brought()
    people = people_of(store, names, nodes)
    about = None if nodes is None else {*nodes, *people.person}
    stored = _links(store, about)
    changed = [*_wanted(people, stored, now), *_unwanted(people, stored, now)]
    write_links(store, changed, stored)
    return Brought(changed, len(people.conflicts))


def _links(store: Store, nodes: Collection[str] | None) -> dict[str, StoredLink]:
    if nodes is None:
        return read_links(store)
    found: dict[str, StoredLink] = {}
    for some in in_parts({node.split(":", 2)[2] for node in nodes if customer_of(node) is None}):
        found |= read_links(store, {"terms": {"account": some}})
    return found


def _wanted(people: People, stored: Mapping[str, StoredLink], now: datetime) -> Iterator[CustomerLink]:
    """Yield the links that are new or otherwise than they stand; what a person has taken back stays so."""
    for node, (customer, sure, edge) in people.owner.items():
        _, platform, key = node.split(":", 2)
        id, person, weight = link_id(customer, platform, key), people.person[node], round(sure, 6)
        old = stored[id].link if id in stored else None
        if old and not old.active and old.revoked_by not in (IMPORT, SOFTWARE):
            continue
        if old and old.active:
            new = replace(old, person=person)
            if old.type != "stated_handle":
                new = replace(new, type=edge.kind, weight=weight, says=edge.says)
            if new != old:
                yield new
            continue
        yield CustomerLink(
            id=id, customer=customer, platform=platform, account=key, type=edge.kind, weight=weight, says=edge.says,
            evidence=old.evidence if old and edge.kind == "stated_handle" else None, person=person, linked_at=now,
            linked_by=IMPORT if edge.kind == "stated_handle" else edge.by,
        )  # fmt: skip


def _unwanted(people: People, stored: Mapping[str, StoredLink], now: datetime) -> Iterator[CustomerLink]:
    """Yield the links, taken back, that no edge holds any more or that a conflict has parked."""
    for one in (found.link for found in stored.values() if found.link.active):
        owner = people.owner.get(f"account:{one.platform}:{one.account}")
        if owner is None or owner[0] != one.customer:
            why = "no evidence holds any more, or it is in conflict"
            yield replace(one, active=False, revoked_at=now, revoked_by=SOFTWARE, revoked_for=why)
