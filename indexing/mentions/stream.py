"""A brand's own stream of past weeks as its engine read it, without the bursts: what a prior is learnt from.

A crisis must not teach that its own words are usual. So whatever was published while an alert of the brand was open is
left out, from the burst's beginning to its end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.scan import scan
from indexing.elasticsearch.store import Store
from indexing.mentions.sample import drawn
from nlp.classifier.heads import SENTIMENTS

__all__ = ["Stream", "bursts", "engine_said", "stream"]

_MOST = 5_000
_UNKNOWN = 1 / 3
"""The probability of a text without words, which says nothing of a stream."""
_TIMES = ["began_at", "window_start", "last_at", "resolved_at", "state"]
Three = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What the engine said of a brand's mentions: (negative, neutral, positive) each, of texts that differ."""

    said: tuple[Three, ...]
    mentions: int
    """Mentions of that time, bursts left out."""
    left_out: int
    """Mentions within bursts."""
    days: int
    """Days with mentions, bursts left out."""
    bursts: tuple[tuple[datetime, datetime], ...]


def stream(store: Store, brand: str, model: str, since: datetime, until: datetime) -> Stream:
    """Return what this model said of the brand's mentions published in [since, until), at most 5,000 texts of them."""
    apart = bursts(store, brand, since, until)
    mine = [{"term": {"brand": brand}}, {"term": {"sentiment.model": model}}, _between(since, until)]
    quiet = {"bool": {"filter": mine, "must_not": [_between(*burst) for burst in apart]}}
    fields = ("sentiment", "text", "title", "@timestamp")
    found = drawn(store, quiet, fields, 2 * _MOST, f"prior {brand}")
    texts = {f"{one.get('title', '')}\n{one.get('text', '')}": one for one in found}
    told = [engine_said(one["sentiment"]) for one in texts.values()]
    with store_errors():
        index = store.alias(MONTHLY)
        calm = int(store.client.count(index=index, query=quiet)["count"])
        every = int(store.client.count(index=index, query={"bool": {"filter": mine}})["count"])
    return Stream(
        said=tuple(three for three in told if three and max(three) > _UNKNOWN + 1e-4)[:_MOST],
        mentions=calm,
        left_out=every - calm,
        days=len({one["@timestamp"][:10] for one in found}),
        bursts=tuple(apart),
    )


def engine_said(sentiment: Mapping[str, Any]) -> Three | None:
    """Return the engine's own negative, neutral and positive of an indexed mention, before any prior; None if unknown.

    The index holds the label, its probability and positive minus negative, of which all three follow.
    """
    if before := sentiment.get("before"):
        negative, neutral, positive = (float(before.get(name, 0.0)) for name in SENTIMENTS)
        return negative, neutral, positive
    label, probability, score = (sentiment.get(name) for name in ("predicted", "probability", "score"))
    if label not in SENTIMENTS or probability is None or score is None:
        return None
    if label == "neutral":
        negative = (1 - probability - score) / 2
        return _proper(negative, probability, negative + score)
    other = probability - abs(score)
    middle = 1 - probability - other
    return _proper(probability, middle, other) if label == "negative" else _proper(other, middle, probability)


def bursts(store: Store, brand: str, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Return the times, in order and joined, in which an alert of the brand was open; one still open has no end yet."""
    filters = [{"term": {"brand": brand}}, {"range": {"began_at": {"lt": until.isoformat()}}}]
    asked = {"query": {"bool": {"filter": filters}}, "_source": _TIMES, "sort": ["_doc"]}
    with store_errors():
        store.refresh("alerts")
        hits = list(scan(store.client, index=store.alias("alerts"), query=asked, preserve_order=True))
    spans = sorted(_span(hit["_source"], until) for hit in hits)
    return _joined([(start, end) for start, end in spans if end > since])


def _span(alert: Mapping[str, Any], until: datetime) -> tuple[datetime, datetime]:
    times = {name: datetime.fromisoformat(alert[name]) for name in alert if name != "state"}
    start = min(times["began_at"], times.get("window_start", times["began_at"]))
    if alert["state"] != "resolved":
        return start, max(until, datetime.now(UTC))
    ends = [times[name] for name in ("last_at", "resolved_at") if name in times]
    return start, max(ends, default=start + timedelta(days=1))


def _joined(spans: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _between(since: datetime, until: datetime) -> dict[str, Any]:
    return {"range": {"@timestamp": {"gte": since.isoformat(), "lt": until.isoformat()}}}


def _proper(*three: float) -> Three:
    negative, neutral, positive = (max(0.0, value) for value in three)
    total = negative + neutral + positive or 1.0
    return negative / total, neutral / total, positive / total
