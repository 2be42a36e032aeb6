"""The documents of stories and accounts, brought up to their mentions: whatever changed since they were last written.

The mentions are the truth. What is looked at again follows from them alone, so a run that was killed is made good by
the next one. A story is told of once somebody has answered, passed on or copied its first post.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import Any

from indexing.alerts.plain_text import plain_text
from indexing.document import millis
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError, store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store
from indexing.stories.assign import Role
from indexing.stories.coordination import copied_in_bursts
from indexing.stories.figures import account_document, story_document
from indexing.stories.replies import Replies
from indexing.stories.rows import Row, read_rows

__all__ = ["tell"]

_OVERLAP = timedelta(hours=1)
"""How far before the newest document changes are looked for: a page is indexed some time after it was read. What a run
itself places bears its own time, as the documents do, so that nothing of a run that was killed is missed.
"""
_STORIES_AT_ONCE, _ACCOUNTS_AT_ONCE = 500, 1_000
_PAGE = 5_000
_TITLE_LENGTH = 200
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_EXACT = timedelta(milliseconds=1)


def tell(store: Store, *, now: datetime, replies: Replies | None = None) -> int:
    """Write the documents of stories whose mentions changed, and of the accounts in them; return how many stories.

    `replies` are all answers of the brands' own accounts; a story that has one is told of even if nobody else joined.
    """
    replies = replies or {}
    store.refresh(MONTHLY, "stories")
    since = _last(store)
    answered = {story for story, _ in replies}
    changed = chain(_changed(store, since - _OVERLAP if since else None), _newly_answered(store, replies))
    accounts: set[str] = set()
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
            f"{id}:{brand}": story_document(rows, title=title, now=now, replied_at=replies.get((id, brand)))
            for id, brand, rows, title in parts
        }
        accounts |= {row.author for rows in spread.values() for row in rows if row.author}
        _put(store, "accounts", _accounts(store, accounts, now))  # first: the stories' documents say how far we came
        accounts.clear()
        written += _put(store, "stories", documents.items())
    store.refresh("stories", "accounts")
    return written


def _last(store: Store) -> datetime | None:
    with store_errors():
        answer = store.client.search(
            index=store.alias("stories"), size=0, aggs={"last": {"max": {"field": "updated_at"}}}
        )
    value = answer["aggregations"]["last"].get("value_as_string")
    return datetime.fromisoformat(value) if value else None


def _changed(store: Store, since: datetime | None) -> Iterator[str]:
    """Yield the ids of stories with a mention that any writer touched, if only stories may have changed at all."""
    passed_on = {"terms": {"story.role": [str(role) for role in Role if role is not Role.ORIGIN]}}
    if since is None:
        yield from _stories(store, [passed_on])
        return
    touched = [
        {"range": {f"writers.{writer}": {"gte": millis(since)}}} for writer in ("story", "page", "analysis", "person")
    ]
    recent = {"bool": {"should": touched, "minimum_should_match": 1}}
    found = set()
    for id in _stories(store, [recent, passed_on]):
        found.add(id)
        yield id
    origins = (id for id in _stories(store, [recent, {"term": {"story.role": str(Role.ORIGIN)}}]) if id not in found)
    while some := list(islice(origins, _PAGE)):
        yield from _already_told(store, some)


def _stories(store: Store, filters: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    after: dict[str, Any] = {}
    while True:
        composite = {"size": _PAGE, "sources": [{"story": {"terms": {"field": "story.id"}}}], **after}
        with store_errors():
            answer = store.client.search(
                index=store.alias(MONTHLY),
                size=0,
                query={"bool": {"filter": list(filters)}},
                aggs={"stories": {"composite": composite}},
            )
        found = answer["aggregations"]["stories"]
        yield from (bucket["key"]["story"] for bucket in found["buckets"])
        if "after_key" not in found:
            return
        after = {"after": found["after_key"]}


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


def _already_told(store: Store, stories: list[str]) -> Iterator[str]:
    aggs = {"stories": {"terms": {"field": "story", "size": len(stories)}}}
    with store_errors():
        answer = store.client.search(
            index=store.alias("stories"), size=0, query={"terms": {"story": stories}}, aggs=aggs
        )
    yield from (bucket["key"] for bucket in answer["aggregations"]["stories"]["buckets"])


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
        source["story"]["id"]: plain_text(
            " ".join(filter(None, (source.get("title"), source.get("text")))), _TITLE_LENGTH
        )
        for source in sources
    }


def _accounts(store: Store, authors: set[str], now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    ordered = sorted(authors)
    for start in range(0, len(ordered), _ACCOUNTS_AT_ONCE):
        rows = list(read_rows(store, "author.id", ordered[start : start + _ACCOUNTS_AT_ONCE]))
        bursts = _bursts_among_all(store, rows)
        for (platform, author), own in _by_account(rows).items():
            yield f"{platform}:{author}", account_document(own, bursts=bursts, now=now)


def _bursts_among_all(store: Store, rows: Sequence[Row]) -> set[str]:
    """Return which mentions were copied in bursts, also by accounts that are not at hand: all of their stories'."""
    stories = sorted({row.story for row in rows if row.words and row.role != Role.ORIGIN})
    return copied_in_bursts({row.mention: row for row in (*rows, *read_rows(store, "story.id", stories))}.values())


def _by(rows: Iterable[Row], field: str) -> dict[str, list[Row]]:
    grouped = defaultdict(list)
    for row in rows:
        grouped[str(getattr(row, field))].append(row)
    return grouped


def _by_account(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    grouped = defaultdict(list)
    for row in rows:
        if row.author:
            grouped[row.platform, row.author].append(row)
    return grouped


def _put(store: Store, kind: str, documents: Iterable[tuple[str, Mapping[str, Any]]]) -> int:
    waiting, written = iter(documents), 0
    while some := list(islice(waiting, _STORIES_AT_ONCE)):
        actions = [Action(operation="index", index=store.alias(kind), id=id, source=document) for id, document in some]
        for action, answer in zip(actions, send(store.client, actions), strict=True):
            if not answer.done:
                raise StoreError(f"{action.index}: {action.id} is refused ({answer.reason}): run `tingfeng rebuild`")
        written += len(some)
    return written
