"""A panel as a Lens visualization in Kibana's library."""

from collections.abc import Sequence
from typing import Any

from dashboards.colours import of_measure
from dashboards.kibana.annotations import annotation_layers, annotation_references
from dashboards.kibana.colour_mapping import colour_mapping, one_colour
from dashboards.kibana.columns import bucket_id, columns, measure_id
from dashboards.kibana.objects import SavedObject, both, reference, saved, view_id
from dashboards.panel import Draw, Panel, Time
from indexing.metrics.metric import Shape
from indexing.metrics.where import kql

__all__ = ["lens"]

_LAYER = "layer"
_PALETTE = {"name": "default", "type": "palette"}
_SERIES = {
    Draw.COLUMNS: "bar_stacked",
    Draw.LINES: "line",
    Draw.BARS: "bar_horizontal_stacked",
    Draw.SHARES: "bar_horizontal_percentage_stacked",
}
_ROWS = 10
_TIME_WIDTH = 210

State = dict[str, Any]


def lens(id: str, panel: Panel, brands: Sequence[str] = ()) -> SavedObject:
    """Return the panel as a saved object of type `lens`; `brands` (ids, in their order) have a colour each."""
    made = columns(panel)
    layer = {
        "columnOrder": list(made),
        "columns": made,
        "ignoreGlobalFilters": False,
        "incompleteColumns": {},
        "sampling": 1,
    }
    type, visualization = _visualization(panel, brands)
    state = {
        "adHocDataViews": {},
        "datasourceStates": {
            "formBased": {"layers": {_LAYER: layer}},
            "indexpattern": {"layers": {}},
            "textBased": {"layers": {}},
        },
        "filters": [],
        "internalReferences": [],
        "query": {"language": "kuery", "query": kql(panel.where)},
        "visualization": visualization,
    }
    attributes = {
        "description": _description(panel),
        "state": state,
        "title": panel.title.zh if panel.draw is Draw.NUMBER else both(panel.title),
        "visualizationType": type,
    }
    return saved(
        "lens",
        id,
        attributes,
        [
            reference("index-pattern", view_id(panel.kind), f"indexpattern-datasource-layer-{_LAYER}"),
            *(annotation_references() if panel.annotated else ()),
        ],
    )


def _description(panel: Panel) -> str:
    """Return the panel's description in both languages, one after the other."""
    return f"{panel.description.zh}\n\n{panel.description.en}"


def _visualization(panel: Panel, brands: Sequence[str]) -> tuple[str, State]:
    match panel.draw:
        case Draw.NUMBER:
            return "lnsMetric", _number(panel)
        case Draw.DONUT:
            return "lnsPie", _donut(panel, brands)
        case Draw.WORDS:
            return "lnsTagcloud", _words()
        case Draw.TABLE:
            return "lnsDatatable", _table(panel)
        case Draw.COLUMNS | Draw.LINES | Draw.BARS | Draw.SHARES:
            return "lnsXY", _chart(panel, brands)


def _number(panel: Panel) -> State:
    state: State = {"layerId": _LAYER, "layerType": "data", "metricAccessor": measure_id(0)}
    if len(panel.show) > 1:
        state |= {"secondaryMetricAccessor": measure_id(1), "secondaryPrefix": panel.show[1].name.zh}
    return state


def _donut(panel: Panel, brands: Sequence[str]) -> State:
    layer = {
        "categoryDisplay": "default",
        "colorMapping": colour_mapping(panel.by[0].field, brands),
        "layerId": _LAYER,
        "layerType": "data",
        "legendDisplay": "show",
        "metrics": [measure_id(0)],
        "nestedLegend": False,
        "numberDisplay": "percent",
        "primaryGroups": [bucket_id(number) for number in range(len(panel.by))],
    }
    return {"layers": [layer], "palette": _PALETTE, "shape": "donut"}


def _words() -> State:
    return {
        "colorMapping": one_colour(),
        "layerId": _LAYER,
        "layerType": "data",
        "maxFontSize": 48,
        "minFontSize": 14,
        "orientation": "single",
        "palette": _PALETTE,
        "showLabel": False,
        "tagAccessor": bucket_id(0),
        "valueAccessor": measure_id(0),
    }


def _table(panel: Panel) -> State:
    shown: list[State] = [{"columnId": bucket_id(number), "isTransposed": False} for number in range(len(panel.by))]
    for number, metric in enumerate(panel.show):
        wide = {"width": _TIME_WIDTH} if metric.shape is Shape.MOMENT else {}
        shown.append({"columnId": measure_id(number), "isTransposed": False, **wide})
    return {
        "columns": shown,
        "headerRowHeight": "custom",
        "headerRowHeightLines": 2,
        "layerId": _LAYER,
        "layerType": "data",
        "paging": {"enabled": True, "size": _ROWS},
        "rowHeight": "single",
        "rowHeightLines": 1,
        **({"sorting": {"columnId": measure_id(panel.sort), "direction": "desc"}} if panel.sort is not None else {}),
    }


def _chart(panel: Panel, brands: Sequence[str]) -> State:
    along = next((number for number, bucket in enumerate(panel.by) if isinstance(bucket, Time)), 0)
    split = [number for number in range(len(panel.by)) if number != along]
    upright = panel.draw is Draw.SHARES and any(isinstance(bucket, Time) for bucket in panel.by)
    series = "bar_percentage_stacked" if upright else _SERIES[panel.draw]
    layer: State = {
        "accessors": [measure_id(number) for number in range(len(panel.show))],
        "layerId": _LAYER,
        "layerType": "data",
        "palette": _PALETTE,
        "position": "top",
        "seriesType": series,
        "showGridlines": False,
        "xAccessor": bucket_id(along),
        "yConfig": [
            {"color": of_measure(metric.colour, number, len(panel.show)), "forAccessor": measure_id(number)}
            for number, metric in enumerate(panel.show)
            if not split
        ],
    }
    if split:
        layer |= {
            "colorMapping": colour_mapping(panel.by[split[0]].field, brands),
            "splitAccessor": bucket_id(split[0]),
        }
    shown = {"x": True, "yLeft": True, "yRight": True}
    return {
        "axisTitlesVisibilitySettings": {"x": False, "yLeft": False, "yRight": False},
        "fittingFunction": "Zero" if panel.draw is Draw.LINES and panel.show[0].shape is Shape.COUNT else "None",
        "gridlinesVisibilitySettings": shown,
        "labelsOrientation": {"x": 0, "yLeft": 0, "yRight": 0},
        "layers": [layer, *(annotation_layers() if panel.annotated else ())],
        "legend": {"isVisible": True, "position": "bottom"},
        "preferredSeriesType": series,
        "tickLabelsVisibilitySettings": shown,
        "valueLabels": "show" if panel.draw is Draw.BARS and not split and len(panel.show) == 1 else "hide",
    }
