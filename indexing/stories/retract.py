"""Mentions that a newer analysis of the same posts no longer makes: a backfill takes them out of the index."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from crawlers.errors import MalformedPost
from crawlers.post import decode_post
from crawlers.storage.stage import Batch
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.mentions.document import document_id, millis, post_id
from indexing.stories.retracted import note_retracted
from nlp.mention import decode_mention

__all__ = ["retract"]

_AT_ONCE = 500
_MOST_BRANDS = 20


def retract(posts: Batch, store: Store, version: str) -> int:
    """Delete the mentions of these posts that `version`, whose mentions are indexed already, does not make.

    Those that it has made of another batch stay, and those of a newer page than the one read here. Returns how many
    went; doing it again finds none.
    """
    kept = {document_id(decode_mention(line)) for line in posts.to("mentions").lines()}
    fetched = _fetched(posts)
    store.refresh(MONTHLY)
    gone = 0
    waiting = iter(fetched)
    while some := list(islice(waiting, _AT_ONCE)):
        strange = [
            hit
            for hit in _older(store, some, version)
            if hit["_id"] not in kept and hit["_source"]["writers"]["page"] <= fetched[hit["_source"]["post_id"]]
        ]
        note_retracted(store, [hit["_id"] for hit in strange])
        actions = [
            Action(
                operation="delete",
                index=store.month_alias(store.month_of(hit["_index"])),
                id=hit["_id"],
                seen=(hit["_seq_no"], hit["_primary_term"]),
            )
            for hit in strange
        ]
        gone += sum(answer.done for answer in send(store.client, actions))
    return gone


def _fetched(posts: Batch) -> dict[str, int]:
    """Return by the posts' ids when their pages were fetched, in milliseconds since 1970."""
    found: dict[str, int] = {}
    for line in posts.lines():
        try:
            post = decode_post(line)
        except MalformedPost:
            continue  # the analysis has set it aside
        id = post_id(post.id)
        found[id] = max(found.get(id, 0), millis(post.fetched_at))
    return found


def _older(store: Store, posts: list[str], version: str) -> Iterator[Mapping[str, Any]]:
    query = {"bool": {"filter": [{"terms": {"post_id": posts}}], "must_not": [{"term": {"analysis": version}}]}}
    answer = with_retries(
        lambda: store.client.search(
            index=store.alias(MONTHLY),
            query=query,
            size=_AT_ONCE * _MOST_BRANDS,
            source_includes=["post_id", "writers.page"],
            seq_no_primary_term=True,
        )
    )
    yield from answer["hits"]["hits"]
