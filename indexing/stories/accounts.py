"""The documents of the accounts: one for everybody who speaks of a brand, made of their counted mentions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from indexing.elasticsearch.ahead import ahead
from indexing.elasticsearch.documents import buckets_of, put, remove
from indexing.elasticsearch.store import Store
from indexing.stories.figures import ACCOUNT, account_document

__all__ = ["tell_accounts"]


def tell_accounts(store: Store, accounts: Iterable[Sequence[str]], *, now: datetime) -> None:
    """Write the documents of these accounts (ids, some at a time), and remove those of which no mention is left."""
    for some, documents in ahead((some, _documents(store, some, now)) for some in accounts):
        put(store, "accounts", documents.items())
        remove(store, "accounts", sorted(set(some) - documents.keys()))


def _documents(store: Store, accounts: Sequence[str], now: datetime) -> dict[str, dict[str, Any]]:
    """Return the documents by id; none for an account of which no mention is left."""
    buckets = buckets_of(store, "account", accounts, ACCOUNT)
    return {bucket["key"]: account_document(bucket, now=now) for bucket in buckets}
