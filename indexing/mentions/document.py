"""Mention → the index's document: the part that the page gave and the part that the analysis made."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from config.fold import fold
from config.settings import DAY_ZONE
from crawlers.formats import native_id
from crawlers.post import Author, Engagement, Post
from indexing.elasticsearch.exact import any_way
from indexing.mentions.privacy import author_fields
from indexing.metrics.engagement import total
from indexing.people.edges import said
from indexing.people.pseudonyms import Pseudonyms
from nlp.classifier.heads import SENTIMENTS
from nlp.mention import Mention

__all__ = ["analysis_part", "document_id", "millis", "month", "native_month", "page_part", "post_id", "timestamp"]

_LONGEST_ID = 440
"""Bytes of a post's id; with the brand's it stays below the 512 that Elasticsearch takes."""
_LONGEST_TEXT = 100_000
_MOST_TOKENS, _MOST_TERMS, _MOST_PICTURES = 20_000, 200, 20
_LARGEST = 2**63 - 1
_FIRST_MONTH = datetime(2009, 1, 1, tzinfo=UTC)  # a feed's archive must not make an index a month since 1995
_CLOCK_SKEW = timedelta(days=1)


def post_id(id: str) -> str:
    """Return `Post.id` as the index holds it: itself, or with a digest for a native id that is too long."""
    if len(id.encode()) <= _LONGEST_ID:
        return id
    platform, kind, native = id.split(":", 2)
    return f"{platform}:{kind}:~{hashlib.sha256(native.encode()).hexdigest()}"


def document_id(mention: Mention) -> str:
    """Return the mention's id as the index holds it."""
    return f"{post_id(mention.post.id)}:{mention.brand}"


def month(moment: datetime) -> str:
    """Return the month, as `2026.11`, whose index holds what was published then; all before 2009 lies in one."""
    return max(moment, _FIRST_MONTH).astimezone(DAY_ZONE).strftime("%Y.%m")


def native_month(post: Post) -> str | None:
    """Return the month that the native id carries, which no later page can change; None where it carries none."""
    moment = native_id.published(post.platform, post.native_id)
    if moment is None or not _FIRST_MONTH <= moment <= post.fetched_at + _CLOCK_SKEW:
        return None
    return month(moment)


def millis(moment: datetime) -> int:
    """Return milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def timestamp(moment: datetime) -> str:
    """Return the moment as the index keeps it, in UTC to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def page_part(mention: Mention, pseudonyms: Pseudonyms) -> dict[str, Any]:
    """Return the fields that the page writer owns."""
    post = mention.post
    return _known(
        {
            "@timestamp": timestamp(post.published_at),
            "post_id": post_id(post.id),
            "platform": post.platform,
            "feed": post.feed,
            "found_by": [post.feed],
            "site": post.site,
            "kind": str(post.kind),
            "native_id": post.native_id,
            "parent_id": post.parent_id,
            "root_id": post_id(post.root_id) if post.root_id else None,
            "url": {"full": post.url},
            "title": fold(post.title) if post.title else None,
            "text": fold(post.text),
            "author": _author(post, post.author, pseudonyms) if post.author else None,
            "engagement": _counts(post.platform, post.engagement),
            "rating": post.rating,
            "folded": _folded(post, pseudonyms),
            "region": post.region,
            "tags": _first(post.tags),
            "links": _first(post.links),
            "pictures": _first(post.pictures, _MOST_PICTURES),
            "language": post.language,
            "query": post.query,
            "run_id": post.run_id,
            "time_precision": str(post.time_precision),
            "fetched_at": timestamp(post.fetched_at),
            "edited_at": timestamp(post.edited_at) if post.edited_at else None,
            "deleted_at": timestamp(post.deleted_at) if post.deleted_at else None,
            "rank": post.rank,
            "synthetic": _first(post.synthetic),
            "writers": {"page": millis(post.fetched_at)},
        }
    )


def analysis_part(mention: Mention, analysed_at: datetime) -> dict[str, Any]:
    """Return the fields that the analysis writer owns; `analysed_at` is its version for this page."""
    sentiment = mention.sentiment
    return _known(
        {
            "brand": mention.brand,
            "matched_by": str(mention.matched_by),
            "matched": _first([_unnamed(term) for term in mention.matched]),
            "sentiment": {
                "predicted": str(sentiment.label),
                "score": sentiment.score,
                "probability": sentiment.probability,
                "engine": sentiment.engine,
                "model": sentiment.model,
                "target": sentiment.target,
                "why": sentiment.why,
                "before": dict(zip(SENTIMENTS, sentiment.before, strict=True)) if sentiment.before else None,
            },
            "mood": str(mention.mood) if mention.mood else None,
            "mood_probability": mention.mood_probability,
            "emotion": mention.emotion,
            "emotion_probability": mention.emotion_probability,
            "intent": mention.intent,
            "intent_probability": mention.intent_probability,
            "speaker": mention.speaker,
            "entities": _first(mention.entities),
            "keywords": _first(mention.keywords),
            "tokens": _first(mention.tokens, _MOST_TOKENS),
            "analysis": mention.analysis,
            "writers": {"analysed_page": millis(mention.post.fetched_at), "analysis": millis(analysed_at)},
        }
    )


def _author(post: Post, author: Author, pseudonyms: Pseudonyms) -> dict[str, Any]:
    """Return the author as the index shows it, with what remains of a private name: how much of it is digits."""
    own_name = author.name if "author.name" not in post.synthetic else None
    digits = round(sum(map(str.isdigit, own_name)) / len(own_name), 1) if own_name else None
    evidence = sorted({f"{kind}:{pseudonyms.of(*one)}" for kind, one in said(post)})
    return {**author_fields(post.platform, author, pseudonyms), "digits": digits, "evidence": evidence}


def _folded(post: Post, pseudonyms: Pseudonyms) -> dict[str, Any]:
    return {
        "author": pseudonyms.author(post.author.name) if post.author and post.author.name else None,
        "region": any_way(post.region) if post.region else None,
        "site": any_way(post.site) if post.site else None,
        "tag": [any_way(tag) for tag in _first(post.tags) if tag],
    }


def _counts(platform: str, engagement: Engagement) -> dict[str, int] | None:
    counts = {name: getattr(engagement, name) for name in Engagement.__slots__}
    known = {name: _fitting(count) for name, count in counts.items() if count is not None}
    if not known:
        return None
    return {**known, "total": _fitting(total(platform, known))}


def _fitting(count: int) -> int:
    return max(-_LARGEST, min(count, _LARGEST))


def _first(values: Sequence[str], most: int = _MOST_TERMS) -> list[str]:
    """Return the first values, at most so many, and together no longer than a text may be."""
    kept, room = [], _LONGEST_TEXT
    for value in values[:most]:
        room -= len(value)
        if room < 0:
            break
        kept.append(value)
    return kept


def _unnamed(term: str) -> str:
    """Take the name out of a matched `author:name`: it may be a private person's."""
    return "author" if term.startswith("author:") else term


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is None or empty, within objects too, and cut texts to their longest."""
    kept: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, str):
            kept[name] = value[:_LONGEST_TEXT]
        elif isinstance(value, dict):
            if plain := _known(value):
                kept[name] = plain
        elif value is not None and value != []:
            kept[name] = value
    return kept
