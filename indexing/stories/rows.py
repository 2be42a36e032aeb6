"""The mentions of stories and accounts, each as the few values that their figures are made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from indexing.elasticsearch.errors import store_errors
from indexing.elasticsearch.mappings import MONTHLY
from indexing.elasticsearch.store import Store

__all__ = ["Row", "read_rows"]

_FIELDS = {
    "brand": "brand",
    "post_id": "post_id",
    "story": "story.id",
    "role": "story.role",
    "platform": "platform",
    "label": "sentiment.label",
    "author": "author.id",
    "name": "author.name",
    "followers": "author.followers",
    "verified": "author.verified",
    "digits": "author.digits",
    "engagement": "engagement.total",
    "edited": "edited_at",
    "deleted": "deleted_at",
}
_IDS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One mention; None where the index does not know."""

    mention: str
    post_id: str
    brand: str
    story: str
    role: str
    at: datetime
    platform: str
    label: str | None = None
    author: str | None = None
    name: str | None = None
    followers: int | None = None
    verified: bool | None = None
    digits: float | None = None
    engagement: int | None = None
    words: str | None = None
    """A hash of the whole text; None for a text too short to say something."""
    edited: bool = False
    deleted: bool = False


def read_rows(store: Store, field: str, values: Sequence[str]) -> Iterator[Row]:
    """Yield the mentions that have a story and whose keyword `field` is one of `values`, in no order."""
    from elasticsearch.helpers import scan

    dates = [{"field": "@timestamp", "format": "strict_date_optional_time"}]
    fields = [*dates, *({"field": name} for name in (*_FIELDS.values(), "story.keys"))]
    for start in range(0, len(values), _IDS_AT_ONCE):
        some = list(values[start : start + _IDS_AT_ONCE])
        filters = [{"terms": {field: some}}, {"exists": {"field": "story.id"}}]
        query = {"query": {"bool": {"filter": filters}}, "docvalue_fields": fields, "_source": False}
        with store_errors():
            yield from map(_row, scan(store.client, index=store.alias(MONTHLY), query=query, size=2_000))


def _row(hit: Mapping[str, Any]) -> Row:
    fields = hit["fields"]
    values = {name: fields[field][0] for name, field in _FIELDS.items() if field in fields}
    return Row(
        mention=hit["_id"],
        at=datetime.fromisoformat(fields["@timestamp"][0]),
        words=next((key for key in fields.get("story.keys", ()) if key.startswith("=")), None),
        **{**values, "edited": "edited" in values, "deleted": "deleted" in values},
    )
