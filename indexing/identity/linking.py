"""Every turn's linking: what the lists state, then all other evidence, then the links and mentions that follow from it.

Events are the truth; links and mentions follow them. Each step bears repetition, so that a kill at any of them is made
good by the next run. What is looked at is what came since the last time, and what that touches by shared evidence.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from indexing import customers
from indexing.customers.customer_link import CONTESTED, IMPORT, CustomerLink
from indexing.customers.link_records import read_links
from indexing.customers.linking import READER as STATED
from indexing.customers.linking import Stated, state
from indexing.elasticsearch.changes import Changes, changes, is_new
from indexing.elasticsearch.errors import Busy, store_errors
from indexing.elasticsearch.lease import lease
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.identity.event import SOFTWARE, LinkEvent, Op, account, customer, event
from indexing.identity.events import add_events, around, read_events
from indexing.identity.evidence import Edge, edges
from indexing.identity.facts import Facts, facts_of, tokens_said
from indexing.identity.following import Followed, bring
from indexing.identity.graph import fold
from indexing.identity.standing import described, refresh_standing
from indexing.people.edges import kinds
from indexing.people.pseudonyms import Pseudonyms, pseudonyms

__all__ = ["READER", "READERS", "IdentityReport", "link", "link_new"]

READER = "identity"
READERS = (STATED, READER)
"""As whom what came is read: for what lists state, and for all other evidence."""
_STATED_IN = (MONTHLY, "customers", "links")
_KINDS = (MONTHLY, "customers", "customer-records", "links")


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityReport:
    """What a linking did, by lists and by all other evidence."""

    stated: customers.LinkReport
    events: int
    followed: Followed

    @property
    def linked(self) -> int:
        """Mentions that gained a customer."""
        return self.stated.linked + self.followed.linked

    def books(self) -> dict[str, str]:
        """Return the counts for people."""
        found = self.followed
        more = {
            "link events": self.events,
            "links by other evidence": found.made,
            "of those taken back": found.revoked,
            "mentions linked by them": found.linked,
            "mentions unlinked by them": found.unlinked,
            "edges parked in conflicts": found.conflicts,
        }
        return self.stated.books() | {name: f"{count:,}" for name, count in more.items()}


def link(store: Store, *, now: datetime | None = None) -> IdentityReport:
    """Link everything anew: what the lists state and what all other evidence says.

    Raises Busy while another process links, or erases somebody.
    """
    now = now or datetime.now(UTC)
    with store_errors(), _alone(store):
        return _link(store, state(store, now, whole=True), now, whole=True)


def link_new(store: Store, *, now: datetime | None = None) -> IdentityReport:
    """Do the same for what came since the last time, and what that touches; while another is at it, the next run does.

    What is read before an erasure is never written behind it, for that holds the same lease.
    """
    now = now or datetime.now(UTC)
    with store_errors(), suppress(Busy):
        if is_new(store, {STATED: _STATED_IN, READER: _KINDS}):
            with _alone(store):
                return _link(store, state(store, now, whole=False), now, whole=False)
    return IdentityReport(stated=customers.NOTHING_NEW, events=0, followed=Followed())


def _alone(store: Store) -> AbstractContextManager[object]:
    return lease(store.client, store.state, "linking", READER)


def _link(store: Store, stated: Stated, now: datetime, *, whole: bool) -> IdentityReport:
    """Bring the links up to all evidence, and then the mentions, so that each is written once."""
    with store_errors():
        mentions, people, records, links = (changes(store, READER, kind) for kind in _KINDS)
        if not whole and not (mentions or people or records or links):
            return IdentityReport(stated=stated.mark(describe=partial(described, store)), events=0, followed=Followed())
        names = pseudonyms()
        whole = whole or mentions.first
        noted, touched = _note_stated(store, links, whole=whole)
        facts, nodes = (
            _touched(store, mentions, people, records, names) if not whole else (facts_of(store, names), None)
        )
        found = _events(store, facts, nodes, now)
        added = noted + add_events(store, found)
        about = None if whole else touched | {node for one in found for node in (one.one, one.other)} | (nodes or set())
        brought = bring(store, about, names, now)
        report = stated.mark({one.id: one for one in brought.changed}, partial(described, store))
        followed = brought.mark(store, facts.ids, names, now)
        changed = set(_ids(store, "customers", people)) if people and not whole else set[str]()
        new = {one.id for one in (*stated.links, *brought.changed) if one.linked_at == now} - stated.known
        refresh_standing(store, None if whole else brought.customers | changed, new=new)
        for done in (mentions, people, records, links):
            done.done()
        return IdentityReport(stated=report, events=added, followed=followed)


def _note_stated(store: Store, links: Changes, *, whole: bool) -> tuple[int, set[str]]:
    """Write as events what lists, and people on their links, have said since; return how many, and the nodes."""
    if not links and not whole:
        return 0, set()
    found, nodes = [], set()
    for stored in read_links(store, None if whole else links.query).values():
        one = stored.link
        nodes |= {customer(one.customer), account(one.platform, one.account)}
        found += list(_of_link(one))
    return add_events(store, found), nodes


def _of_link(one: CustomerLink) -> Iterator[LinkEvent]:
    pair = customer(one.customer), account(one.platform, one.account)
    if one.type == "stated_handle" and one.evidence:
        where = f"{one.evidence.file}:{one.evidence.line} {one.evidence.column}"
        yield event(Op.LINK, *pair, at=one.linked_at, by=one.linked_by, kind=one.type, says=(where,))
    never = one.type == CONTESTED and one.revoked_by == IMPORT
    if one.active or never or one.revoked_at is None or one.revoked_by in (None, SOFTWARE):
        return
    why = (one.revoked_for,) if one.revoked_for else ()
    yield event(Op.UNLINK, *pair, at=one.revoked_at, by=str(one.revoked_by), kind="stated_handle", says=why)
    if one.revoked_by != IMPORT:
        yield event(Op.APART, *pair, at=one.revoked_at, by=str(one.revoked_by), says=why)


def _touched(
    store: Store, mentions: Changes, people: Changes, records: Changes, names: Pseudonyms
) -> tuple[Facts, set[str]]:
    """Return all that bears on the accounts and customers of whom something is new, and who they are."""
    new = Facts()
    if mentions:
        tokens_said(store, mentions.query, names, new)
    nodes = set(new.tokens)
    nodes |= {customer(id) for id in _ids(store, "customers", people)} if people else set()
    nodes |= {customer(id) for id in _ids(store, "customer-records", records, "customer")} if records else set()
    of_customers = _tokens_of_customers(store, nodes)
    facts = facts_of(store, names, {*new.holders, *of_customers})
    facts.ids |= new.ids
    return facts, nodes


def _ids(store: Store, kind: str, changed: Changes, field: str | None = None) -> Iterator[str]:
    """Yield the customers of the documents that have changed; `field` names them, or else the document's id does."""
    query = {"query": changed.query, "_source": [field] if field else False}
    for hit in scan(store.client, index=store.alias(kind), query=query):
        yield hit["_source"][field] if field else hit["_id"]


def _tokens_of_customers(store: Store, nodes: Collection[str]) -> set[str]:
    from indexing.identity.facts import tokens_held

    return tokens_held(store, [node.partition(":")[2] for node in nodes if node.startswith("customer:")])


def _events(store: Store, facts: Facts, nodes: set[str] | None, now: datetime) -> list[LinkEvent]:
    """Return what joins and parts by evidence, against what stands; what somebody has parted is not joined again."""
    wanted = edges(facts.holders)
    about = None if nodes is None else nodes | {node for one in wanted for node in (one.one, one.other)}
    known = read_events(store) if about is None else around(store, about)
    belief = fold(known, key=_erased)
    ours = {Edge(*place) for place, one in belief.edges.items() if one.by == SOFTWARE and _read_from_posts(place[0])}
    gone = {one for one in ours - wanted if nodes is None or {one.one, one.other} & nodes}
    new = {one for one in wanted - ours if (one.one, one.other) not in belief.apart}
    new = {one for one in new if (one.kind, one.one, one.other) not in belief.edges and not _gone(known, one)}
    return [*_made(sorted(new), now), *_ended(sorted(gone), now)]


def _read_from_posts(name: str) -> bool:
    return bool(kinds()[name].reads or kinds()[name].customers) if name in kinds() else False


def _gone(known: Iterable[LinkEvent], one: Edge) -> bool:
    """Whether a node of the edge has been erased."""
    erased = {event.one for event in known if event.op is Op.ERASE}
    return bool({_erased(one.one), _erased(one.other)} & erased) if erased else False


def _erased(node: str) -> str:
    return pseudonyms().of("erased", node)


def _made(wanted: Iterable[Edge], now: datetime) -> Iterator[LinkEvent]:
    for one in wanted:
        kind = kinds()[one.kind]
        more = {"kind": one.kind, "probability": kind.probability, "says": (kind.words,)}
        yield event(Op.LINK, one.one, one.other, at=now, by=SOFTWARE, **more)


def _ended(gone: Iterable[Edge], now: datetime) -> Iterator[LinkEvent]:
    for one in gone:
        says = ("the evidence is no longer there, or more share it",)
        yield event(Op.UNLINK, one.one, one.other, at=now, by=SOFTWARE, kind=one.kind, says=says)
