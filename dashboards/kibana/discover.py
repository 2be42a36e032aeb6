"""Data views, and the saved searches that list documents with their columns and the link to the post."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from config.both import Both
from dashboards.kibana.objects import SavedObject, both, compact, reference, saved, view_id
from dashboards.names import COLUMNS, NAMES, VALUES
from dashboards.panel import TIMELESS, Listing
from indexing.elasticsearch.mappings import KINDS
from indexing.metrics.where import kql

__all__ = ["data_view", "search"]

_NAMES = {
    "mentions": Both("听风 提及", "mentions"),
    "engagement": Both("听风 互动历史", "engagement"),
    "runs": Both("听风 采集", "crawl runs"),
    "customers": Both("听风 客户", "customers"),
    "links": Both("听风 客户关联", "customer links"),
    "profiles": Both("听风 客户画像", "customer profiles"),
    "cases": Both("听风 客户投诉", "customer complaints"),
    "stories": Both("听风 传播事件", "stories"),
    "accounts": Both("听风 账号", "accounts"),
    "alerts": Both("听风 预警", "alerts"),
    "alert-events": Both("听风 预警经过", "alert events"),
    "notes": Both("听风 备注", "notes"),
    "levels": Both("听风 爆发水平", "burst levels"),
    "dark": Both("听风 暗数", "dark figures"),
    "quality": Both("听风 标注质量", "labelling quality"),
    "topics": Both("听风 话题", "topics"),
}
_OPEN = "查看原文 Open the post"
_WIDE = {"text": 400, "title": 300, "reason_zh": 330, "message": 320, "url.full": 190}
"""Pixels of the columns that people read, in a list that takes the whole width; the others share what is left."""
_NARROW = {
    **{"@timestamp": 140, "brand": 90, "platform": 100, "name": 110, "mentions": 80, "engagement.total": 125},
    **{"url.full": 120, "coordination.score": 90, "coordination.copies": 80, "coordination.rhythm": 80},
    **{"tier": 80, "value_band": 90, "churn.score": 90, "churn.silence": 90, "churn.negative": 90, "voice.nsr": 80},
    **{"customer.id": 110, "feed": 110, "query": 120, "gap.start": 140, "gap.end": 140, "gap.lost": 70},
    **{"slice.region": 80},
}
"""Pixels of the columns of a list that takes less, where text and title have what is left."""
_FULL = 48


def data_view(kind: str, brands: Mapping[str, str] = MappingProxyType({})) -> SavedObject:
    """Return the data view of a kind of index, on its alias, with links that open and values in both languages.

    A brand of `brands` (names by ids) goes by its name; its key stays, so that one that is renamed keeps its past.
    """
    attributes: dict[str, Any] = {
        "allowHidden": False,
        "fieldAttrs": compact(_labels(kind)),
        "fieldFormatMap": compact(_formats(kind, brands)),
        "fields": "[]",
        "name": both(_NAMES.get(kind, Both(kind, kind))),
        "runtimeFieldMap": "{}",
        "sourceFilters": "[]",
        "title": view_id(kind),
        "typeMeta": "{}",
    }
    if kind not in TIMELESS:
        attributes["timeFieldName"] = "@timestamp"
    return saved("index-pattern", view_id(kind), attributes)


def search(id: str, listing: Listing) -> SavedObject:
    """Return the listing as a saved search, which Discover opens with its columns and its order."""
    source = {
        "filter": [],
        "indexRefName": "kibanaSavedObjectMeta.searchSourceJSON.index",
        "query": {"language": "kuery", "query": kql(listing.where)},
    }
    attributes: dict[str, Any] = {
        "columns": list(listing.columns),
        "description": f"{listing.description.zh}\n\n{listing.description.en}",
        "grid": _grid(listing),
        "hideChart": True,
        "isTextBasedQuery": False,
        "kibanaSavedObjectMeta": {"searchSourceJSON": compact(source)},
        "rowHeight": 2,
        "sort": [[listing.sort, "desc"]],
        "timeRestore": False,
        "title": both(listing.title),
    }
    name = "kibanaSavedObjectMeta.searchSourceJSON.index"
    return saved("search", id, attributes, [reference("index-pattern", view_id(listing.kind), name)])


def _grid(listing: Listing) -> dict[str, Any]:
    widths = _WIDE if listing.width == _FULL else _NARROW
    shown = ("@timestamp", *listing.columns)
    return {"columns": {name: {"width": widths[name]} for name in shown if name in widths}}


def _labels(kind: str) -> dict[str, Any]:
    """Return what fields are called in heads of lists and in filters, in both languages."""
    names = {field.name: COLUMNS.get(field.name) for field in KINDS[kind]}
    return {field: {"customLabel": both(name)} for field, name in names.items() if name}


def _formats(kind: str, brands: Mapping[str, str]) -> dict[str, Any]:
    formats: dict[str, Any] = {}
    for field in KINDS[kind]:
        if names := NAMES.get(VALUES.get(field.name, "")):
            entries = [{"key": key, "value": both(value)} for key, value in names.items()]
            formats[field.name] = {"id": "static_lookup", "params": {"lookupEntries": entries}}
        elif field.name == "brand" and brands:
            entries = [{"key": key, "value": name} for key, name in sorted(brands.items())]
            formats[field.name] = {"id": "static_lookup", "params": {"lookupEntries": entries}}
        elif field.name == "url.full":
            formats[field.name] = {"id": "url", "params": {"labelTemplate": _OPEN, "openLinkInCurrentTab": False}}
    return formats
