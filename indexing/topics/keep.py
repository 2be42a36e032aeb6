"""A day's hot words and topics of each brand, held against the 28 days before it, written for the boards."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from config.brand import Brand
from config.settings import DAY_ZONE
from indexing.elasticsearch.bulk import Action, send
from indexing.elasticsearch.errors import StoreError, store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store
from indexing.mentions.document import timestamp
from indexing.mentions.sample import drawn
from indexing.mentions.search import matching
from indexing.topics.clusters import HotWord, Topic, clustered, named_as_before
from nlp.keywords import brand_words, keywords, stopwords
from nlp.segment import as_token
from nlp.suggest.significance import SURE, significance

__all__ = ["hot_words", "keep_topics", "topics_of"]

_KIND = "topics"
_PAST, _GAP = timedelta(days=28), timedelta(days=7)
"""How far back the usual reaches, and how long a topic may be silent and yet keep its name."""
_ASKED, _KEPT, _MOST, _FEWEST = 400, 60, 3_000, 3
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def keep_topics(
    store: Store, brands: Sequence[Brand], now: datetime | None = None, days: int = 2, *, again: bool = True
) -> int:
    """Write the topics of the last days, today as far as it has come, and return how many; the same again is the same.

    Earlier days come first, so that names go on from one to the next. Without `again`, what was counted in the last
    hour, or six hours after its day, stays.
    """
    now = (now or datetime.now(DAY_ZONE)).astimezone(DAY_ZONE)
    today, count = now.date(), 0
    for ago in reversed(range(days)):
        for brand in brands:
            day = today - ago * _DAY
            if not again and _is_fresh(store, brand.id, day, now):
                continue
            words = hot_words(store, brand, day)
            topics = topics_of(store, brand, day, words)
            _write(store, brand, day, words, topics, now)
            count += len(topics)
    return count


def hot_words(store: Store, brand: Brand, day: date) -> list[HotWord]:
    """Return the words of which the day's mentions hold more than the 28 days before, beyond chance."""
    since, until = _ends(day)
    silent = stopwords() | brand_words(as_token(one) for one in (brand.name, *brand.aliases.all()))
    with store_errors():
        store.refresh(MONTHLY)
        here, of_here = _counted(store, brand.id, since, until, None)
        asked = [word for word, count in here.items() if count >= _FEWEST and keywords([word], silent)]
        there, of_there = _counted(store, brand.id, since - _PAST, since, asked)
    if not of_there:
        return []  # without a past there is nothing to be hotter than
    found = [
        HotWord(
            word=word,
            mentions=here[word],
            usual=round(of_here * there.get(word, 0) / of_there, 2),
            significance=round(significance(here[word], of_here, there.get(word, 0), of_there), 2),
        )
        for word in asked
    ]
    hot = [one for one in found if one.significance >= SURE]
    return sorted(hot, key=lambda one: (-one.significance, one.word))[:_KEPT]


def topics_of(store: Store, brand: Brand, day: date, words: Sequence[HotWord]) -> list[Topic]:
    """Return the day's topics, named as on the days before where they go on."""
    if not words:
        return []
    since, until = _ends(day)
    query = matching(since=since, until=until, brand=brand.id)
    mentions = {one["id"]: one for one in drawn(store, query, ("keywords",), _MOST, f"{brand.id} {day}")}
    held = {id: frozenset(one.get("keywords", ())) for id, one in mentions.items()}
    return named_as_before(clustered(words, held, brand.id, day.isoformat()), _before(store, brand.id, day))


def _counted(
    store: Store, brand: str, since: datetime, until: datetime, only: Sequence[str] | None
) -> tuple[dict[str, int], int]:
    """Return in how many of the brand's mentions each keyword stands, and how many mentions there are."""
    terms: dict[str, Any] = {"field": "keywords", "size": _ASKED if only is None else max(1, len(only))}
    if only is not None:
        terms["include"] = list(only) or [""]
    answer = store.client.search(
        index=store.alias(MONTHLY),
        size=0,
        query=matching(since=since, until=until, brand=brand),
        aggs={"words": {"terms": terms}},
        track_total_hits=True,
    )
    buckets = answer["aggregations"]["words"]["buckets"]
    return {one["key"]: one["doc_count"] for one in buckets}, int(answer["hits"]["total"]["value"])


def _before(store: Store, brand: str, day: date) -> list[Topic]:
    """Return the brand's topics of the last week, each as it was on the last day on which it was met."""
    since, _ = _ends(day)
    filters = [
        {"term": {"brand": brand}},
        {"term": {"what": "topic"}},
        {"range": {"@timestamp": {"gte": (since - _GAP).isoformat(), "lt": since.isoformat()}}},
    ]
    with store_errors():
        store.refresh(_KIND)
        hits = store.client.search(
            index=store.alias(_KIND),
            query={"bool": {"filter": filters}},
            sort=[{"@timestamp": "asc"}],
            size=1_000,
        )["hits"]["hits"]
    return list({one["_source"]["topic"]: _topic(one["_source"]) for one in hits}.values())


def _topic(source: Mapping[str, Any]) -> Topic:
    return Topic(
        id=source["topic"],
        name=source["name"],
        words=tuple(source["words"]),
        holds=frozenset(),
        usual=source["usual"],
        significance=source["significance"],
        first=datetime.fromisoformat(source["first_at"]).astimezone(DAY_ZONE).date().isoformat(),
    )


def _write(
    store: Store, brand: Brand, day: date, words: Sequence[HotWord], topics: Sequence[Topic], now: datetime
) -> None:
    """Write a day's topics and words in the place of what it had."""
    negative = _negative(store, brand.id, day, {id for topic in topics for id in topic.holds})
    index, documents = store.alias(_KIND), {}
    shared = {"@timestamp": timestamp(_ends(day)[0]), "brand": brand.id, "written_at": timestamp(now)}
    for topic in topics:
        documents[f"{brand.id}:{day}:{topic.id}"] = {
            **shared,
            "what": "topic",
            "topic": topic.id,
            "name": topic.name,
            "words": list(topic.words),
            "mentions": len(topic.holds),
            "negative": len(topic.holds & negative),
            "usual": topic.usual,
            "significance": topic.significance,
            "first_at": timestamp(_ends(date.fromisoformat(topic.first))[0]),
        }
    for one in words:
        documents[f"{brand.id}:{day}:word:{one.word}"] = {
            **shared,
            "what": "word",
            "name": one.word,
            "words": [one.word],
            "mentions": one.mentions,
            "usual": one.usual,
            "significance": one.significance,
        }
    stale = _there(store, brand.id, day) - documents.keys()
    actions = [Action(operation="index", index=index, id=id, source=source) for id, source in documents.items()]
    actions += [Action(operation="delete", index=index, id=id) for id in sorted(stale)]
    refused = [answer for answer in send(store.client, actions) if not answer.done and answer.status != 404]
    if refused:
        raise StoreError(f"{index}: refuses a topic ({refused[0].reason}): run `tingfeng rebuild`")
    store.refresh(_KIND)


def _negative(store: Store, brand: str, day: date, wanted: set[str]) -> frozenset[str]:
    if not wanted:
        return frozenset()
    since, until = _ends(day)
    query = matching(since=since, until=until, brand=brand)
    query["bool"]["filter"].append({"term": {"sentiment.label": "negative"}})
    return frozenset(one["id"] for one in drawn(store, query, ("brand",), 10**6, "negative")) & wanted


def _is_fresh(store: Store, brand: str, day: date, now: datetime) -> bool:
    """Return whether a day was counted within the last hour, or when all that comes late had come."""
    filters = [{"term": {"brand": brand}}, {"term": {"@timestamp": timestamp(_ends(day)[0])}}]
    since = min(now - _HOUR, _ends(day)[1] + 6 * _HOUR)
    with store_errors():
        store.refresh(_KIND)
        answer = store.client.count(
            index=store.alias(_KIND),
            query={"bool": {"filter": [*filters, {"range": {"written_at": {"gte": since.isoformat()}}}]}},
        )
    return bool(answer["count"])


def _there(store: Store, brand: str, day: date) -> set[str]:
    filters = [{"term": {"brand": brand}}, {"term": {"@timestamp": timestamp(_ends(day)[0])}}]
    with store_errors():
        store.refresh(_KIND)
        hits = store.client.search(
            index=store.alias(_KIND), query={"bool": {"filter": filters}}, size=1_000, source=False
        )["hits"]["hits"]
    return {hit["_id"] for hit in hits}


def _ends(day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time(), DAY_ZONE)
    return start, start + _DAY
