"""The documents of stories, one for each brand of a story that is told of, made of their counted mentions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from indexing.alerts.plain_text import plain_text
from indexing.elasticsearch.ahead import ahead
from indexing.elasticsearch.documents import buckets_of, put
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.mentions.titled import titled
from indexing.stories.answers import first_answers
from indexing.stories.assign import Role
from indexing.stories.figures import STORY, story_document
from indexing.stories.recent import recent

__all__ = ["tell"]

_TITLE_LENGTH = 200


def tell(store: Store, tellings: Iterable[Sequence[str]], *, now: datetime, own: Mapping[str, Collection[str]]) -> int:
    """Write these documents of stories (ids, some at a time); return how many.

    `own` are each brand's platforms on which it has an account of its own.
    """
    documents = (_documents(store, some, now, own) for some in tellings)
    return sum(put(store, "stories", some.items()) for some in ahead(documents))


def _documents(
    store: Store, tellings: Sequence[str], now: datetime, own: Mapping[str, Collection[str]]
) -> dict[str, dict[str, Any]]:
    replies = first_answers(store, tellings)
    buckets = {bucket["key"]: bucket for bucket in buckets_of(store, "telling", tellings, STORY)}
    firsts = {key: bucket["first"]["hits"]["hits"][0]["_source"] for key, bucket in buckets.items()}
    titles = _titles(store, sorted({first["story"] for first in firsts.values()}))
    spread = recent(store, buckets)
    return {
        key: story_document(
            bucket,
            spread[key],
            title=titles.get(firsts[key]["story"]),
            now=now,
            replied_at=replies.get(key),
            own=own.get(firsts[key]["brand"], ()),
        )
        for key, bucket in buckets.items()
    }


def _titles(store: Store, stories: Sequence[str]) -> dict[str, str]:
    """Return the text of each story's origin, made safe to be shown; none where the origin itself was never seen."""
    if not stories:
        return {}
    filters = [{"terms": {"story.id": list(stories)}}, {"term": {"story.role": str(Role.ORIGIN)}}]
    answer = with_retries(
        lambda: store.client.search(
            index=store.alias(MONTHLY),
            size=10_000,
            query={"bool": {"filter": filters}},
            source_includes=["story.id", "title", "text"],
        )
    )
    sources = [hit["_source"] for hit in answer["hits"]["hits"]]
    return {
        source["story"]["id"]: plain_text(titled(source.get("title"), source.get("text")), _TITLE_LENGTH)
        for source in sources
    }
