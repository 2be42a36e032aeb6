"""The accounts among the mentions' authors that somebody has stated to be a customer's."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from indexing.customers.claims import Claim
from indexing.customers.customer import HandleKind
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.privacy import Pseudonyms

__all__ = ["Account", "find_accounts"]

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


def find_accounts(store: Store, claims: Collection[Claim], pseudonyms: Pseudonyms) -> list[Account]:
    """Return every account of the mentions that a claim names, by its id or by any of its names."""
    found: dict[tuple[str, str], Account] = {}
    for platform in sorted({claim.platform for claim in claims}):
        of_platform = [claim for claim in claims if claim.platform == platform]
        wanted = {(claim.kind, claim.pseudonym) for claim in of_platform}
        for id, handle, named in _authors(store, platform, of_platform):
            key = pseudonyms.of(platform, id) if named else id
            name = pseudonyms.of(platform, handle) if named and handle else handle
            if (HandleKind.ID, key) in wanted or (HandleKind.NAME, name) in wanted:
                account = found.setdefault((platform, key), Account(platform, key))
                account.ids.add(id)
                if name:
                    account.names.add(name)
    return list(found.values())


def _authors(store: Store, platform: str, claims: Sequence[Claim]) -> Iterator[tuple[str, str | None, bool]]:
    """Yield id, handle and whether it appears by name, of every named author and every other that a claim names."""
    of_platform = {"term": {"platform": platform}}
    for id, handle in _pairs(store, [of_platform, {"term": {"author.named": True}}]):
        yield id, handle, True
    for start in range(0, len(claims), _CLAIMS_AT_ONCE):
        stated: defaultdict[HandleKind, list[str]] = defaultdict(list)
        for claim in claims[start : start + _CLAIMS_AT_ONCE]:
            stated[claim.kind].append(claim.pseudonym)
        either = [
            {"terms": {"author.id": stated[HandleKind.ID]}},
            {"terms": {"author.handle": stated[HandleKind.NAME]}},
        ]
        one_of_them = {
            "bool": {"should": either, "minimum_should_match": 1, "must_not": {"term": {"author.named": True}}}
        }
        for id, handle in _pairs(store, [of_platform, one_of_them]):
            yield id, handle, False


def _pairs(store: Store, filters: list[Mapping[str, Any]]) -> Iterator[tuple[str, str | None]]:
    sources = [
        {"id": {"terms": {"field": "author.id"}}},
        {"handle": {"terms": {"field": "author.handle", "missing_bucket": True}}},
    ]
    after: Mapping[str, Any] | None = None
    while True:
        composite = {"size": _PAGE, "sources": sources, **({"after": after} if after else {})}
        aggs = {"pairs": {"composite": composite}}
        answer = with_retries(
            lambda aggs=aggs: store.client.search(  # type: ignore[misc]
                index=store.alias("mentions"), size=0, query={"bool": {"filter": filters}}, aggs=aggs
            )
        )
        pairs = answer["aggregations"]["pairs"]
        for bucket in pairs["buckets"]:
            yield bucket["key"]["id"], bucket["key"]["handle"]
        after = pairs.get("after_key")
        if after is None:
            return
