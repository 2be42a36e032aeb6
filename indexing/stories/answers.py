"""When the brands' own accounts answered: found while a batch is analysed, indexed with it, and joined to stories here.

An answer waits without a story while nobody has seen the first post of its conversation.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from indexing.elasticsearch.documents import put
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store

__all__ = ["answered_among", "first_answers", "join_answers"]

_AT_ONCE = 1_000


def join_answers(store: Store, among: Mapping[str, Any]) -> set[str]:
    """Give the answers `among` (a condition) their stories, where these are known; return all that they have."""
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


def _joined(source: Mapping[str, Any], story: str) -> dict[str, Any]:
    return {**source, "story": story, "telling": f"{story}:{source['brand']}"}
