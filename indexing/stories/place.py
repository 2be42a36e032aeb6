"""Every mention gets its story: the ones without are read oldest first, placed, and written back a few at a time.

The mentions are the only state. A run that is killed leaves some of them without a story, and the next one takes them
up where this one stopped: each post is placed by what was seen before it, so both end the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.field import Writer
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store
from indexing.mentions.document import millis
from indexing.mentions.write import Outcome, Update, write
from indexing.stories.assign import REACH_OF_COPIES, Known, Leader, Place, Role, StoryPost, assign
from indexing.stories.likeness import likenesses
from indexing.stories.pages import Hit, pages

__all__ = ["place"]

_FIELDS = ["post_id", "root_id", "kind", "title", "text", "@timestamp", "event.ingested"]
_PLACED = {"exists": {"field": "story.id"}}
_EDITED_WITHIN = timedelta(days=30)


def place(store: Store, among: Mapping[str, Any], *, now: datetime) -> tuple[int, int]:
    """Give each mention `among` (a condition) that has none its story; return how many got one, and origins followed.

    An origin that its author has edited since can afterwards be found by its new words too. `now` is the version of
    what is written.
    """
    placed = 0
    for hits in pages(store, {"bool": {"filter": [among], "must_not": [_PLACED]}}, sources=_FIELDS):
        if placed:
            store.refresh(MONTHLY)  # so that the origins of the page before are found
        placed += _write(store, hits, assign(_story_posts(hits), _known(store, hits)), now)
    return placed, _follow_edits(store, among, now)


def _story_posts(hits: Sequence[Hit]) -> list[StoryPost]:
    sources = {hit["_source"]["post_id"]: hit["_source"] for hit in hits}
    likes = likenesses([_words(source) for source in sources.values()])
    return [
        StoryPost(
            post_id=post_id,
            kind=source["kind"],
            root_id=source.get("root_id"),
            at=datetime.fromisoformat(source["@timestamp"]),
            likeness=likeness,
        )
        for (post_id, source), likeness in zip(sources.items(), likes, strict=True)
    ]


def _words(source: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (source.get("title"), source.get("text"))))


def _known(store: Store, hits: Sequence[Hit]) -> Known:
    """Return what the index knows of these posts, their roots, and the texts that they may copy."""
    sources = [hit["_source"] for hit in hits]
    own = {source["post_id"] for source in sources}
    named = own | {source["root_id"] for source in sources if "root_id" in source}
    first = _story_posts([hit for hit in hits if hit["_source"].get("root_id") in (None, hit["_source"]["post_id"])])
    keys = sorted({key for post in first for key in post.likeness.keys})
    known = Known(stories=dict(_placed(store, named)), trees=_trees(store, own))
    if keys:
        times = [post.at for post in first]
        for leader in _leaders(store, keys, min(times) - REACH_OF_COPIES, max(times) + REACH_OF_COPIES):
            known.add(leader)
    return known


def _placed(store: Store, posts: set[str]) -> Iterator[tuple[str, Place]]:
    query = {"bool": {"filter": [{"terms": {"post_id": sorted(posts)}}, _PLACED]}}
    for hits in pages(store, query, sources=["post_id", "story"]):
        for hit in hits:
            story = hit["_source"]["story"]
            found = Place(story["id"], Role(story["role"]), tuple(story.get("keys", ())))
            yield hit["_source"]["post_id"], found


def _trees(store: Store, posts: set[str]) -> frozenset[str]:
    """Return those posts under whose id a story of answers is there already."""
    wanted = sorted(posts)
    with store_errors():
        answer = store.client.search(
            index=store.alias(MONTHLY),
            size=0,
            query={"terms": {"story.id": wanted}},
            aggs={"stories": {"terms": {"field": "story.id", "size": len(wanted)}}},
        )
    return frozenset(bucket["key"] for bucket in answer["aggregations"]["stories"]["buckets"])


def _leaders(store: Store, keys: Sequence[str], since: datetime, until: datetime) -> Iterator[Leader]:
    filters = [
        {"terms": {"story.keys": keys}},
        {"term": {"story.role": str(Role.ORIGIN)}},
        {"range": {"@timestamp": {"gte": since.isoformat(), "lte": until.isoformat()}}},
    ]
    fields = ["post_id", "title", "text", "@timestamp", "story.id"]
    for hits in pages(store, {"bool": {"filter": filters}}, sources=fields):
        sources = {hit["_source"]["post_id"]: hit["_source"] for hit in hits}
        likes = likenesses([_words(source) for source in sources.values()])
        for source, likeness in zip(sources.values(), likes, strict=True):
            at = datetime.fromisoformat(source["@timestamp"])
            yield Leader(story=source["story"]["id"], at=at, likeness=likeness)


def _write(store: Store, hits: Sequence[Hit], places: Mapping[str, Place], now: datetime) -> int:
    results = write(store, [_update(store, hit, places[hit["_source"]["post_id"]], now) for hit in hits])
    return sum(result.outcome is Outcome.INDEXED for result in results)


def _update(store: Store, hit: Hit, place: Place, now: datetime) -> Update:
    story: dict[str, Any] = {"id": place.story, "role": str(place.role)}
    if place.keys:
        story["keys"] = list(place.keys)
    return Update(
        id=hit["_id"],
        parts={Writer.STORY: {"story": story, "writers": {"story": millis(now)}}},
        month=store.month_of(hit["_index"]),
        settled=True,
        ingested=hit["_source"]["event"]["ingested"],
    )


def _follow_edits(store: Store, among: Mapping[str, Any], now: datetime) -> int:
    """Add the keys of the words that an origin has now to those that it had when it was placed; return how many."""
    since = (now - _EDITED_WITHIN).astimezone(UTC).isoformat()
    filters = [among, {"range": {"edited_at": {"gte": since}}}, {"term": {"story.role": str(Role.ORIGIN)}}]
    followed = 0
    for hits in pages(store, {"bool": {"filter": filters}}, sources=[*_FIELDS, "story", "writers"]):
        stale = [hit for hit in hits if hit["_source"]["writers"]["page"] > hit["_source"]["writers"]["story"]]
        places = {}
        for post in _story_posts(stale):
            story = next(h["_source"]["story"] for h in stale if h["_source"]["post_id"] == post.post_id)
            keys = dict.fromkeys((*post.likeness.keys, *story.get("keys", ())))
            places[post.post_id] = Place(story["id"], Role.ORIGIN, tuple(keys))
        followed += _write(store, stale, places, now)
    return followed
