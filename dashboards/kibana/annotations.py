"""Alerts and people's notes as layers of a Lens chart: what happened, where the figures moved."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from config.both import Both
from dashboards.colours import ACCENT, SENTIMENTS
from dashboards.kibana.objects import both, reference, view_id

__all__ = ["annotation_layers", "annotation_references"]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Events:
    name: Both
    field: str
    """What is read out of each event."""
    more: tuple[str, ...]
    icon: str
    colour: str


_KINDS: Mapping[str, _Events] = MappingProxyType(
    {
        "alerts": _Events(
            name=Both("预警", "Alerts"),
            field="title",
            more=("brand", "severity", "state"),
            icon="alert",
            colour=SENTIMENTS["negative"],
        ),
        "notes": _Events(
            name=Both("备注", "Notes"), field="text", more=("brand", "author"), icon="flag", colour=ACCENT
        ),
    }
)


def annotation_layers() -> list[Json]:
    """Return a layer for each kind of event; a board's filters hold for them too."""
    return [
        {
            "annotations": [
                {
                    "color": events.colour,
                    "extraFields": [
                        events.field,
                        *events.more,
                    ],  # a text that is not written out is asked for by these alone
                    # Kibana draws none without a query, and says nothing of it
                    "filter": {"language": "kuery", "query": f"{events.field}: *", "type": "kibana_query"},
                    "icon": events.icon,
                    "id": f"{kind}-events",
                    "key": {"type": "point_in_time"},
                    "label": both(events.name),
                    "lineStyle": "dashed",
                    "lineWidth": 1,
                    "textField": events.field,
                    "textVisibility": False,
                    "timeField": "@timestamp",
                    "type": "query",
                }
            ],
            "ignoreGlobalFilters": False,
            "layerId": kind,
            "layerType": "annotations",
            "persistanceType": "byValue",
        }
        for kind, events in _KINDS.items()
    ]


def annotation_references() -> list[dict[str, str]]:
    """Return what the layers refer to: each its data view."""
    return [reference("index-pattern", view_id(kind), f"xy-visualization-layer-{kind}") for kind in _KINDS]
