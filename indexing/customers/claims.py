"""Which accounts the shop's lists state, and which of those stated are contested."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from indexing.customers.customer import HandleKind, from_document
from indexing.customers.customer_link import StatedHandle
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store

__all__ = ["Claim", "Claims", "claims_on", "read_claims"]


@dataclass(frozen=True, slots=True)
class Claim:
    """An account as a list states it: the pseudonym of its id or name on a platform."""

    platform: str
    kind: HandleKind
    pseudonym: str


Claims = Mapping[Claim, Mapping[str, StatedHandle]]
"""Each claim with the customers who state it, and where."""


def read_claims(store: Store) -> Claims:
    """Return what all active customers state."""
    store.refresh("customers")
    return _claims(store, {"exists": {"field": "handles.pseudonym"}})


def claims_on(store: Store, pseudonyms: Collection[str]) -> Claims:
    """Return what active customers state of these accounts, by the pseudonyms of ids and names."""
    claims: dict[Claim, Mapping[str, StatedHandle]] = {}
    for some in in_parts(pseudonyms):
        found = _claims(store, {"terms": {"handles.pseudonym": some}})
        claims |= {claim: stated for claim, stated in found.items() if claim.pseudonym in pseudonyms}
    return claims


def _claims(store: Store, condition: Mapping[str, Any]) -> Claims:
    claims: defaultdict[Claim, dict[str, StatedHandle]] = defaultdict(dict)
    query = {"query": {"bool": {"filter": [{"term": {"active": True}}, condition]}}}
    with store_errors():
        for hit in scan(store.client, index=store.alias("customers"), query=query, size=1_000):
            customer = from_document(hit["_id"], hit["_source"])
            for handle in customer.handles:
                claim = Claim(handle.platform, handle.kind, handle.pseudonym)
                claims[claim][customer.id] = StatedHandle(
                    file=handle.source or customer.file,
                    line=handle.line,
                    column=handle.column,
                    kind=handle.kind,
                    handle=handle.pseudonym,
                )
    return dict(claims)
