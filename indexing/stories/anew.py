"""What has to go when the index was made anew: what was counted, answered or told of and is no more."""

from collections.abc import Iterator, Sequence
from itertools import islice

from config.brand import Brand
from indexing.elasticsearch.documents import remove
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.mentions.locate import months_of
from indexing.stories.counted import count
from indexing.stories.ledger import values_among

__all__ = ["drop_gone", "drop_silent", "drop_strange_answers", "told_before"]

_AT_ONCE = 500
_TOLD = {"stories": "telling", "accounts": "account"}


def told_before(store: Store) -> bool:
    """Return whether there is anything that could have to go."""
    return any(store.count(kind) for kind in ("counted", *_TOLD))


def drop_gone(store: Store) -> None:
    """Let nothing count for a mention that the index no longer holds."""
    for ids in _ids(store, "counted"):
        there = months_of(store, ids)
        count(store, {id: None for id in ids if id not in there})


def drop_silent(store: Store) -> None:
    """Remove the documents of stories and accounts of which no mention is left."""
    for kind, key in _TOLD.items():
        for ids in _ids(store, kind):
            remove(store, kind, sorted(set(ids) - values_among(store, key, ids)))


def drop_strange_answers(store: Store, brands: Sequence[Brand]) -> None:
    """Remove the answers of accounts that are no longer the brands' own."""
    own = {(brand.id, f"{one.platform}:{one.id}") for brand in brands for one in brand.own_accounts}
    store.refresh("answers")
    with store_errors():
        hits = scan(store.client, index=store.alias("answers"), query={"_source": ["brand", "account"]})
        strange = [hit["_id"] for hit in hits if (hit["_source"]["brand"], hit["_source"]["account"]) not in own]
    remove(store, "answers", strange)
    store.refresh("answers")


def _ids(store: Store, kind: str) -> Iterator[list[str]]:
    store.refresh(kind)
    with store_errors():
        hits = scan(store.client, index=store.alias(kind), query={"_source": False})
        while some := [hit["_id"] for hit in islice(hits, _AT_ONCE)]:
            yield some
