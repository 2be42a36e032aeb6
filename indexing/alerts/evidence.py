"""What an alert shows for its figures: the mentions themselves, the loudest quoted, and the words that stand out."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from indexing.alerts.alert import Evidence, PlatformCount, Quote, Word
from indexing.alerts.detect import Finding
from indexing.alerts.plain import plain, safe_url
from indexing.alerts.series import NEGATIVE, Watch, ask, scope
from indexing.elasticsearch.store import Store

__all__ = ["gather"]

_MOST_IDS = 500
_QUOTES = 5
_WORDS = 10
_WORDS_ASKED = 60  # more than are kept, since the brand's own names and single characters are left out
_MOST_PLATFORMS = 50
_WORDY = re.compile(r"[^\W\d_]{2,24}")
_TEXT_LENGTH, _NAME_LENGTH = 140, 40
_LOUDEST = [
    {"engagement.total": {"order": "desc", "missing": "_last"}},
    {"author.followers": {"order": "desc", "missing": "_last"}},
    {"@timestamp": {"order": "asc"}},
    {"native_id": {"order": "asc"}},
]
_QUOTED_FIELDS = [
    *("@timestamp", "platform", "title", "text", "url.full"),
    *("author.name", "author.followers", "engagement.total"),
]


def gather(store: Store, watch: Watch, finding: Finding) -> Evidence:
    """Return the evidence of the finding's window."""
    answer = ask(store, [_search(watch, finding)])[0]
    if "aggregations" not in answer:  # the figures stand without it, and the next evaluation asks again
        return Evidence(total=finding.figures.negative)
    aggregations = answer["aggregations"]
    return Evidence(
        ids=tuple(hit["_id"] for hit in answer["hits"]["hits"]),
        total=answer["hits"]["total"]["value"],
        quotes=tuple(map(_quote, aggregations["quotes"]["hits"]["hits"])),
        words=_words(watch, aggregations["words"]["buckets"]),
        platforms=tuple(
            PlatformCount(platform=bucket["key"], mentions=bucket["doc_count"])
            for bucket in aggregations["platforms"]["buckets"]
        ),
    )


def _search(watch: Watch, finding: Finding) -> dict[str, Any]:
    background = scope(watch, finding.start - watch.rule.when.history, finding.end)
    return {
        "size": _MOST_IDS,
        "_source": False,
        "sort": _LOUDEST,
        "track_total_hits": True,
        "query": {"bool": {"filter": [*scope(watch, finding.start, finding.end), NEGATIVE]}},
        "aggs": {
            "quotes": {"top_hits": {"size": _QUOTES, "sort": _LOUDEST, "_source": _QUOTED_FIELDS}},
            "platforms": {"terms": {"field": "platform", "size": _MOST_PLATFORMS}},
            "words": {
                "significant_terms": {
                    "field": "tokens",
                    "size": _WORDS_ASKED,
                    "min_doc_count": 2,
                    "background_filter": {"bool": {"filter": background}},
                }
            },
        },
    }


def _quote(hit: Mapping[str, Any]) -> Quote:
    source = hit["_source"]
    author = source.get("author") or {}
    text = " ".join(filter(None, (source.get("title"), source.get("text"))))
    return Quote(
        id=hit["_id"],
        platform=source["platform"],
        published_at=datetime.fromisoformat(source["@timestamp"]),
        text=plain(text, _TEXT_LENGTH),
        author=plain(author["name"], _NAME_LENGTH) if author.get("name") else None,
        url=safe_url((source.get("url") or {}).get("full") or ""),
        engagement=(source.get("engagement") or {}).get("total"),
        followers=author.get("followers"),
    )


def _words(watch: Watch, buckets: list[Mapping[str, Any]]) -> tuple[Word, ...]:
    own = {word.casefold() for word in (watch.brand.name, *watch.brand.words)}
    found = [
        Word(word=bucket["key"], mentions=bucket["doc_count"], usual=bucket["bg_count"])
        for bucket in buckets
        if _WORDY.fullmatch(bucket["key"]) and bucket["key"].casefold() not in own
    ]
    return tuple(found[:_WORDS])
