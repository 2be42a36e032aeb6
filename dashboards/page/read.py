"""Elasticsearch's answers to the page's requests, read into the page's values; what is absent reads as nothing."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from config.brand import Brand
from dashboards.page.data import Bucket, Coverage, MentionShown, PlatformFigures, Source, Split, TopicShown, Word
from dashboards.page.queries import BOOKS
from dashboards.page.shown import shanghai
from indexing.alerts.alert import Alert, from_document
from indexing.mentions.titled import own_title
from nlp.keywords import brand_words, keywords, stopwords

__all__ = [
    "alerts",
    "by_brand",
    "by_id",
    "coverage",
    "figures",
    "latest",
    "platforms",
    "starts",
    "timeline",
    "topics",
    "total",
    "words",
]

Response = Mapping[str, Any]

_WORDS_SHOWN, _TOPICS_SHOWN = 10, 5
_WORDY = re.compile(r"[^\W\d_]{2,}")
_LONGEST_WORD = 24


def total(response: Response) -> int:
    """Return how many documents the request found."""
    return int(response["hits"]["total"]["value"])


def by_brand(response: Response) -> dict[str, Response]:
    """Return each brand's bucket."""
    return {bucket["key"]: bucket for bucket in _buckets(response.get("aggregations", {}), "brands")}


def figures(bucket: Response) -> dict[str, Any]:
    """Return the plain counts of a brand, by the names that BrandFigures gives them."""
    customers = bucket.get("customers", {})
    return {
        "mentions": bucket.get("doc_count", 0),
        "split": _split(bucket),
        "engagement": int(bucket.get("engagement", {}).get("value") or 0),
        "customer_mentions": customers.get("doc_count", 0),
        "customers": customers.get("people", {}).get("value", 0),
    }


def starts(since: datetime, until: datetime, interval: str) -> list[datetime]:
    """Return the beginning of each day or hour from `since` to `until`."""
    step, moments = timedelta(days=1) if interval == "day" else timedelta(hours=1), [since]
    while moments[-1] + step <= until:
        moments.append(moments[-1] + step)
    return moments


def timeline(bucket: Response, moments: Sequence[datetime]) -> tuple[Bucket, ...]:
    """Return one value for each of `moments`, those without a mention included; the last one is not over yet."""
    splits = {entry["key"]: _split(entry) for entry in _buckets(bucket, "time")}
    return tuple(
        Bucket(
            start=moment,
            split=splits.get(int(moment.timestamp() * 1000), Split()),
            partial=moment is moments[-1],
        )
        for moment in moments
    )


def platforms(bucket: Response) -> tuple[PlatformFigures, ...]:
    """Return the platforms of a brand, the largest first."""
    return tuple(
        PlatformFigures(platform=entry["key"], split=_split(entry), authors=entry["authors"]["value"])
        for entry in _buckets(bucket, "platforms")
    )


def words(response: Response, brand: Brand, label: str) -> tuple[Word, ...]:
    """Return the words that stand out, the most telling first.

    The brand's own names and the words that say nothing (lexicons/stopwords.txt) are left out.
    """
    of_label = response.get("aggregations", {}).get(brand.id, {}).get(label, {})
    answered = of_label.get("words", {})
    size, background = answered.get("doc_count", 0), answered.get("bg_count", 0)
    own = stopwords() | {word.lower() for word in brand_words((brand.name, *brand.words))}
    found = []
    for entry in _buckets(of_label, "words"):
        word = entry["key"]
        if not _WORDY.search(word) or len(word) > _LONGEST_WORD or not keywords((word.lower(),), own):
            continue
        lift = (entry["doc_count"] / size) / (entry["bg_count"] / background) if size and entry["bg_count"] else 0.0
        found.append(Word(word=word, mentions=entry["doc_count"], lift=lift))
    return tuple(found[:_WORDS_SHOWN])


def topics(response: Response, brand: str) -> tuple[TopicShown, ...]:
    """Return the brand's topics of the newest day that has some, the most significant first."""
    hits = [hit for hit in response["hits"]["hits"] if hit["_source"]["brand"] == brand]
    newest = [hit for hit in hits if hit["_source"]["@timestamp"] == hits[0]["_source"]["@timestamp"]]
    return tuple(_topic(hit["_id"], hit["_source"]) for hit in newest[:_TOPICS_SHOWN])


def latest(response: Response, rows: int) -> tuple[MentionShown, ...]:
    """Return the first `rows` of the listed mentions."""
    return tuple(map(_mention, response["hits"]["hits"][:rows]))


def alerts(response: Response) -> tuple[Alert, ...]:
    """Return the alerts, firing ones first, then the newest."""
    return tuple(from_document(hit["_id"], hit["_source"]) for hit in response["hits"]["hits"])


def by_id(response: Response) -> dict[str, MentionShown]:
    """Return the mentions that the request found."""
    return {hit["_id"]: _mention(hit) for hit in response["hits"]["hits"]}


def coverage(runs: Response, data: Response) -> Coverage:
    """Return what the crawl runs and the mentions say of how far the figures reach."""
    feeds = _buckets(runs.get("aggregations", {}), "feeds")
    about = data.get("aggregations", {})
    indexed_at = about.get("indexed", {}).get("value")
    return Coverage(
        sources=tuple(_source(feed["key"], query) for feed in feeds for query in _buckets(feed, "queries")),
        synthetic=_counts(about, "synthetic"),
        imprecise=sum(count for name, count in _counts(about, "precision") if name not in ("second", "minute", "hour")),
        corrected=about.get("corrected", {}).get("doc_count", 0),
        models=_counts(about, "models"),
        books={step: _books(runs.get("aggregations", {}), step) for step in BOOKS},
        indexed_at=datetime.fromtimestamp(indexed_at / 1000, UTC) if indexed_at else None,
    )


def _books(response: Response, step: str) -> dict[str, int]:
    return {name: int(response.get(f"{step}.{name}", {}).get("value") or 0) for name in BOOKS[step]}


def _source(feed: str, bucket: Response) -> Source:
    hits = bucket["live"]["last"]["hits"]["hits"] or bucket["last"]["hits"]["hits"]  # a backfill says nothing of today
    last = hits[0]["_source"]
    return Source(
        feed=feed,
        query=bucket["key"],
        runs=bucket["doc_count"],
        incomplete_runs=bucket["incomplete"]["doc_count"],
        posts=int(bucket["posts"]["value"] or 0),
        verdict=last.get("verdict", ""),
        complete=bool(last.get("complete")),
        finished_at=_time(last["finished_at"]),
        message=last.get("message") or "",
    )


def _mention(hit: Response) -> MentionShown:
    source = hit["_source"]
    return MentionShown(
        id=hit["_id"],
        brand=source["brand"],
        platform=source["platform"],
        kind=source["kind"],
        published_at=_time(source["@timestamp"]),
        label=source["sentiment"]["label"],
        corrected=bool(source.get("correction", {}).get("sentiment")),
        title=own_title(source.get("title"), source.get("text")),
        text=source.get("text") or "",
        url=source.get("url", {}).get("full"),
        author=source.get("author", {}).get("name"),
        engagement=source.get("engagement", {}).get("total"),
        customer=bool(source.get("customer", {}).get("id")),
    )


def _split(bucket: Response) -> Split:
    return Split(**{split["key"]: split["doc_count"] for split in _buckets(bucket, "sentiment")})


def _topic(id: str, source: Response) -> TopicShown:
    day, since = (shanghai(datetime.fromisoformat(source[at]), "%Y-%m-%d") for at in ("@timestamp", "first_at"))
    return TopicShown(
        id=id,
        name=source["name"],
        words=tuple(source["words"]),
        day=day,
        since=since,
        **{name: source[name] for name in ("mentions", "negative", "usual", "significance")},
    )


def _buckets(response: Response, name: str) -> Sequence[Response]:
    buckets: Sequence[Response] = response.get(name, {}).get("buckets", ())
    return buckets


def _counts(response: Response, name: str) -> tuple[tuple[str, int], ...]:
    return tuple((bucket["key"], bucket["doc_count"]) for bucket in _buckets(response, name))


def _time(value: str) -> datetime:
    return datetime.fromisoformat(value)
