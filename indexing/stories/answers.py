"""When the brands' own accounts answered: found while a batch is analysed, indexed with it, and joined to stories here.

An answer waits without a story while nobody has seen the first post of its conversation.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from crawlers.storage.stage import Batch, Manifest
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store
from indexing.mentions.document import post_id, timestamp
from indexing.stories.documents import put
from nlp.replies import Reply, decode_reply

__all__ = ["answered_among", "answers_of", "first_answers", "join_answers"]

_AT_ONCE = 1_000


def answers_of(batch: Batch, mentions: Manifest) -> list[tuple[str, dict[str, Any]]]:
    """Return the documents of the own answers that were found together with a batch of mentions, by id."""
    replies = batch.to("replies")
    found = replies.manifest()
    if not found or not found.count or found.made_by != mentions.made_by:
        return []
    return [_document(reply) for reply in map(decode_reply, replies.lines())]


def join_answers(store: Store, among: Mapping[str, Any]) -> set[str]:
    """Give the answers `among` (a condition) their stories, where these are known; return all that they have."""
    from elasticsearch.helpers import scan

    joined: set[str] = set()
    query = {"bool": {"filter": [among]}}
    with store_errors():
        hits = scan(store.client, index=store.alias("answers"), query={"query": query}, size=_AT_ONCE)
        while some := {hit["_id"]: hit["_source"] for hit in islice(hits, _AT_ONCE)}:
            stories = _stories(store, {source["root"] for source in some.values()})
            found = {id: stories[source["root"]] for id, source in some.items() if source["root"] in stories}
            new = {id: story for id, story in found.items() if some[id].get("story") != story}
            put(store, "answers", ((id, _joined(some[id], story)) for id, story in new.items()))
            joined |= set(found.values())
    if joined:
        store.refresh("answers")
    return joined


def answered_among(store: Store, stories: Collection[str]) -> set[str]:
    """Return those of the stories (ids) that a brand's own account has answered."""
    return set(_firsts(store, "story", stories))


def first_answers(store: Store, tellings: Collection[str]) -> dict[str, datetime]:
    """Return when the brand's own account first answered, by the stories' documents (ids) that know of an answer."""
    return _firsts(store, "telling", tellings)


def _firsts(store: Store, key: str, values: Collection[str]) -> dict[str, datetime]:
    if not values:
        return {}
    aggs = {"keys": {"terms": {"field": key, "size": len(values)}, "aggs": {"first": {"min": {"field": "at"}}}}}
    query = {"terms": {key: sorted(values)}}
    answer = with_retries(lambda: store.client.search(index=store.alias("answers"), size=0, query=query, aggs=aggs))
    buckets = answer["aggregations"]["keys"]["buckets"]
    return {bucket["key"]: datetime.fromisoformat(bucket["first"]["value_as_string"]) for bucket in buckets}


def _stories(store: Store, roots: Collection[str]) -> dict[str, str]:
    """Return the stories of these posts by their ids."""
    query = {"bool": {"filter": [{"terms": {"post_id": sorted(roots)}}, {"exists": {"field": "story.id"}}]}}
    story = {"story": {"terms": {"field": "story.id", "size": 1}}}
    aggs = {"roots": {"terms": {"field": "post_id", "size": len(roots)}, "aggs": story}}
    with store_errors():
        answer = store.client.search(index=store.alias(MONTHLY), size=0, query=query, aggs=aggs)
    buckets = answer["aggregations"]["roots"]["buckets"]
    return {bucket["key"]: bucket["story"]["buckets"][0]["key"] for bucket in buckets}


def _document(reply: Reply) -> tuple[str, dict[str, Any]]:
    post = post_id(reply.post)
    return f"{post}:{reply.brand}", {
        "post_id": post,
        "root": post_id(reply.root),
        "brand": reply.brand,
        "account": reply.account,
        "at": timestamp(reply.at),
    }


def _joined(source: Mapping[str, Any], story: str) -> dict[str, Any]:
    return {**source, "story": story, "telling": f"{story}:{source['brand']}"}
