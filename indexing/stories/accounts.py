"""The documents of the accounts: one for everybody who speaks of a brand, made of their counted mentions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from indexing.elasticsearch.ahead import ahead
from indexing.elasticsearch.documents import buckets_of, put, remove
from indexing.elasticsearch.store import Store
from indexing.stories.figures import ACCOUNT, KNOWN, account_document, says_little

__all__ = ["tell_accounts"]


def tell_accounts(store: Store, accounts: Iterable[Sequence[str]], *, now: datetime) -> None:
    """Write the documents of these accounts (ids, some at a time), and remove those of which no mention is left."""
    for some, documents in ahead((some, _documents(store, some, now)) for some in accounts):
        put(store, "accounts", documents.items())
        remove(store, "accounts", sorted(set(some) - documents.keys()))


def _documents(store: Store, accounts: Sequence[str], now: datetime) -> dict[str, dict[str, Any]]:
    """Return the documents by id; none for an account of which no mention is left."""
    buckets = {bucket["key"]: bucket for bucket in buckets_of(store, "account", accounts, ACCOUNT)}
    quiet = [account for account, bucket in buckets.items() if says_little(bucket)]
    known = {bucket["key"]: bucket for bucket in buckets_of(store, "account", quiet, KNOWN)}
    return {account: account_document(bucket, known.get(account), now=now) for account, bucket in buckets.items()}
