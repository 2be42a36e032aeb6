"""The documents of the accounts: one for everybody who speaks of a brand, made of their counted mentions."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from indexing.elasticsearch.documents import buckets_of, put, remove
from indexing.elasticsearch.store import Store
from indexing.stories.figures import ACCOUNT, account_document

__all__ = ["tell_accounts"]


def tell_accounts(store: Store, accounts: Iterable[Sequence[str]], *, now: datetime) -> None:
    """Write the documents of these accounts (ids, some at a time), and remove those of which no mention is left."""
    for some in accounts:
        buckets = {bucket["key"]: bucket for bucket in buckets_of(store, "account", some, ACCOUNT)}
        put(store, "accounts", ((id, account_document(bucket, now=now)) for id, bucket in buckets.items()))
        remove(store, "accounts", sorted(set(some) - buckets.keys()))
