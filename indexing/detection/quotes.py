"""What an alert quotes: the loudest post of each story, the weightiest stories first, nothing that says the same twice.

A story weighs its mentions in the window and their engagement. Stories whose posts differ in a number or a few
characters count as one. What is not quoted is counted.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from indexing.alerts.alert import Quote
from indexing.alerts.plain_text import plain_text, safe_url
from indexing.detection.search_rounds import Body
from indexing.stories.likeness import normalised

__all__ = ["LOUDEST", "QUOTED_FIELDS", "Quoted", "asked_stories", "quote_of", "quoted"]

_QUOTES = 5
_CANDIDATES = 30
"""Stories that are looked at, once by their mentions and once by their engagement."""
_TEXT_LENGTH, _NAME_LENGTH = 140, 40
_ALIKE = 0.6
"""Shared pairs of characters from which two posts say the same."""
_NUMBERS = re.compile(r"[a-z]*\d[a-z\d]*|[零〇一二三四五六七八九十百千万亿两]+")
LOUDEST: Sequence[Body] = (
    {"engagement.total": {"order": "desc", "missing": "_last"}},
    {"author.followers": {"order": "desc", "missing": "_last"}},
    {"@timestamp": {"order": "asc"}},
    {"native_id": {"order": "asc"}},
)
QUOTED_FIELDS = [
    *("@timestamp", "platform", "title", "text", "url.full"),
    *("author.name", "author.followers", "engagement.total"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """The quotes, and what they leave out."""

    quotes: tuple[Quote, ...]
    more_stories: int
    more_mentions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    quote: Quote
    said: frozenset[str]
    mentions: int
    weight: float


def asked_stories() -> dict[str, Body]:
    """Return the aggregations over a window's mentions that `quoted` reads."""
    own = {
        "engagement": {"sum": {"field": "engagement.total"}},
        "post": {"top_hits": {"size": 1, "sort": LOUDEST, "_source": QUOTED_FIELDS}},
    }
    alone = {"top_hits": {"size": _CANDIDATES, "sort": LOUDEST, "_source": QUOTED_FIELDS}}
    loud = [{"engagement": "desc"}, {"_key": "asc"}]
    return {
        "stories": {"terms": {"field": "story.id", "size": _CANDIDATES}, "aggs": own},
        "loud_stories": {"terms": {"field": "story.id", "size": _CANDIDATES, "order": loud}, "aggs": own},
        "different_stories": {"cardinality": {"field": "story.id", "precision_threshold": 40_000}},
        "unplaced": {"missing": {"field": "story.id"}, "aggs": {"posts": alone}},
    }


def quoted(total: int, aggregations: Mapping[str, Any]) -> Quoted:
    """Return what to quote of a window with `total` mentions."""
    found = list(_candidates(aggregations))
    kept = sorted(_united(sorted(found, key=_heaviest)), key=_heaviest)
    shown, rest = kept[:_QUOTES], kept[_QUOTES:]
    unseen = aggregations["different_stories"]["value"] + aggregations["unplaced"]["doc_count"] - len(found)
    return Quoted(
        quotes=tuple(replace(story.quote, mentions=story.mentions) for story in shown),
        more_stories=max(0, len(rest) + unseen),
        more_mentions=max(0, total - sum(story.mentions for story in shown)),
    )


def _heaviest(story: _Story) -> tuple[float, str]:
    return -story.weight, story.quote.id


def _united(stories: Iterable[_Story]) -> list[_Story]:
    """Return the stories with those that say the same as an earlier one added to it."""
    kept: list[_Story] = []
    for story in stories:
        place = next((place for place, other in enumerate(kept) if _alike(story.said, other.said)), None)
        if place is None:
            kept.append(story)
        else:
            one = kept[place]
            kept[place] = replace(one, mentions=one.mentions + story.mentions, weight=one.weight + story.weight)
    return kept


def _candidates(aggregations: Mapping[str, Any]) -> Iterator[_Story]:
    buckets = {one["key"]: one for name in ("stories", "loud_stories") for one in aggregations[name]["buckets"]}
    for bucket in buckets.values():
        (hit,) = bucket["post"]["hits"]["hits"]
        yield _story(hit, bucket["doc_count"], bucket["engagement"]["value"] or 0.0)
    for hit in aggregations["unplaced"]["posts"]["hits"]["hits"]:  # a mention that no story holds yet is its own
        yield _story(hit, 1, (hit["_source"].get("engagement") or {}).get("total") or 0.0)


def _story(hit: Mapping[str, Any], mentions: int, engagement: float) -> _Story:
    words = _words(hit["_source"])
    return _Story(quote=quote_of(hit), said=_pairs(words), mentions=mentions, weight=mentions + engagement)


def _words(source: Mapping[str, Any]) -> str:
    """Return what a post says; a title that only repeats its beginning is left out."""
    title, text = source.get("title") or "", source.get("text") or ""
    return text if normalised(text).startswith(normalised(title)) else f"{title} {text}".strip()


def _pairs(text: str) -> frozenset[str]:
    said = _NUMBERS.sub("", normalised(text)) or normalised(text)
    return frozenset(said[at : at + 2] for at in range(max(1, len(said) - 1)))


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return 2 * len(one & other) >= _ALIKE * (len(one) + len(other))


def quote_of(hit: Mapping[str, Any]) -> Quote:
    """Return a hit of the mentions, with QUOTED_FIELDS, as it may be shown anywhere."""
    source = hit["_source"]
    author = source.get("author") or {}
    return Quote(
        id=hit["_id"],
        platform=source["platform"],
        published_at=datetime.fromisoformat(source["@timestamp"]),
        text=plain_text(_words(source), _TEXT_LENGTH),
        author=plain_text(author["name"], _NAME_LENGTH) if author.get("name") else None,
        url=safe_url((source.get("url") or {}).get("full") or ""),
        engagement=(source.get("engagement") or {}).get("total"),
        followers=author.get("followers"),
    )
