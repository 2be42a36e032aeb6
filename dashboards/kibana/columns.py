"""A panel's buckets and measures as the columns of Lens, formulas with the columns that Lens keeps beneath them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dashboards.kibana.objects import both
from dashboards.panel import Bucket, Draw, Every, Panel, Time
from dashboards.panel_query import ordering
from indexing.elasticsearch.mappings import KINDS
from indexing.metrics.expression import (
    Average,
    Before,
    Count,
    Expression,
    Largest,
    Leaf,
    Median,
    Number,
    Operation,
    Sum,
    Unique,
    leaves,
)
from indexing.metrics.metric import Metric, Shape
from indexing.metrics.where import EVERYTHING, kql

__all__ = ["bucket_id", "columns", "formula", "measure_id"]

Column = dict[str, Any]

_RECORDS = "___records___"
_EARLIER = "previous"
"""Lens' name for the period before the one that a board is looked at for, whatever somebody has chosen."""
_OPERATIONS: Mapping[type, str] = MappingProxyType(
    {Count: "count", Sum: "sum", Average: "average", Median: "median", Largest: "max", Unique: "unique_count"}
)
_FORMATS: Mapping[Shape, Mapping[str, Any] | None] = MappingProxyType(
    {
        Shape.COUNT: {"id": "number", "params": {"decimals": 0}},
        Shape.SHARE: {"id": "percent", "params": {"decimals": 1}},
        Shape.SCORE: {"id": "custom", "params": {"decimals": 2, "pattern": "+0.00"}},
        Shape.AMOUNT: {"id": "number", "params": {"decimals": 1}},
        Shape.CHANGE: {"id": "custom", "params": {"decimals": 1, "pattern": "+0,0.0%"}},
        Shape.POINTS: {"id": "custom", "params": {"decimals": 1, "pattern": "+0,0.0"}},
        Shape.SECONDS: {
            "id": "duration",
            "params": {"decimals": 0, "fromUnit": "seconds", "toUnit": "humanizePrecise"},
        },
        Shape.MOMENT: None,
    }
)
_INTERVALS: Mapping[Every, str] = MappingProxyType({Every.DAY: "1d", Every.HOUR: "1h"})
_SIGNS: Mapping[str, str] = MappingProxyType({"add": "+", "subtract": "-", "multiply": "*", "divide": "/"})


def bucket_id(number: int) -> str:
    """Return the id of the column of a panel's bucket."""
    return f"bucket-{number}"


def measure_id(number: int) -> str:
    """Return the id of the column of a panel's measure."""
    return f"measure-{number}"


def columns(panel: Panel) -> dict[str, Column]:
    """Return the panel's columns by id, in Lens' order: buckets, then measures, each before what it is made of."""
    made: dict[str, Column] = {}
    for number, bucket in enumerate(panel.by):
        made[bucket_id(number)] = _bucket(panel, bucket)
    for number, metric in enumerate(panel.show):
        label = metric.name.en if panel.draw is Draw.NUMBER else both(metric.name)  # its title says it in Chinese
        made |= _measure(panel.kind, measure_id(number), metric, label)
    return made


def formula(expression: Expression) -> str:
    """Return the expression as a person would type it into Lens."""
    match expression:
        case Number(value):
            return f"{value!r}"
        case Operation("sqrt", (part,)):
            return f"sqrt({formula(part)})"
        case Operation(name, (one, other)):
            return f"({formula(one)} {_SIGNS[name]} {formula(other)})"
        case _:
            return _call(expression)  # type: ignore[arg-type]


def _call(asked: Leaf) -> str:
    leaf, earlier = (asked.of, [f"shift='{_EARLIER}'"]) if isinstance(asked, Before) else (asked, [])
    quoted = kql(leaf.where).replace("\\", "\\\\").replace("'", "\\'")
    field = [] if isinstance(leaf, Count) else [leaf.field]
    chosen = [] if leaf.where == EVERYTHING else [f"kql='{quoted}'"]
    return f"{_OPERATIONS[type(leaf)]}({', '.join([*field, *chosen, *earlier])})"


def _bucket(panel: Panel, bucket: Bucket) -> Column:
    shown = {"customLabel": True, "isBucketed": True, "label": both(bucket.name), "sourceField": bucket.field}
    if isinstance(bucket, Time):
        params: dict[str, Any] = {
            "dropPartials": False,
            "includeEmptyRows": True,
            "interval": _INTERVALS[bucket.every],
        }
        return {**shown, "dataType": "date", "operationType": "date_histogram", "params": params, "scale": "interval"}
    params = {
        **_order(panel),
        "accuracyMode": True,
        "exclude": [],
        "excludeIsRegex": False,
        "include": [],
        "includeIsRegex": False,
        "missingBucket": False,
        "orderDirection": "desc",
        "otherBucket": False,
        "parentFormat": {"id": "terms"},
        "secondaryFields": [],
        "size": bucket.size,
    }
    type = _type(panel.kind, bucket.field)
    return {**shown, "dataType": type, "operationType": "terms", "params": params, "scale": "ordinal"}


def _order(panel: Panel) -> dict[str, Any]:
    """Order by the first measure where it is plain, else by its rank or a count, which are not shown."""
    first = ordering(panel)
    if panel.show[0].of in (Count(), first):
        return {"orderBy": {"columnId": measure_id(0), "type": "column"}}
    counted = {**_leaf(panel.kind, first or Count(), "Order", None), "customLabel": False}
    return {"orderAgg": counted, "orderBy": {"type": "custom"}}


def _measure(kind: str, id: str, metric: Metric, label: str) -> dict[str, Column]:
    shape = _FORMATS[metric.shape]
    if isinstance(metric.of, Leaf):
        made = _leaf(kind, metric.of, label, shape)
        if metric.shape is Shape.AMOUNT:  # a gap, and not 0, where nothing was measured
            made["params"]["emptyAsNull"] = True
        return {id: made}
    parts = {leaf: f"{id}X{number}" for number, leaf in enumerate(leaves(metric.of))}
    whole = f"{id}X{len(parts)}"
    made = {"customLabel": True, "dataType": "number", "isBucketed": False, "scale": "ratio"}
    text = formula(metric.of)
    tree = {**_tree(metric.of, parts), "location": {"max": len(text), "min": 0}, "text": text}
    return {
        id: {
            **made,
            "label": label,
            "operationType": "formula",
            "params": {"format": shape, "formula": text, "isFormulaBroken": False},
            "references": [whole],
        },
        **{part: _leaf(kind, leaf, f"Part of {label}", None) for leaf, part in parts.items()},
        whole: {
            **made,
            "label": f"Part of {label}",
            "operationType": "math",
            "params": {"tinymathAst": tree},
            "references": list(parts.values()),
        },
    }


def _leaf(kind: str, leaf: Leaf, label: str, shape: Mapping[str, Any] | None) -> Column:
    if isinstance(leaf, Before):
        return {**_leaf(kind, leaf.of, label, shape), "timeShift": _EARLIER}
    counting = isinstance(leaf, Count | Sum | Unique)
    params: dict[str, Any] = {"emptyAsNull": False} if counting else {}
    if shape:
        params["format"] = shape
    dated = isinstance(leaf, Largest) and _type(kind, leaf.field) == "date"
    return {
        "customLabel": True,
        "dataType": "date" if dated else "number",
        "isBucketed": False,
        "label": label,
        "operationType": _OPERATIONS[type(leaf)],
        "params": params,
        "scale": "ratio",
        "sourceField": _RECORDS if isinstance(leaf, Count) else leaf.field,
        **({} if leaf.where == EVERYTHING else {"filter": {"language": "kuery", "query": kql(leaf.where)}}),
    }


def _tree(expression: Expression, parts: Mapping[Leaf, str]) -> dict[str, Any]:
    if not isinstance(expression, Operation):
        raise TypeError(f"{expression}: a formula is arithmetic")
    return {"args": [_argument(part, parts) for part in expression.parts], "name": expression.name, "type": "function"}


def _argument(expression: Expression, parts: Mapping[Leaf, str]) -> Any:
    match expression:
        case Number(value):
            return value
        case Operation():
            return _tree(expression, parts)
        case _:
            return parts[expression]


def _type(kind: str, field: str) -> str:
    type = next(one.type["type"] for one in KINDS[kind] if one.name == field)
    return {"keyword": "string", "boolean": "boolean", "date": "date"}.get(type, "number")
