"""Who, and what of whom, a source no longer holds, once all of it was read and every row could be used."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import partial

from indexing.customers.customer import Customer, Handle, from_document
from indexing.customers.sources import SourceError
from indexing.customers.stated import without
from indexing.customers.sync.apply import Target, opened_or_none
from indexing.customers.sync.mapping import Mapper
from indexing.customers.writing import Change, update_customers
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.scan import scan
from indexing.people.personal import Personal

__all__ = ["Absent", "absent", "remove"]

Absent = dict[str, Change]
"""By customer, what becomes of them."""
_AT_ONCE = 500
_FEWEST = 20


def absent(target: Target, mapper: Mapper, seen: Collection[str], *, accepted: bool) -> Absent:
    """Return who is gone; SourceError where so many are that the source is likely to have given half of them."""
    source, had, gone = target.source, 0, Absent()
    for known in _known(target):
        if source.rows == "customer":
            had += 1
            if known.id not in seen:
                gone[known.id] = partial(_leaves, source.id, target)
        else:
            lost = [key for key in _keys(target, mapper, known) if key not in seen]
            had += 1
            if lost:
                gone[known.id] = partial(_loses, target, mapper, seen)
    if had >= _FEWEST and len(gone) > source.most_gone * had and not accepted:
        raise SourceError(
            f"{source.id}: {len(gone):,} of {had:,} customers are gone from it or have lost contacts, more than"
            f" most_gone: {source.most_gone:g} allows, as if it were half a list; nothing was changed. If they are"
            f" really gone: tingfeng customers sync {source.id} --accept-gone"
        )
    return gone


def remove(target: Target, gone: Absent) -> int:
    """Bring those who are gone up to it; return how many changed."""
    ids, changed = list(gone), 0
    for start in range(0, len(ids), _AT_ONCE):
        changed += len(update_customers(target.store, {id: gone[id] for id in ids[start : start + _AT_ONCE]}))
    return changed


def _known(target: Target) -> Iterator[Customer]:
    """Yield the customers of whom the source says something."""
    target.store.refresh("customers")
    query = {"query": {"term": {"stated.source": target.source.id}}}
    with store_errors():
        for hit in scan(target.store.client, index=target.store.alias("customers"), query=query, size=1_000):
            known = from_document(hit["_id"], hit["_source"])
            if any(one.source == target.source.id and one.active for one in known.stated):
                yield known


def _leaves(source: str, target: Target, known: Customer | None) -> Customer | None:
    return without(known, source, target.now) if known else None


def _loses(target: Target, mapper: Mapper, seen: Collection[str], known: Customer | None) -> Customer | None:
    """Return the customer without the contacts that no row states any more."""
    if known is None:
        return None
    name = target.source.id

    def stays(one: Personal | Handle) -> bool:
        return one.source != name or _key(target, mapper, known.id, one) in seen

    personal = tuple(one for one in known.personal if stays(one))
    handles = tuple(one for one in known.handles if stays(one))
    if name not in {one.source for one in personal} | {one.source for one in handles}:
        return without(known, name, target.now)
    return replace(known, personal=personal, handles=handles, imported_at=target.now)


def _keys(target: Target, mapper: Mapper, known: Customer) -> Iterator[str]:
    stated: list[Personal | Handle] = [*known.personal, *known.handles]
    for one in stated:
        if one.source == target.source.id:
            yield _key(target, mapper, known.id, one)


def _key(target: Target, mapper: Mapper, customer: str, one: Personal | Handle) -> str:
    if isinstance(one, Handle):
        return mapper.contact_key(customer, one.platform, one.pseudonym)
    return mapper.contact_key(customer, one.kind, one.token or opened_or_none(customer, one, target.keys) or "")
