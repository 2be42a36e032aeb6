"""What the page asks of the index: one request a panel, plain enough to be sent again by hand.

Only what a basic licence and the embedded node serve: no Painless, pipeline aggregation or multi_terms. The ids Q1,
Q2, … are what the page's figures cite.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dashboards.page.data import Question

if TYPE_CHECKING:
    from indexing.elasticsearch.store import Store

__all__ = ["BOOKS", "EVIDENCE", "LABELS", "POSTS", "evidence", "questions", "scope"]

Body = dict[str, Any]

LABELS = ("negative", "neutral", "positive")
BOOKS = {
    "analyse": ("posts", "matched", "unmatched", "dead", "own"),
    "index": ("mentions", "held", "dead"),
}
"""The counts of the two steps, as each run's document keeps them under the step's name."""
POSTS, EVIDENCE = "Q5", "Q9"
"""What the posts themselves and the alerts' evidence are asked as."""
DAY_ZONE_NAME = "Asia/Shanghai"

_EXACT_BELOW = 40_000  # the largest precision_threshold: cardinality is next to exact up to so many authors
_MAX_PLATFORMS, _MAX_TARGETS, _MAX_ALERTS = 50, 500, 10
_MAX_TOPICS, _TOPICS_OF = 1_000, timedelta(days=2)
_WORDS_ASKED = 120  # more than are shown, since the brand's own words and single characters are left out
_SHOWN_FIELDS = [
    *("@timestamp", "brand", "platform", "kind", "native_id", "title", "text", "url.full", "author.id", "author.name"),
    *("engagement.total", "sentiment.label", "correction.sentiment", "customer.id"),
]


def questions(store: "Store", brands: Sequence[str], since: datetime, until: datetime, interval: str) -> list[Question]:
    """Return the requests for the brands (ids) from `since` to `until`, both included."""
    mentions = scope(since, until, brands)
    asked = [
        ("Q1", "figures", "mentions", _per_brand(mentions, brands, _figures())),
        ("Q2", "timeline", "mentions", _per_brand(mentions, brands, {"time": _timeline(interval)})),
        ("Q3", "platforms", "mentions", _per_brand(mentions, brands, {"platforms": _platforms()})),
        ("Q4", "words", "mentions", _words(mentions, brands, since, until)),
        ("Q6", "alerts", "alerts", _alerts(brands, since)),
        ("Q7", "runs", "runs", _runs(since)),
        ("Q10", "topics", "topics", _topics(brands, since, until)),
        ("Q8", "data", "mentions", {**_counting(mentions), "aggs": _about_the_data()}),
    ]
    return [Question(id=number, name=name, index=store.alias(kind), body=body) for number, name, kind, body in asked]


def evidence(store: "Store", ids: Sequence[str]) -> Question:
    """Return the request for the mentions with these ids."""
    body = {"size": len(ids), "query": {"ids": {"values": list(ids)}}, "_source": _SHOWN_FIELDS}
    return Question(id=EVIDENCE, name="evidence", index=store.alias("mentions"), body=body)


def scope(since: datetime, until: datetime, brands: Sequence[str]) -> Body:
    """Return the query for the brands' mentions of the period."""
    return _scope(since, until, [{"terms": {"brand": list(brands)}}])


def _scope(since: datetime, until: datetime, filters: Sequence[Body]) -> Body:
    period = {"range": {"@timestamp": {"gte": since.isoformat(), "lte": until.isoformat()}}}
    return {"bool": {"filter": [period, *filters]}}


def _counting(query: Body) -> Body:
    return {"size": 0, "track_total_hits": True, "query": query}


def _per_brand(query: Body, brands: Sequence[str], aggs: Body) -> Body:
    terms = {"field": "brand", "size": max(len(brands), 1)}
    return {**_counting(query), "aggs": {"brands": {"terms": terms, "aggs": aggs}}}


def _by_sentiment() -> Body:
    """`sentiment.label` is a person's label where there is one, else the engine's."""
    return {"terms": {"field": "sentiment.label", "size": len(LABELS)}}


def _figures() -> Body:
    return {
        "sentiment": _by_sentiment(),
        "engagement": {"sum": {"field": "engagement.total"}},
        "customers": {
            "filter": {"exists": {"field": "customer.id"}},
            "aggs": {"people": {"cardinality": {"field": "customer.id", "precision_threshold": _EXACT_BELOW}}},
        },
    }


def _timeline(interval: str) -> Body:
    histogram = {"field": "@timestamp", "calendar_interval": interval, "time_zone": DAY_ZONE_NAME, "min_doc_count": 1}
    return {"date_histogram": histogram, "aggs": {"sentiment": _by_sentiment()}}


def _platforms() -> Body:
    authors = {"cardinality": {"field": "author.id", "precision_threshold": _EXACT_BELOW}}
    terms = {"field": "platform", "size": _MAX_PLATFORMS}
    return {"terms": terms, "aggs": {"authors": authors, "sentiment": _by_sentiment()}}


def _words(query: Body, brands: Sequence[str], since: datetime, until: datetime) -> Body:
    """One brand's words in one sentiment, against all of that brand's mentions of the period."""
    aggs = {}
    for brand in brands:
        of_brand: Body = {"term": {"brand": brand}}
        terms = {
            "field": "tokens",
            "size": _WORDS_ASKED,
            "shard_size": 20 * _WORDS_ASKED,
            "min_doc_count": 3,
            "background_filter": _scope(since, until, [of_brand]),
        }
        labels = {
            label: {"filter": {"term": {"sentiment.label": label}}, "aggs": {"words": {"significant_terms": terms}}}
            for label in ("negative", "positive")
        }
        aggs[brand] = {"filter": of_brand, "aggs": labels}
    return {**_counting(query), "aggs": aggs} if aggs else _counting(query)


def _topics(brands: Sequence[str], since: datetime, until: datetime) -> Body:
    """The topics of the period's last two days, of today as far as it was counted."""
    beginning = max(since, until - _TOPICS_OF)
    query = _scope(beginning, until, [{"terms": {"brand": list(brands)}}, {"term": {"what": "topic"}}])
    newest_first = [{"@timestamp": {"order": "desc"}}, {"significance": {"order": "desc"}}, {"topic": {"order": "asc"}}]
    return {"size": _MAX_TOPICS, "query": query, "sort": newest_first}


def _alerts(brands: Sequence[str], since: datetime) -> Body:
    query = {"bool": {"filter": [_from("last_at", since), {"terms": {"brand": list(brands)}}]}}
    firing_first = [{"state": {"order": "asc"}}, {"@timestamp": {"order": "desc"}}]
    return {"size": _MAX_ALERTS, "track_total_hits": True, "query": query, "sort": firing_first}


def _runs(since: datetime) -> Body:
    last = {"top_hits": {"size": 1, "sort": [{"finished_at": {"order": "desc"}}]}}
    live = {"filter": {"bool": {"must_not": [{"exists": {"field": "purpose"}}]}}, "aggs": {"last": last}}
    incomplete = {"filter": {"term": {"complete": False}}}
    aggs = {"incomplete": incomplete, "posts": {"sum": {"field": "new"}}, "live": live, "last": last}
    by_query = {"terms": {"field": "query", "size": _MAX_TARGETS}, "aggs": aggs}
    by_feed = {"terms": {"field": "feed", "size": _MAX_PLATFORMS}, "aggs": {"queries": by_query}}
    books = {f"{step}.{name}": {"sum": {"field": f"{step}.{name}"}} for step, names in BOOKS.items() for name in names}
    return {**_counting(_from("finished_at", since)), "aggs": {"feeds": by_feed, **books}}


def _from(field: str, since: datetime) -> Body:
    """Without an end: an alert or a run of the very moment at which the page is made belongs to it."""
    return {"range": {field: {"gte": since.isoformat()}}}


def _about_the_data() -> Body:
    counts: Mapping[str, str] = {"synthetic": "synthetic", "precision": "time_precision", "models": "sentiment.model"}
    return {
        **{name: {"terms": {"field": field, "size": _MAX_PLATFORMS}} for name, field in counts.items()},
        "corrected": {"filter": {"exists": {"field": "correction.sentiment"}}},
        "indexed": {"max": {"field": "event.ingested"}},
    }
