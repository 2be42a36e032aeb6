"""What people say of links: accept, reject, part, take back, erase; each is an event, and all but erasing undone."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from config.errors import UserError
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.store import Store
from indexing.identity.event import SOFTWARE, LinkEvent, Op, account, customer, customer_of, event
from indexing.identity.events import add_events, around, events_of, get_event
from indexing.identity.following import follow
from indexing.identity.graph import fold
from indexing.people.erased import Erased, load_erased
from indexing.people.pseudonyms import Pseudonyms, pseudonyms

__all__ = ["Gone", "NotTwo", "accept", "forget", "node_of", "part", "reject", "undo"]


class NotTwo(UserError):
    """What is named is not two nodes that can be joined or parted."""


class Gone(NotTwo):
    """Whoever is named was erased: nothing is noted of them any more, and nothing was done."""


def node_of(said: str, names: Pseudonyms) -> str:
    """Return the node that a person names: `C1`, `customer:C1`, `weibo:1001` (the account's own id) or a node."""
    if said.startswith(("customer:", "account:")):
        return said
    platform, _, id = said.partition(":")
    if not id:
        return customer(said)
    known = len(id) == 32 and all(letter in "0123456789abcdef" for letter in id)
    return account(platform, id if known else names.of(platform, id))


def accept(store: Store, one: str, other: str, *, by: str, why: str = "", now: datetime | None = None) -> LinkEvent:
    """Join two nodes on a person's word; an earlier word that they are apart is taken back."""
    at = now or datetime.now(UTC)
    pair = _pair(one, other, by)
    standing = fold(events_of(store, pair), key=_erased).apart.get(pair)
    events = [event(Op.UNDO, *pair, at=at, by=by, undoes=standing.id)] if standing else []
    said = event(Op.LINK, *pair, at=at, by=by, kind="staff_note", says=(why,) if why else ())
    _tell(store, [*events, said], pair, at)
    return said


def reject(store: Store, one: str, other: str, *, by: str, why: str = "", now: datetime | None = None) -> LinkEvent:
    """Say that two nodes are not one person: what joins them is taken back, and they are not proposed again."""
    at = now or datetime.now(UTC)
    pair = _pair(one, other, by)
    said = event(Op.APART, *pair, at=at, by=by, says=(why,) if why else ())
    _tell(store, [said], pair, at)
    return said


def part(store: Store, some: Collection[str], others: Collection[str], *, by: str, now: datetime | None = None) -> int:
    """Split a person: none of `some` is one person with any of `others`; return how many pairs were parted."""
    at = now or datetime.now(UTC)
    pairs = [_pair(one, other, by) for one in sorted(some) for other in sorted(others)]
    _tell(store, [event(Op.APART, *pair, at=at, by=by) for pair in pairs], {*some, *others}, at)
    return len(pairs)


def undo(store: Store, id: str, *, by: str, now: datetime | None = None) -> LinkEvent:
    """Take an event back, as if it had never been; UnknownEvent where there is none, NotTwo for an erasure."""
    at = now or datetime.now(UTC)
    old = get_event(store, id)
    if old.op is Op.ERASE:
        raise NotTwo(f"event {id}: an erasure cannot be taken back")
    said = event(Op.UNDO, old.one, old.other, at=at, by=by, undoes=id)
    _tell(store, [said], {old.one, old.other}, at)
    return said


def forget(store: Store, customer_id: str, *, by: str, now: datetime | None = None) -> int:
    """Remove a customer's events, and leave one that names nobody, by which nothing joins them again; return how many.

    Links and mentions follow. The rest of an erasure is the caller's.
    """
    at, node = now or datetime.now(UTC), customer(customer_id)
    known = events_of(store, [node])
    near = {one for event in known for one in (event.one, event.other)} - {node}
    add_events(store, [event(Op.ERASE, _erased(node), at=at, by=by)])
    follow(store, {node, *near}, {}, pseudonyms(), at)
    index = store.alias("link-events")
    actions = [Action(operation="delete", index=index, id=one.id) for one in known]
    for action, answer in zip(actions, send(store.client, actions), strict=True):
        if not answer.done and answer.status != 404:
            raise StoreError(f"{index}/{action.id} is not removed ({answer.reason}): run the erasure again")
    store.refresh("link-events")
    return len(known)


def _pair(one: str, other: str, by: str) -> tuple[str, str]:
    if one == other:
        raise NotTwo(f"{one}: name two different nodes")
    if by == SOFTWARE:
        raise NotTwo(f"by: {SOFTWARE!r} stands for the software: name the person")
    first, second = sorted((one, other))
    return first, second


def _tell(store: Store, events: Sequence[LinkEvent], nodes: Collection[str], at: datetime) -> None:
    _must_be_there(nodes)
    names = pseudonyms()
    known = (one for one in around(store, nodes) if one.op is not Op.ERASE)  # which names nobody that could follow
    near = {node for one in known for node in (one.one, one.other) if node}
    add_events(store, events)
    follow(store, {*nodes, *near}, {}, names, at)


def _must_be_there(nodes: Collection[str]) -> None:
    """Raise Gone for whom a receipt says to be erased, whatever a backup has brought back since."""
    erased = load_erased()
    if gone := sorted(node for node in nodes if erased and _is_of(node, erased)):
        raise Gone(f"{', '.join(gone)}: was erased, and stays so: `tingfeng privacy receipts` lists the receipts")


def _is_of(node: str, erased: Erased) -> bool:
    """Return whether a node of the graph is an erased customer or account."""
    if customer := customer_of(node):
        return erased.is_customer(customer)
    _, platform, account = node.split(":", 2)
    return erased.wrote(platform, account)


def _erased(node: str) -> str:
    return pseudonyms().of("erased", node)
