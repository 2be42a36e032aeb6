"""A person, or an account that wants nothing kept, taken out of every place, with a receipt; a killed one is finished.

1. sealed, who it is about        a kill from now on can be finished
2. objections                     no crawl brings their posts back
3. their posts are looked up      so that all by which they are known is known
4. each place is searched, cleaned, and searched again
5. the receipt                    or an error that names where they are still found
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from config.errors import UserError
from config.pseudonym import pseudonym_key
from config.seal import keyring
from crawlers.storage import objections
from indexing.customers.customer import Customer, from_document
from indexing.customers.customer_link import CustomerLink
from indexing.customers.link_records import read_links
from indexing.customers.record import Record
from indexing.customers.records import read_records
from indexing.elasticsearch.client_options import with_options
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.lease import lease
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.identity.event import customer as node_of
from indexing.identity.event import customer_of
from indexing.identity.following import people_of
from indexing.identity.linking import READER as LINKING
from indexing.people.erased import Receipt, begins_of, customer_word, digest_of, name_word
from indexing.people.personal import PersonalKind, opened
from indexing.people.pseudonyms import pseudonyms
from indexing.privacy.places import places
from indexing.privacy.places.windows import find_posts
from indexing.privacy.receipt import UnderWay, begin, finish, last, new_id, under_way
from indexing.privacy.sought import Sought

__all__ = ["NobodyFound", "StillThere", "erase", "finish_all", "object_to", "same_person"]

Progress = Callable[[str, int, int], None]
_SHOWN = 5
_USUAL = (PersonalKind.NAME, PersonalKind.GENDER, PersonalKind.BIRTHDAY, PersonalKind.REMARK)
"""Personal values that many share: they lie sealed in the customer's own document, and go with it."""
_DOOR = re.compile("[0-9０-９一二三四五六七八九十]")
"""An address without a number, such as 上海市浦东新区, is where millions live, and the region of their posts."""


class NobodyFound(UserError):
    """There is nobody of this id; nothing was done."""


class StillThere(UserError):
    """The person is still found somewhere; the message names where. Run the same again, or look at what it names."""


def erase(
    store: Store,
    customer: str,
    *,
    by: str,
    reason: str,
    whole_person: bool = False,
    progress: Progress | None = None,
) -> Receipt:
    """Erase a customer with all accounts that are linked to them, everywhere; NobodyFound where there is none.

    `whole_person` takes all customers who are held to be the same person with them, in one erasure and on one receipt.
    """
    erasure = _about(store, customer, by=by, reason=reason)
    for other in same_person(store, customer) if whole_person else ():
        erasure = _both(erasure, _about(store, other, by=by, reason=reason))
    begin(erasure)
    return _do(store, erasure, progress)


def same_person(store: Store, customer: str) -> tuple[str, ...]:
    """Return the other customers whom the links that stand hold to be the same person, by their ids.

    NobodyFound where there is no such customer.
    """
    _kept_of(store, customer)
    node = node_of(customer)
    person = people_of(store, pseudonyms(), {node}).person
    same = (id for one, of in person.items() if of == person.get(node) and (id := customer_of(one)))
    return tuple(sorted({*same} - {customer}))


def object_to(store: Store, platform: str, account: str, *, by: str, reason: str) -> Receipt:
    """Note a public author's no, by the id that the platform gives the account, and erase what is kept of it."""
    key = pseudonyms().of(platform, account)
    erasure = UnderWay(
        id=new_id(), asked_at=datetime.now(UTC), by=by, reason=reason, customers=(), accounts=((platform, key),),
        plain=(account,),
    )  # fmt: skip
    begin(erasure)
    return _do(store, erasure, None)


def finish_all(store: Store, progress: Progress | None = None) -> list[Receipt]:
    """Finish what was begun and killed."""
    return [_do(store, erasure, progress) for erasure in under_way()]


def _do(store: Store, erasure: UnderWay, progress: Progress | None) -> Receipt:
    tell = progress or (lambda step, done, of: None)
    for _, account in erasure.accounts:
        objections.add(account)
    sought = Sought(
        customers=frozenset(erasure.customers),
        accounts=frozenset(erasure.accounts),
        tokens=frozenset(erasure.tokens),
        plain=set(erasure.plain),
        names=set(erasure.names),
        posts=set(erasure.posts),
        receipt=erasure.id,
    )
    find_posts(sought)
    begin(replace(  # what a killed one has erased already names nobody any more
        erasure, plain=tuple(sought.plain), names=tuple(sought.names), posts=tuple(sought.posts)
    ))  # fmt: skip
    every = places()
    with store_errors(), lease(store.client, store.state, "erasure", LINKING):  # who reads them now would write anew
        before = {place.name: sum(1 for _ in place.look(store, sought)) for place in every}
        for number, place in enumerate(every, start=1):
            tell(place.name, number - 1, len(every))
            place.erase(store, sought)
            tell(place.name, number, len(every))
        left = {place.name: list(place.look(store, sought)) for place in every}
    if any(left.values()):
        told = [f"{name}: {where}" for name, found in left.items() for where in found[:_SHOWN]]
        raise StillThere(
            "still found, so that there is no receipt yet; `tingfeng privacy finish` tries again:\n" + "\n".join(told)
        )
    receipt = _receipt(erasure, sought, before)
    finish(receipt)
    return receipt


def _receipt(erasure: UnderWay, sought: Sought, before: dict[str, int]) -> Receipt:
    key, words = pseudonym_key(), sought.words()
    whose = {*map(customer_word, sought.customers), *map(name_word, sought.names)}
    return Receipt(
        id=erasure.id,
        asked_at=erasure.asked_at,
        done_at=datetime.now(UTC),
        by=erasure.by,
        reason=erasure.reason,
        before=before,
        after=dict.fromkeys(before, 0),
        words=tuple(sorted(digest_of(key, word) for word in {*words, *whose})),
        begins=begins_of(key, words),
        previous=last(),
    )


def _both(one: UnderWay, other: UnderWay) -> UnderWay:
    """Return the erasure of two customers as one."""
    return replace(
        one,
        customers=(*one.customers, *other.customers),
        accounts=tuple(sorted({*one.accounts, *other.accounts})),
        plain=tuple(sorted({*one.plain, *other.plain})),
        tokens=tuple(sorted({*one.tokens, *other.tokens})),
    )


def _about(store: Store, customer: str, *, by: str, reason: str) -> UnderWay:
    """Gather all by which a customer is known, while it is there to be read."""
    found, links, records = _kept_of(store, customer)
    keys = keyring()
    opening = (
        ((value.kind, opened(customer, value, keys)) for value in found.personal if value.kind not in _USUAL)
        if found
        else ()
    )
    values = [value for kind, value in opening if kind != PersonalKind.ADDRESS or _DOOR.search(value)]
    tokens = {value.token for value in found.personal if value.token} if found else set()
    numbers = {number for one in records if (number := getattr(one, "number", None))}
    handles = {handle.pseudonym for handle in found.handles} if found else set()
    return UnderWay(
        id=new_id(),
        asked_at=datetime.now(UTC),
        by=by,
        reason=reason,
        customers=(customer,),
        accounts=tuple(sorted({(link.platform, link.account) for link in links if link.active})),
        plain=tuple(sorted(values)),
        tokens=tuple(sorted(tokens | numbers | handles | {one.id for one in records})),
    )


def _kept_of(store: Store, customer: str) -> tuple[Customer | None, list[CustomerLink], list[Record]]:
    """Return what there is of a customer, with their links and records; NobodyFound where there is nothing."""
    index = store.alias("customers")
    got = with_retries(lambda: with_options(store.client, ignore_status=404).get(index=index, id=customer))
    links = [one.link for one in read_links(store, {"term": {"customer": customer}}).values()]
    records = list(read_records(store, {"term": {"customer": customer}}))
    if not got.get("found") and not links and not records:
        raise NobodyFound(
            f"customer {customer}: there is none: look for the id in {index}; an account has `privacy no`"
        )
    return (from_document(customer, got["_source"]) if got.get("found") else None), links, records
