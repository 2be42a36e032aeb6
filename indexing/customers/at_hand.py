"""What linking has to look at: everything, or what came since the last time and all that this touches by key.

An account is touched by its own mentions, by what a changed customer states or stated, and by a changed link. Whose it
is depends on all claims on its id and its names, and on who else bears these names: those are looked up too, until
nothing more is found.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from indexing.customers.accounts import NAMED, PRIVATE, Account, Found, find_accounts, forms
from indexing.customers.claims import Claims, claims_on, read_claims
from indexing.customers.link_records import StoredLink, read_links
from indexing.customers.named import named_by
from indexing.elasticsearch.changes import Changes
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.people.pseudonyms import Pseudonyms

__all__ = ["AtHand", "everything", "what_came"]


@dataclass(frozen=True, slots=True)
class AtHand:
    """Accounts, all claims that bear on them, and all links that they have."""

    accounts: Sequence[Account]
    claims: Claims
    links: Mapping[str, StoredLink]


def everything(store: Store, pseudonyms: Pseudonyms) -> AtHand:
    """Return all accounts that are stated or linked, with all claims and links there are."""
    claims, links = read_claims(store), read_links(store)
    linked = _found(store, {one.link.account for one in links.values() if one.link.active}, pseudonyms)
    stated = {(one.platform, one.key): one for one in find_accounts(store, claims, pseudonyms)}
    return AtHand(list((linked | stated).values()), claims, links)


def what_came(store: Store, mentions: Changes, customers: Changes, links: Changes, pseudonyms: Pseudonyms) -> AtHand:
    """Return what the changes touch."""
    speaking = _touched(store, mentions, pseudonyms)
    held = read_links(store, links.query) if links else {}
    stated: set[str] = set()
    if customers:
        ids, stated = _changed(store, customers)
        held |= _links(store, "customer", ids)
    held |= _links(store, "account", speaking)
    claims = dict(claims_on(store, speaking | stated))
    asked, wanted = speaking | stated, {claim.pseudonym for claim in claims} | stated | _places(held)
    while True:
        found = _found(store, wanted, pseudonyms)
        held |= _links(store, "account", {account.key for account in found.values()})
        met = {name for account in found.values() for name in (account.key, *account.names)} | wanted | _places(held)
        claims |= claims_on(store, met - asked)
        asked |= met
        more = {claim.pseudonym for claim in claims} | _places(held)
        if more <= wanted:
            return AtHand(list(found.values()), claims, held)
        wanted |= more


def _touched(store: Store, mentions: Changes, pseudonyms: Pseudonyms) -> set[str]:
    """Return the pseudonyms of ids and names of those who have spoken."""
    found = Found()
    for named, condition in ((True, NAMED), (False, PRIVATE)) if mentions else ():
        for platform, id, handle in forms(store, condition, mentions.query):
            found.add(pseudonyms, platform, id, handle, named=named)
    return {name for account in found.values() for name in (account.key, *account.names)}


def _changed(store: Store, customers: Changes) -> tuple[set[str], set[str]]:
    """Return the ids of customers of whom a list says something new, and the pseudonyms that it states of them."""
    query = {"query": customers.query, "_source": ["handles.pseudonym"]}
    ids, stated = set(), set()
    for hit in scan(store.client, index=store.alias("customers"), query=query):
        ids.add(hit["_id"])
        stated |= {handle["pseudonym"] for handle in hit["_source"].get("handles", ())}
    return ids, stated


def _found(store: Store, wanted: Collection[str], pseudonyms: Pseudonyms) -> Found:
    """Return the accounts that one of these pseudonyms, of an id or a name, stands for, in all their forms."""
    private: set[str] = set()
    for some in in_parts(wanted):
        either = [{"terms": {"author.id": some}}, {"terms": {"author.handle": some}}]
        private |= {id for _, id, _ in forms(store, PRIVATE, {"bool": {"should": either, "minimum_should_match": 1}})}
    public = set(named_by(store, wanted, pseudonyms))
    found = Found()
    for ids, condition, named in ((private, PRIVATE, False), (public, NAMED, True)):
        for some in in_parts(ids):
            for platform, id, handle in forms(store, condition, {"terms": {"author.id": some}}):
                found.add(pseudonyms, platform, id, handle, named=named)
    return found


def _links(store: Store, field: str, values: Collection[str]) -> dict[str, StoredLink]:
    found: dict[str, StoredLink] = {}
    for some in in_parts(values):
        found |= read_links(store, {"terms": {field: some}})
    return found


def _places(links: Mapping[str, StoredLink]) -> set[str]:
    said = {one.link.evidence.handle for one in links.values() if one.link.evidence}
    return said | {one.link.account for one in links.values()}
