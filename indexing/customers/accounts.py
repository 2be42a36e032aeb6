"""The accounts among the mentions' authors that somebody has stated to be a customer's."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from indexing.customers.claims import Claim
from indexing.customers.customer import HandleKind
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.people.pseudonyms import Pseudonyms

__all__ = ["NAMED", "PRIVATE", "Account", "Found", "find_accounts", "forms"]

NAMED: Mapping[str, Any] = {"term": {"author.named": True}}
"""The condition for mentions whose author appears by name."""
PRIVATE: Mapping[str, Any] = {"bool": {"must_not": [NAMED]}}

_CLAIMS_AT_ONCE = 5_000
_PAGE = 10_000


@dataclass(slots=True)
class Account:
    """One account: `key` is its id's pseudonym, `ids` what `author.id` says of it, `names` its names' pseudonyms.

    The two differ for an account that appears by name; one that has become public since appears in both forms.
    """

    platform: str
    key: str
    ids: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


class Found(dict[tuple[str, str], Account]):
    """Accounts by platform and key, put together of the forms in which they appear."""

    def add(self, names: Pseudonyms, platform: str, id: str, handle: str | None, *, named: bool) -> Account:
        """Take note of one form: `named` says whether id and handle are the account's own, or pseudonyms."""
        key = names.of(platform, id) if named else id
        name = names.of(platform, handle) if named and handle else handle
        account = self.setdefault((platform, key), Account(platform, key))
        account.ids.add(id)
        if name:
            account.names.add(name)
        return account


def find_accounts(store: Store, claims: Collection[Claim], pseudonyms: Pseudonyms) -> list[Account]:
    """Return every account of the mentions that a claim names, by its id or by any of its names."""
    found, wanted = Found(), {(claim.platform, claim.kind, claim.pseudonym) for claim in claims}
    for id, handle, platform, named in _authors(store, claims):
        form = Found().add(pseudonyms, platform, id, handle, named=named)
        keys = {(platform, HandleKind.ID, form.key), *((platform, HandleKind.NAME, name) for name in form.names)}
        if keys & wanted:
            found.add(pseudonyms, platform, id, handle, named=named)
    return list(found.values())


def _authors(store: Store, claims: Collection[Claim]) -> Iterator[tuple[str, str | None, str, bool]]:
    """Yield id, handle, platform and whether it appears by name, of all named authors and others that a claim names."""
    for platform, id, handle in forms(store, NAMED):
        yield id, handle, platform, True
    waiting = iter(claims)
    while some := list(islice(waiting, _CLAIMS_AT_ONCE)):
        stated = [claim.pseudonym for claim in some]
        either = [{"terms": {"author.id": stated}}, {"terms": {"author.handle": stated}}]
        for platform, id, handle in forms(store, PRIVATE, {"bool": {"should": either, "minimum_should_match": 1}}):
            yield id, handle, platform, False


def forms(store: Store, *filters: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """Yield platform, id and handle of the authors as the mentions that meet the conditions have them, each once."""
    sources = [
        {"platform": {"terms": {"field": "platform"}}},
        {"id": {"terms": {"field": "author.id"}}},
        {"handle": {"terms": {"field": "author.handle", "missing_bucket": True}}},
    ]
    after: Mapping[str, Any] | None = None
    while True:
        composite = {"size": _PAGE, "sources": sources, **({"after": after} if after else {})}
        aggs = {"forms": {"composite": composite}}
        answer = with_retries(
            lambda aggs=aggs: store.client.search(  # type: ignore[misc]
                index=store.alias("mentions"), size=0, query={"bool": {"filter": list(filters)}}, aggs=aggs
            )
        )
        found = answer["aggregations"]["forms"]
        for bucket in found["buckets"]:
            yield bucket["key"]["platform"], bucket["key"]["id"], bucket["key"]["handle"]
        after = found.get("after_key")
        if after is None:
            return
