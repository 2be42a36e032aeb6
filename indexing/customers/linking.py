"""Accounts linked to customers by what the shop's lists state, and the mentions of those accounts brought up to it.

The links are the truth; the mentions follow them. Either half can be killed and run again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from indexing.customers import link_records
from indexing.customers.accounts import Account
from indexing.customers.at_hand import everything, what_came
from indexing.customers.claims import Claim, Claims
from indexing.customers.customer_link import CONTESTED, IMPORT, CustomerLink, link_id
from indexing.customers.link_records import StoredLink
from indexing.customers.marking import Describe, by_link, mark
from indexing.customers.named import keep_named
from indexing.customers.resolve import Contested, Wanted, resolve
from indexing.elasticsearch.changes import Changes, changes
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store
from indexing.people.pseudonyms import pseudonyms

__all__ = ["NOTHING_NEW", "READER", "LinkReport", "Stated", "link", "link_new", "revoke", "state"]

READER = "links"
"""As whom it reads the changes of an index."""
_SHOWN = 20
_OF_OTHERS = "stated of others too"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkReport:
    """What linking did: links made, revoked and held on to, and mentions that gained or lost their customer."""

    made: int
    revoked: int
    holding: int
    linked: int
    unlinked: int
    conflicts: tuple[str, ...]
    """Stated accounts that could be more than one customer's, or more than one account; none of them is linked."""

    def books(self) -> dict[str, str]:
        """Return the counts and the first conflicts for people."""
        counts = {
            "links made": self.made,
            "links revoked": self.revoked,
            "links that hold": self.holding,
            "mentions linked": self.linked,
            "mentions unlinked": self.unlinked,
            "conflicts, not linked": len(self.conflicts),
        }
        shown = {f"conflict {number}": text for number, text in enumerate(self.conflicts[:_SHOWN], start=1)}
        return {name: f"{count:,}" for name, count in counts.items()} | shown


NOTHING_NEW = LinkReport(made=0, revoked=0, holding=0, linked=0, unlinked=0, conflicts=())


@dataclass(frozen=True, slots=True)
class Stated:
    """The links as the lists state them, written; their mentions do not say so yet."""

    store: Store
    report: LinkReport = NOTHING_NEW
    links: Sequence[CustomerLink] = ()
    accounts: Sequence[Account] = ()
    seen: Sequence[Changes] = ()
    known: frozenset[str] = frozenset()
    """The ids of those links, and of others at hand, that were there before."""

    def mark(self, newer: Mapping[str, CustomerLink] | None = None, describe: Describe = by_link) -> LinkReport:
        """Bring the mentions up to the links, and note that all is done.

        `newer` is what has become of links since, by id; one that was made or taken back is left to whoever did that.
        """
        if not self.seen:
            return self.report
        now = [(one, (newer or {}).get(one.id, one)) for one in self.links]
        links = [after for before, after in now if before.active == after.active]
        linked, unlinked = mark(self.store, links, self.accounts, describe)
        for one in self.seen:
            one.done()
        return replace(self.report, linked=linked, unlinked=unlinked)


def link(store: Store, *, now: datetime | None = None) -> LinkReport:
    """Link every account among the mentions that exactly one customer states, and revoke what is stated no more.

    An id decides before a name. What a person has revoked stays revoked.
    """
    with store_errors():
        return state(store, now or datetime.now(UTC), whole=True).mark()


def link_new(store: Store, *, now: datetime | None = None) -> LinkReport:
    """Do the same for what came since the last time: mentions, changed customers, changed links, and what they touch.

    The report tells of these alone. An index that was made anew is looked at as a whole.
    """
    with store_errors():
        return state(store, now or datetime.now(UTC), whole=False).mark()


def state(store: Store, now: datetime, *, whole: bool) -> Stated:
    """Write the links that the lists state, of all or of what came; nothing is done until their mentions are marked."""
    seen = mentions, customers, links = [changes(store, READER, kind) for kind in (MONTHLY, "customers", "links")]
    names = pseudonyms()
    if mentions:
        keep_named(store, mentions.query, names)
    if not whole and not any(seen):
        return Stated(store)
    whole = whole or mentions.first
    hand = everything(store, names) if whole else what_came(store, mentions, customers, links, names)
    wanted, contested, conflicts = resolve(hand.claims, hand.accounts)
    changed = [*_made(wanted, hand.links, now), *_ended(hand.claims, wanted, hand.accounts, hand.links, now)]
    link_records.write_links(store, [*changed, *_waiting(contested, hand.links, now)], hand.links)
    ids = sorted({*hand.links, *(one.id for one in changed)})
    after = [found.link for found in link_records.read_links(store, None if whole else _of(ids)).values()]
    report = replace(
        NOTHING_NEW,
        made=sum(one.active and one.linked_at == now for one in changed),
        revoked=sum(not one.active for one in changed),
        holding=sum(one.active for one in after),
        conflicts=tuple(conflicts),
    )
    return Stated(store, report, after, hand.accounts, seen, frozenset(hand.links))


def _of(ids: Sequence[str]) -> Mapping[str, Any]:
    return {"ids": {"values": list(ids)}}


def revoke(store: Store, id: str, *, by: str, reason: str = "", now: datetime | None = None) -> int:
    """Take a link back for good, on a person's word; return how many mentions lost their customer by it.

    The link stays on record, and no import brings it back. UnknownLink when there is none of this id.
    """
    now = now or datetime.now(UTC)
    if by == IMPORT:
        raise ValueError(f"by: {IMPORT!r} stands for the list: name the person")
    found = link_records.get_link(store, id)
    while found.link.active or found.link.revoked_by == IMPORT:
        gone = replace(found.link, active=False, revoked_at=now, revoked_by=by, revoked_for=reason or None)
        link_records.write_links(store, [gone], {id: found})
        found = link_records.get_link(store, id)
    store.refresh("mentions")
    return mark(store, [found.link], [])[1]


def _made(wanted: Wanted, stored: Mapping[str, StoredLink], now: datetime) -> Iterator[CustomerLink]:
    """Yield the links that are new, stated again, or stated elsewhere in the list."""
    for (platform, key), (customer, evidence) in wanted.items():
        id = link_id(customer, platform, key)
        old = stored[id].link if id in stored else None
        if old is None or (not old.active and old.revoked_by == IMPORT):
            yield CustomerLink(
                id=id, customer=customer, platform=platform, account=key, evidence=evidence, linked_at=now
            )
        elif old.active and old.evidence != evidence:
            yield replace(old, evidence=evidence, type="stated_handle", weight=1.0, linked_by=IMPORT)


def _waiting(contested: Contested, stored: Mapping[str, StoredLink], now: datetime) -> Iterator[CustomerLink]:
    """Yield what leads to the contested accounts from whoever states them: once given up, no list says so any more."""
    for (platform, key), stated in contested.items():
        for customer, evidence in stated.items():
            if (id := link_id(customer, platform, key)) not in stored:
                yield CustomerLink(
                    id=id, customer=customer, platform=platform, account=key, type=CONTESTED, evidence=evidence,
                    linked_at=now, active=False, revoked_at=now, revoked_by=IMPORT, revoked_for=_OF_OTHERS,
                )  # fmt: skip


def _ended(
    claims: Claims, wanted: Wanted, accounts: Sequence[Account], stored: Mapping[str, StoredLink], now: datetime
) -> Iterator[CustomerLink]:
    """Yield the links, revoked, whose account is no longer stated to be that one customer's."""
    found = {(account.platform, account.key) for account in accounts}
    for link in (one.link for one in stored.values()):
        if not link.active or link.linked_by != IMPORT or link.evidence is None:
            continue
        place = (link.platform, link.account)
        stated = claims.get(Claim(link.platform, link.evidence.kind, link.evidence.handle), {})
        if place in found:
            holds = place in wanted and wanted[place][0] == link.customer
        else:  # none of its mentions is in the index now, so that nothing speaks against the list
            holds = list(stated) == [link.customer]
        if not holds:
            why = _OF_OTHERS if link.customer in stated else "no longer stated in the list"
            yield replace(link, active=False, revoked_at=now, revoked_by=IMPORT, revoked_for=why)
