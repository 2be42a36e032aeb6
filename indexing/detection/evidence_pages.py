"""All mentions that an alert is about, page by page: its own question to the index, asked again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from indexing.alerts.alert import Alert, Quote
from indexing.detection.quotes import LOUDEST, QUOTED_FIELDS, quote_of
from indexing.elasticsearch.retry import with_retries
from indexing.elasticsearch.store import Store

__all__ = ["EvidencePage", "evidence_page"]

_SIZE = 50
_DEEPEST = 10_000
"""Mentions that the index gives page by page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePage:
    """One page of the evidence, the most engaging first; `total` counts what the index holds of it now."""

    quotes: tuple[Quote, ...]
    total: int
    number: int
    pages: int


def evidence_page(store: Store, alert: Alert, number: int) -> EvidencePage:
    """Return one page, counted from 1; a number beyond the last gives the last."""
    asked = next((one.body["query"] for one in alert.questions if one.id == "window" and _of_mentions(one.index)), None)
    query = asked or {"ids": {"values": list(alert.evidence.ids)}}
    answer = _search(store, query, max(1, min(number, _DEEPEST // _SIZE)))
    total = answer["hits"]["total"]["value"]
    pages = max(1, min(-(-total // _SIZE), _DEEPEST // _SIZE))
    if number > pages:
        answer = _search(store, query, pages)
    return EvidencePage(
        quotes=tuple(map(quote_of, answer["hits"]["hits"])),
        total=total,
        number=max(1, min(number, pages)),
        pages=pages,
    )


def _of_mentions(index: str) -> bool:
    return index.endswith("mentions")


def _search(store: Store, query: Mapping[str, Any], page: int) -> Mapping[str, Any]:
    return with_retries(
        lambda: (
            store.client.search(
                index=store.alias("mentions"),
                query=query,
                sort=LOUDEST,
                from_=(page - 1) * _SIZE,
                size=_SIZE,
                source_includes=QUOTED_FIELDS,
                track_total_hits=True,
            ).body
        )
    )
