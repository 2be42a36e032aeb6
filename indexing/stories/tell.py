"""The documents of stories and the accounts in them, brought up to their mentions: what changed since the last ones.

The mentions are the truth. What is looked at again follows from them alone, so a run that was killed is made good by
the next one. A story is told of once somebody has answered, passed on or copied its first post.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, islice

from indexing.alerts.plain_text import plain_text
from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store
from indexing.stories.accounts import write_accounts
from indexing.stories.assign import Role
from indexing.stories.documents import last_written, put, told_stories, touched_since, values_of
from indexing.stories.figures import story_document
from indexing.stories.replies import Replies
from indexing.stories.rows import Row, read_rows
from indexing.titled import titled

__all__ = ["tell"]

_STORIES_AT_ONCE = 500
_PAGE = 5_000
_TITLE_LENGTH = 200
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_EXACT = timedelta(milliseconds=1)


def tell(
    store: Store, *, now: datetime, replies: Replies | None = None, own: Mapping[str, Collection[str]] | None = None
) -> int:
    """Write the documents of stories whose mentions changed, and of the accounts in them; return how many stories.

    `replies` are all answers of the brands' own accounts; a story that has one is told of even if nobody else joined.
    `own` are each brand's platforms on which it has such an account.
    """
    replies, own = replies or {}, own or {}
    store.refresh(MONTHLY, "stories")
    answered = {story for story, _ in replies}
    changed = chain(_changed(store, last_written(store, "stories")), _newly_answered(store, replies))
    written = 0
    while some := list(islice(changed, _STORIES_AT_ONCE)):
        stories = _by(read_rows(store, "story.id", some), "story")
        spread = {id: rows for id, rows in stories.items() if id in answered or len({row.post_id for row in rows}) > 1}
        titles = _titles(store, list(spread))
        parts = [
            (id, brand, of_brand, titles.get(id))
            for id, rows in spread.items()
            for brand, of_brand in _by(rows, "brand").items()
        ]
        documents = {
            f"{id}:{brand}": story_document(
                rows, title=title, now=now, replied_at=replies.get((id, brand)), own=own.get(brand, ())
            )
            for id, brand, rows, title in parts
        }
        authors = {row.author for rows in spread.values() for row in rows if row.author}
        write_accounts(store, authors, told=spread.keys(), now=now)  # first: the stories say how far we came
        written += put(store, "stories", documents.items())
    store.refresh("stories")
    return written


def _changed(store: Store, last: datetime | None) -> Iterator[str]:
    """Yield the ids of stories with a mention that any writer touched, if only stories may have changed at all."""
    passed_on = {"terms": {"story.role": [str(role) for role in Role if role is not Role.ORIGIN]}}
    if last is None:
        yield from values_of(store, "story.id", [passed_on])
        return
    recent, origin = touched_since(last), {"term": {"story.role": str(Role.ORIGIN)}}
    found = set()
    for id in values_of(store, "story.id", [recent, passed_on]):
        found.add(id)
        yield id
    origins = (id for id in values_of(store, "story.id", [recent, origin]) if id not in found)
    while some := list(islice(origins, _PAGE)):
        yield from told_stories(store, some)


def _newly_answered(store: Store, replies: Replies) -> Iterator[str]:
    """Yield the stories whose documents do not say yet that the brand has answered."""
    stories = sorted({story for story, _ in replies})
    for start in range(0, len(stories), _STORIES_AT_ONCE):
        some = stories[start : start + _STORIES_AT_ONCE]
        filters = [{"terms": {"story": some}}, {"exists": {"field": "replied_at"}}]
        with store_errors():
            answer = store.client.search(
                index=store.alias("stories"),
                size=10_000,
                query={"bool": {"filter": filters}},
                source_includes=["story", "brand", "replied_at"],
            )
        sources = [hit["_source"] for hit in answer["hits"]["hits"]]
        known = {(one["story"], one["brand"]): datetime.fromisoformat(one["replied_at"]) for one in sources}
        chosen = set(some)
        stale = {
            key[0] for key, at in replies.items() if key[0] in chosen and abs(known.get(key, _NEVER) - at) > _EXACT
        }
        yield from sorted(stale)


def _titles(store: Store, stories: Sequence[str]) -> dict[str, str]:
    """Return the text of each story's origin, made safe to be shown; none where the origin itself was never seen."""
    if not stories:
        return {}
    filters = [{"terms": {"story.id": list(stories)}}, {"term": {"story.role": str(Role.ORIGIN)}}]
    with store_errors():
        answer = store.client.search(
            index=store.alias(MONTHLY),
            size=10_000,
            query={"bool": {"filter": filters}},
            source_includes=["story.id", "title", "text"],
        )
    sources = [hit["_source"] for hit in answer["hits"]["hits"]]
    return {
        source["story"]["id"]: plain_text(titled(source.get("title"), source.get("text")), _TITLE_LENGTH)
        for source in sources
    }


def _by(rows: Iterable[Row], field: str) -> dict[str, list[Row]]:
    grouped = defaultdict(list)
    for row in rows:
        grouped[str(getattr(row, field))].append(row)
    return grouped
