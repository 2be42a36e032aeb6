"""Every mention gets its story: the ones without are read oldest first, placed, and written back a few at a time.

The mentions are the only state. A run that is killed leaves some of them without a story, and the next one takes them
up where this one stopped: each post is placed by what was seen before it, so both end the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from crawlers.pictures.fetch import Finder
from crawlers.pictures.fingerprint import near_bands
from indexing.elasticsearch.ahead import meanwhile
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.field import Writer
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.parts import in_parts
from indexing.elasticsearch.store import Store
from indexing.mentions.document import millis
from indexing.mentions.merge import Document
from indexing.mentions.write import Outcome, Update, write
from indexing.stories.assign import REACH_OF_COPIES, Known, Leader, Place, Role, StoryPost, assign
from indexing.stories.likeness import likenesses
from indexing.stories.pages import Hit, pages

__all__ = ["PLACED", "place", "places", "story_part"]

_FIELDS = ["post_id", "root_id", "kind", "title", "text", "@timestamp", "event.ingested", "pictures"]
_PICTURES_AT_ONCE = 50
"""Pictures that are looked for in one search; each has 1,088 keys, and Elasticsearch takes 65,536."""
PLACED = {"exists": {"field": "story.id"}}
"""The condition that a mention has its story."""
_EDITED_WITHIN = timedelta(days=30)


def place(store: Store, among: Mapping[str, Any], *, now: datetime, finder: Finder | None = None) -> tuple[int, int]:
    """Give each mention `among` (a condition) that has none its story; return how many got one, and origins followed.

    An origin that its author has edited since can afterwards be found by its new words too. `now` is the version of
    what is written. With a `finder`, first posts that show the same picture join as well.
    """
    placed = 0
    for hits in pages(store, {"bool": {"filter": [among], "must_not": [PLACED]}}, sources=_FIELDS):
        if placed:
            store.refresh(MONTHLY)  # so that the origins of the page before are found
        placed += _write(store, hits, places(store, [hit["_source"] for hit in hits], finder), now)
    return placed, _follow_edits(store, among, now)


def places(store: Store, mentions: Sequence[Document], finder: Finder | None = None) -> Mapping[str, Place]:
    """Return the places of mentions that have none, by `post_id`, after what searches find of others."""
    pictures = _pictures(mentions, finder)
    posts = _story_posts(mentions, pictures)
    return assign(posts, _known(store, posts, finder))


def story_part(place: Place, now: datetime) -> Document:
    """Return the fields that the story writer owns; `now` is their version."""
    story: dict[str, Any] = {"id": place.story, "role": str(place.role)}
    if place.keys:
        story["keys"] = list(place.keys)
    if place.pictures:
        story["pictures"] = list(place.pictures)
    if keys := place.picture_keys:
        story["picture_keys"] = keys
    return {"story": story, "writers": {"story": millis(now)}}


def _pictures(mentions: Sequence[Document], finder: Finder | None) -> Mapping[str, tuple[str, ...]]:
    """Return what the pictures of first posts look like; the bytes of none are kept."""
    if finder is None:
        return {}
    sources = {source["post_id"]: source for source in mentions}
    return finder.find(
        {post: source["pictures"] for post, source in sources.items() if "pictures" in source and _is_first(source)}
    )


def _is_first(source: Document) -> bool:
    return source.get("root_id") in (None, source["post_id"])


def _story_posts(
    mentions: Sequence[Document], pictures: Mapping[str, tuple[str, ...]] | None = None
) -> list[StoryPost]:
    sources = {source["post_id"]: source for source in mentions}
    likes = likenesses([_words(source) for source in sources.values()])
    return [
        StoryPost(
            post_id=post_id,
            kind=source["kind"],
            root_id=source.get("root_id"),
            at=datetime.fromisoformat(source["@timestamp"]),
            likeness=likeness,
            pictures=(pictures or {}).get(post_id, ()),
        )
        for (post_id, source), likeness in zip(sources.items(), likes, strict=True)
    ]


def _words(source: Document) -> str:
    return " ".join(filter(None, (source.get("title"), source.get("text"))))


def _known(store: Store, posts: Sequence[StoryPost], finder: Finder | None) -> Known:
    """Return what the index knows of these posts, their roots, and the texts that they may copy."""
    own = {post.post_id for post in posts}
    named = own | {post.root_id for post in posts if post.root_id}
    first = [post for post in posts if post.root_id in (None, post.post_id)]
    keys = sorted({key for post in first for key in post.likeness.keys})
    near = finder.distance if finder else 0
    known = Known(distance=near)
    times = [post.at for post in first]

    def ask_of_places() -> None:
        known.stories, known.trees = dict(_placed(store, named)), _trees(store, own)

    with meanwhile(ask_of_places):
        if keys:
            for leader in _leaders(store, "keys", keys, min(times) - REACH_OF_COPIES, max(times) + REACH_OF_COPIES):
                known.add(replace(leader, pictures=()))
    (no_words,) = likenesses([""])
    shown = sorted({picture for post in first for picture in post.pictures})
    for some in in_parts(shown, _PICTURES_AT_ONCE):
        keys = sorted({key for picture in some for key in near_bands(picture)})
        for leader in _leaders(store, "picture_keys", keys, min(times) - REACH_OF_COPIES, max(times) + REACH_OF_COPIES):
            known.add(replace(leader, likeness=no_words))
    return known


def _placed(store: Store, posts: set[str]) -> Iterator[tuple[str, Place]]:
    query = {"bool": {"filter": [{"terms": {"post_id": sorted(posts)}}, PLACED]}}
    for hits in pages(store, query, sources=["post_id", "story"]):
        for hit in hits:
            story = hit["_source"]["story"]
            shown = tuple(story.get("pictures", ()))
            found = Place(story["id"], Role(story["role"]), tuple(story.get("keys", ())), shown)
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


def _leaders(store: Store, name: str, keys: Sequence[str], since: datetime, until: datetime) -> Iterator[Leader]:
    filters = [
        {"terms": {f"story.{name}": keys}},
        {"term": {"story.role": str(Role.ORIGIN)}},
        {"range": {"@timestamp": {"gte": since.isoformat(), "lte": until.isoformat()}}},
    ]
    fields = ["post_id", "title", "text", "@timestamp", "story.id", "story.pictures"]
    for hits in pages(store, {"bool": {"filter": filters}}, sources=fields):
        sources = {hit["_source"]["post_id"]: hit["_source"] for hit in hits}
        likes = likenesses([_words(source) for source in sources.values()])
        for source, likeness in zip(sources.values(), likes, strict=True):
            at = datetime.fromisoformat(source["@timestamp"])
            story = source["story"]
            yield Leader(story=story["id"], at=at, likeness=likeness, pictures=tuple(story.get("pictures", ())))


def _write(store: Store, hits: Sequence[Hit], found: Mapping[str, Place], now: datetime) -> int:
    results = write(store, [_update(store, hit, found[hit["_source"]["post_id"]], now) for hit in hits])
    return sum(result.outcome is Outcome.INDEXED for result in results)


def _update(store: Store, hit: Hit, place: Place, now: datetime) -> Update:
    return Update(
        id=hit["_id"],
        parts={Writer.STORY: story_part(place, now)},
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
        found = {}
        for post in _story_posts([hit["_source"] for hit in stale]):
            story = next(h["_source"]["story"] for h in stale if h["_source"]["post_id"] == post.post_id)
            keys = dict.fromkeys((*post.likeness.keys, *story.get("keys", ())))
            found[post.post_id] = Place(story["id"], Role.ORIGIN, tuple(keys), tuple(story.get("pictures", ())))
        followed += _write(store, stale, found, now)
    return followed
