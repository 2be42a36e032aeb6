"""What stands beside a customer on each of their mentions: segment, band of value, person."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from indexing.customers.customer_link import CustomerLink
from indexing.customers.link_records import read_links
from indexing.elasticsearch.ahead import ahead
from indexing.elasticsearch.changes import changes, pass_over
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.field import Writer
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.own_writes import own_writes
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.mentions.write import Outcome, Update, write
from indexing.profiles.measuring import foretold

__all__ = ["Standing", "described", "follow_profiles", "refresh_standing", "standing_of"]

_READER = "standing"
_SAYS_LITTLE = ("no_purchase", "unranked")
"""Groups of the profile beside which the shop's own segment says more."""
_WHO = ("id", "link", "weight", "confidence", "person")
_DEAF = ("stories", "cases", "profiles")
"""Those who read mentions, and to whom a customer's segment and band of value on them say nothing."""
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Standing:
    """A customer's segment and band of value, None where nobody says."""

    segment: str | None = None
    value: str | None = None


def standing_of(store: Store, ids: Collection[str]) -> dict[str, Standing]:
    """Return what is said of customers: by their profile where it ranks them, else by the shop's list.

    Of one whose profile is still to be made it is what that will say, or each of their mentions would be written anew.
    """
    found: dict[str, Standing] = {}
    for some in in_parts(ids):
        listed, told = (_said(store, kind, some) for kind in ("customers", "profiles"))
        if new := listed.keys() - told.keys():
            told |= foretold(store, new)
        for id in listed.keys() | told.keys():
            by_list, by_profile = listed.get(id, {}).get("segment"), told.get(id, {})
            found[id] = Standing(_segment(by_profile.get("segment"), by_list), by_profile.get("value_band"))
    return found


def _said(store: Store, kind: str, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    fields = ["segment", "value_band"]
    docs = with_retries(lambda: store.client.mget(index=store.alias(kind), ids=ids, source_includes=fields))["docs"]
    return {doc["_id"]: doc["_source"] for doc in docs if doc.get("found")}


def _segment(told: str | None, listed: str | None) -> str | None:
    return listed if told is None or (listed and told in _SAYS_LITTLE) else told


def refresh_standing(store: Store, ids: Collection[str] | None = None, *, new: Collection[str] = ()) -> int:
    """Bring the mentions of these customers, or of all who are linked, up to what is said of them; return how many.

    Who has only `new` links (ids) is left out: their mentions have just been linked with all of it.
    """
    with store_errors():
        return _refresh(store, _linked(store) if ids is None else ids, new)[0]


def _refresh(store: Store, wanted: Collection[str], new: Collection[str] = ()) -> tuple[int, bool]:
    """Bring mentions up to these customers; return how many changed, and whether one is now another's, or surer."""
    moved = False
    with store_errors():
        links = {one.link.id: one.link for some in in_parts(wanted) for one in read_links(store, _of(some)).values()}
        held = {one.customer for one in links.values() if one.active}
        held &= {one.customer for one in links.values() if one.id not in new}
        said = standing_of(store, held)
        done = 0
        for some in in_parts(held):
            for part in ahead(_mentions(store, some)):
                updates = {hit["_id"]: one for hit in part if (one := _update(store, hit, links, said))}
                moved = moved or any(_whose(hit, updates.get(hit["_id"])) for hit in part)
                done += sum(result.outcome is Outcome.INDEXED for result in write(store, updates.values()))
        return done, moved


def _whose(hit: Mapping[str, Any], update: Update | None) -> bool:
    """Whether an update says anew whose the mention is, and not only what is said of them."""
    before = hit["_source"]["customer"]
    after = update.parts[Writer.LINK]["customer"] if update else before
    return any(before.get(name) != after.get(name) for name in _WHO)


def follow_profiles(store: Store) -> int:
    """Bring mentions up to the profiles that were written since the last time; return how many mentions changed.

    Where whose they are stays as it was, `_DEAF` readers need not read them again for it.
    """
    with store_errors():
        new = changes(store, _READER, "profiles")
        if not new:
            return 0
        query = {"query": new.query, "_source": False}
        ids = {hit["_id"] for hit in scan(store.client, index=store.alias("profiles"), query=query)}
        with own_writes() as own:
            done, moved = _refresh(store, ids)
        for reader in () if moved else _DEAF:
            pass_over(store, reader, MONTHLY, own)
        new.done()
        return done


def described(store: Store, links: Collection[CustomerLink]) -> dict[str, Mapping[str, Any]]:
    """Return what stands as `customer` on mentions, by the ids of their links."""
    said = standing_of(store, {one.customer for one in links})
    return {one.id: beside(one, said.get(one.customer, Standing())) for one in links}


def beside(link: CustomerLink, standing: Standing) -> dict[str, Any]:
    """Return a mention's `customer` by its link."""
    whole = {
        "id": link.customer, "link": link.id, "weight": link.weight, "confidence": link.weight, "person": link.person,
        "segment": standing.segment, "value": standing.value,
    }  # fmt: skip
    return {name: value for name, value in whole.items() if value is not None}


def _update(
    store: Store, hit: Mapping[str, Any], links: Mapping[str, Any], said: Mapping[str, Standing]
) -> Update | None:
    source = hit["_source"]
    link = links.get(source["customer"].get("link"))
    if link is None or not link.active:
        return None
    customer = beside(link, said.get(link.customer, Standing()))
    if customer == source["customer"]:
        return None
    version = source.get("writers", {}).get("link", 0) + 1
    return Update(
        id=hit["_id"],
        parts={Writer.LINK: {"customer": customer, "writers": {"link": version}}},
        month=store.month_of(hit["_index"]),
        ingested=source["event"]["ingested"],
    )


def _of(ids: Collection[str]) -> dict[str, Any]:
    return {"terms": {"customer": list(ids)}}


def _linked(store: Store) -> set[str]:
    return {one.link.customer for one in read_links(store, {"term": {"active": True}}).values()}


def _mentions(store: Store, ids: Collection[str]) -> Iterator[list[Mapping[str, Any]]]:
    """Yield the customers' mentions, some at a time."""
    store.refresh("mentions")
    fields = ["customer", "event.ingested", "writers.link"]
    query = {"query": {"terms": {"customer.id": list(ids)}}, "_source": fields}
    hits = scan(store.client, index=store.alias("mentions"), query=query)
    while part := list[Mapping[str, Any]](islice(hits, _AT_ONCE)):
        yield part
