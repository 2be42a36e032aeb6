"""Which accounts the shop's lists state, and which of those stated are contested."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from indexing.customers.customer import HandleKind, from_document
from indexing.customers.customer_link import StatedHandle
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.store import Store

__all__ = ["Claim", "Claims", "read_claims"]


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
    from elasticsearch.helpers import scan

    claims: defaultdict[Claim, dict[str, StatedHandle]] = defaultdict(dict)
    store.refresh("customers")
    query = {"query": {"bool": {"filter": [{"term": {"active": True}}, {"exists": {"field": "handles.pseudonym"}}]}}}
    with store_errors():
        for hit in scan(store.client, index=store.alias("customers"), query=query):
            customer = from_document(hit["_id"], hit["_source"])
            for handle in customer.handles:
                claim = Claim(handle.platform, handle.kind, handle.pseudonym)
                claims[claim][customer.id] = StatedHandle(
                    file=customer.file,
                    line=handle.line,
                    column=handle.column,
                    kind=handle.kind,
                    handle=handle.pseudonym,
                )
    return dict(claims)
