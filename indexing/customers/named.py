"""The accounts that appear by name, found by the pseudonyms that a shop's list keeps of them.

A mention of such an account holds no pseudonym, so that an index of digests leads from these to the account: keyed once
more, or it would tell which of the private accounts of earlier days a public one was.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any

from indexing.customers.accounts import NAMED, Account, Found, forms
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.people.pseudonyms import Pseudonyms

__all__ = ["keep_named", "named_by"]

_AT_ONCE = 1_000


def keep_named(store: Store, among: Mapping[str, Any], pseudonyms: Pseudonyms) -> None:
    """Let the named authors of the mentions `among` (a condition) be found by the names that they had and have."""
    waiting = forms(store, NAMED, among)
    while some := list(islice(waiting, _AT_ONCE)):
        found = Found()
        for platform, id, handle in some:
            found.add(pseudonyms, platform, id, handle, named=True)
        _write(store, {_id(one): _document(one, pseudonyms) for one in found.values()})
    store.refresh("named")


def named_by(store: Store, values: Collection[str], pseudonyms: Pseudonyms) -> Iterator[str]:
    """Yield the ids (`author.id`) of named accounts that one of these pseudonyms, of an id or a name, stands for."""
    for some in in_parts({_sealed(value, pseudonyms) for value in values}):
        either = [{"terms": {"key": some}}, {"terms": {"names": some}}]
        query = {"query": {"bool": {"should": either, "minimum_should_match": 1}}, "_source": ["account"]}
        for hit in scan(store.client, index=store.alias("named"), query=query):
            yield hit["_source"]["account"]


def _write(store: Store, new: Mapping[str, dict[str, Any]]) -> None:
    index = store.alias("named")
    known = with_retries(lambda: store.client.mget(index=index, ids=list(new)))["docs"]
    old = {doc["_id"]: doc["_source"] for doc in known if doc.get("found")}
    actions = []
    for id, document in new.items():
        names = sorted({*document["names"], *old.get(id, {}).get("names", ())})
        if old.get(id) != (whole := {**document, "names": names}):
            actions.append(Action(operation="index", index=index, id=id, source=whole))
    for action, answer in zip(actions, send(store.client, actions), strict=True):
        if not answer.done:
            raise StoreError(f"{index}/{action.id} is refused ({answer.reason}): run `tingfeng rebuild`")


def _id(account: Account) -> str:
    return hashlib.sha256(f"{account.platform}:{min(account.ids)}".encode()).hexdigest()[:32]


def _document(account: Account, pseudonyms: Pseudonyms) -> dict[str, Any]:
    return {
        "platform": account.platform,
        "account": min(account.ids),
        "key": _sealed(account.key, pseudonyms),
        "names": [_sealed(name, pseudonyms) for name in sorted(account.names)],
    }


def _sealed(value: str, pseudonyms: Pseudonyms) -> str:
    return pseudonyms.of("named", value)
