"""Which brands the index knows earlier posts to speak of, so that answers to them inherit these."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from itertools import islice

from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.mentions.document import post_id

__all__ = ["root_brands"]

_AT_ONCE = 500
_MOST_BRANDS = 20  # of one post, on average over a request


def root_brands(store: Store) -> Callable[[Collection[str]], Mapping[str, Collection[str]]]:
    """Return a function from `Post.id`s to the brands of each one's mentions; others are left out."""

    def brands_of(roots: Collection[str]) -> Mapping[str, Collection[str]]:
        brands: dict[str, set[str]] = defaultdict(set)
        waiting = iter(dict.fromkeys(roots))
        while chunk := {post_id(root): root for root in islice(waiting, _AT_ONCE)}:
            query = {"terms": {"post_id": list(chunk)}}
            answer = with_retries(
                lambda query=query: store.client.search(  # type: ignore[misc]
                    index=store.alias(MONTHLY),
                    query=query,
                    source_includes=["post_id", "brand"],
                    size=_AT_ONCE * _MOST_BRANDS,
                )
            )
            for hit in answer["hits"]["hits"]:
                brands[chunk[hit["_source"]["post_id"]]].add(hit["_source"]["brand"])
        return brands

    return brands_of
