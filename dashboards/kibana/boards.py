"""A board as a Kibana dashboard: its panels in rows, controls and links above them, drill-downs on each."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dashboards.kibana.objects import SavedObject, both, compact, reference, saved, view_id
from dashboards.panel import Board, Bucket, Listing, Panel, Top
from dashboards.period import in_kibana
from indexing.elasticsearch.mappings import KINDS

__all__ = ["MENTIONS_BOARD", "dashboard", "dashboard_id", "panel_id", "part_id"]

MENTIONS_BOARD = "mentions"
"""The board that drill-downs lead to."""

_WIDTH = 48
_LINKS_HEIGHT = 3
_SPACE = uuid.UUID("6f0c8d3e-6a5b-5a52-9d0c-6d6a1f3f2b77")
_VERSION = "8.12.2"
_DASHBOARD = "DASHBOARD_TO_DASHBOARD_DRILLDOWN"
"""The one drill-down of a basic licence with columns: Discover's shows the time and the clicked field alone."""

Json = dict[str, Any]
References = list[dict[str, str]]


def dashboard_id(board: str) -> str:
    """Return the saved object's id of a board."""
    return f"tingfeng-{board}"


def panel_id(board: str, panel: Panel | Listing) -> str:
    """Return the saved object's id of a board's panel."""
    return f"tingfeng-{board}-{panel.id}"


def part_id(board: str, part: str) -> str:
    """Return the id of a part within its board, such as a panel or a control.

    Kibana keeps the parts of the board before whose ids stand on the next one too, with what they showed there.
    """
    return f"{board}-{part}"


def dashboard(id: str, board: Board, boards: Mapping[str, Board]) -> SavedObject:
    """Return the board as a saved object of type `dashboard`; `boards` are all of them, which it links to."""
    links, references = _links(id, boards)
    shown = [links]
    for panel, (x, y) in _places(board.panels):
        one, needed = _shown(id, panel, x, y)
        shown.append(one)
        references += needed
    controls, needed = _controls(id, board)
    first, last = in_kibana(board.days)
    attributes = {
        "controlGroupInput": controls,
        "description": f"{board.purpose.zh}\n{board.purpose.en}",
        "kibanaSavedObjectMeta": {
            "searchSourceJSON": compact({"filter": [], "query": {"language": "kuery", "query": ""}})
        },
        "optionsJSON": compact(
            {
                "hidePanelTitles": False,
                "syncColors": True,
                "syncCursor": True,
                "syncTooltips": False,
                "useMargins": True,
            }
        ),
        "panelsJSON": compact(shown),
        "refreshInterval": {"pause": True, "value": 60_000},
        "timeFrom": first,
        "timeRestore": True,
        "timeTo": last,
        "title": f"听风 · {both(board.title)}",
        "version": 1,
    }
    return saved("dashboard", dashboard_id(id), attributes, [*references, *needed])


def _places(panels: Iterable[Panel | Listing]) -> Iterator[tuple[Panel | Listing, tuple[int, int]]]:
    """Yield each panel with its column and row: side by side while there is room, then the next row."""
    x, y, tallest = 0, _LINKS_HEIGHT, 0
    for panel in panels:
        if x + panel.width > _WIDTH:
            x, y, tallest = 0, y + tallest, 0
        yield panel, (x, y)
        x, tallest = x + panel.width, max(tallest, panel.height)


def _shown(board: str, panel: Panel | Listing, x: int, y: int) -> tuple[Json, References]:
    index = part_id(board, panel.id)
    type = "lens" if isinstance(panel, Panel) else "search"
    references = [reference(type, panel_id(board, panel), f"{index}:panel_{index}")]
    events: list[Json] = []
    if isinstance(panel, Panel) and panel.by and board != MENTIONS_BOARD and _leads_to_mentions(panel):
        config = {"openInNewTab": False, "useCurrentDateRange": True, "useCurrentFilters": True}
        events.append(_event(board, panel, _DASHBOARD, "查看提及与原文 See the mentions", config))
        name = f"{index}:drilldown:{_DASHBOARD}:{events[-1]['eventId']}:dashboardId"
        references.append(reference("dashboard", dashboard_id(MENTIONS_BOARD), name))
    return {
        "embeddableConfig": {"enhancements": {"dynamicActions": {"events": events}} if events else {}},
        "gridData": {"h": panel.height, "i": index, "w": panel.width, "x": x, "y": y},
        "panelIndex": index,
        "panelRefName": f"panel_{index}",
        "type": type,
        "version": _VERSION,
    }, references


def _leads_to_mentions(panel: Panel) -> bool:
    """Whether what is clicked can be looked for among the mentions."""
    if panel.kind == "mentions":
        return True
    fields = {field.name for field in KINDS["mentions"]}
    tops: list[Bucket] = [bucket for bucket in panel.by if isinstance(bucket, Top)]
    return (
        bool(tops)
        and all(bucket.field in fields for bucket in tops)
        and panel.kind
        in (
            "accounts",
            "stories",
            "alerts",
        )
    )


def _event(board: str, panel: Panel, factory: str, name: str, config: Json) -> Json:
    return {
        "action": {"config": config, "factoryId": factory, "name": name},
        "eventId": str(uuid.uuid5(_SPACE, f"{board} {panel.id} {factory}")),
        "triggers": ["FILTER_TRIGGER"],
    }


def _links(board: str, boards: Mapping[str, Board]) -> tuple[Json, References]:
    place, links, references = part_id(board, "to-the-boards"), [], []
    for number, (id, other) in enumerate(boards.items()):
        name = f"link_{id}_dashboard"
        links.append(
            {
                "destinationRefName": name,
                "id": part_id(board, id),
                "label": other.title.zh if id != board else f"▸ {other.title.zh}",
                "options": {"openInNewTab": False, "useCurrentDateRange": True, "useCurrentFilters": True},
                "order": number,
                "type": "dashboardLink",
            }
        )
        references.append(reference("dashboard", dashboard_id(id), f"{place}:{name}"))
    return {
        "embeddableConfig": {
            "attributes": {"layout": "horizontal", "links": links},
            "enhancements": {},
            "hidePanelTitles": True,
        },
        "gridData": {"h": _LINKS_HEIGHT, "i": place, "w": _WIDTH, "x": 0, "y": 0},
        "panelIndex": place,
        "type": "links",
        "version": _VERSION,
    }, references


def _controls(board_id: str, board: Board) -> tuple[Json, References]:
    panels: Json = {}
    references = []
    for number, control in enumerate(board.controls):
        id = part_id(board_id, control.field.replace(".", "-"))
        given = {
            "enhancements": {},
            "fieldName": control.field,
            "id": id,
            "selectedOptions": [],
            "title": both(control.name),
        }
        panels[id] = {
            "explicitInput": given,
            "grow": True,
            "order": number,
            "type": "optionsListControl",
            "width": "medium",
        }
        references.append(reference("index-pattern", view_id(board.kind), f"controlGroup_{id}:optionsListDataView"))
    slider = part_id(board_id, "time")
    panels[slider] = {
        "explicitInput": {"enhancements": {}, "id": slider},  # a slice of the whole would end with the hour: tomorrow
        "grow": True,
        "order": len(panels),
        "type": "timeSlider",
        "width": "large",
    }
    ignored = {"ignoreFilters": False, "ignoreQuery": False, "ignoreTimerange": False, "ignoreValidations": False}
    return {
        "chainingSystem": "HIERARCHICAL",
        "controlStyle": "oneLine",
        "ignoreParentSettingsJSON": compact(ignored),
        "panelsJSON": compact(panels),
    }, references
