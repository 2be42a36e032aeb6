"""What Kibana does with a saved Lens panel: the search that it sends, and the rows that it makes of the answer.

Written from the saved objects alone, as Kibana reads them, and not from the definitions behind them.
"""

import json
import math
import operator
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]

_METRICS = {"sum": "sum", "average": "avg", "max": "max", "unique_count": "cardinality"}
_SPLIT, _NOW, _PREVIOUS = "time_offset_split", "now", "previous"
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|>=|<|[():]|[^\s():]+')


def layer_of(saved: Json) -> Json:
    """Return the panel's one layer."""
    ((_, layer),) = saved["attributes"]["state"]["datasourceStates"]["formBased"]["layers"].items()
    return dict(layer)


def period(board: Json, now: datetime, zone: str) -> Json:
    """Return the range that Kibana sends for a dashboard which somebody opens at `now`: both its ends count."""
    ends = {"gte": board["attributes"]["timeFrom"], "lte": board["attributes"]["timeTo"]}
    return {sign: _date_math(text, now.astimezone(ZoneInfo(zone))).isoformat() for sign, text in ends.items()}


def _date_math(text: str, now: datetime) -> datetime:
    found = re.fullmatch(r"now(?:-(\d+)d)?(/d)?", text)
    assert found, text
    moment = now - timedelta(days=int(found[1] or 0))
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) if found[2] else moment


def request(saved: Json, view: Json, time_range: Json, zone: str) -> Json:
    """Return the search that Kibana sends for the panel; a data view without a time is asked for all times."""
    layer = layer_of(saved)
    columns = {id: layer["columns"][id] for id in layer["columnOrder"]}
    aggs = {id: asked for id, column in columns.items() if not column["isBucketed"] and (asked := _metric(column))}
    time = view["attributes"].get("timeFieldName")
    filters: list[Json] = [{"range": {time: time_range}}] if time else []
    if any("timeShift" in column for column in columns.values()):
        assert not any(column["isBucketed"] for column in columns.values()), "Lens refuses shifts beside top values"
        periods = {name: {"range": {time: ends}} for name, ends in _periods(time_range).items()}
        aggs = {_SPLIT: {"filters": {"filters": periods}, **({"aggs": aggs} if aggs else {})}}
        filters = [{"bool": {"should": list(periods.values()), "minimum_should_match": 1}}]
    for id, column in reversed([(id, column) for id, column in columns.items() if column["isBucketed"]]):
        inner = dict(aggs)
        aggs = {id: {**_bucket(column, zone, inner), "aggs": inner}}
    query = kql(saved["attributes"]["state"]["query"]["query"])
    filters += [query] if query else []
    body = {"size": 0, "track_total_hits": True, "query": {"bool": {"filter": filters}}, "aggs": aggs}
    return dict(at(body, datetime.fromisoformat(time_range["lte"])))


def at(node: Any, now: datetime) -> Any:
    """Return the query with each `now-6d` as the time that it stands for when somebody looks at `now`."""
    if isinstance(node, Mapping):
        return {name: at(value, now) for name, value in node.items()}
    if isinstance(node, list):
        return [at(value, now) for value in node]
    return _date_math(node, now).isoformat() if isinstance(node, str) and node.startswith("now-") else node


def _periods(time_range: Json) -> Json:
    """Return the range that is looked at and the one before it: Kibana shifts both ends by their distance."""
    since, until = (datetime.fromisoformat(time_range[end]) for end in ("gte", "lte"))
    return {_NOW: time_range, _PREVIOUS: {"gte": (since - (until - since)).isoformat(), "lte": since.isoformat()}}


def rows(saved: Json, answer: Json) -> list[tuple[tuple[Any, ...], tuple[float | None, ...]]]:
    """Return each bucket's keys and the values of the measures that the panel shows."""
    layer = layer_of(saved)
    whole = {**answer.get("aggregations", {}), "doc_count": answer["hits"]["total"]["value"]}
    return list(_rows(layer, whole, ()))


def _rows(layer: Json, bucket: Mapping[str, Any], keys: tuple[Any, ...]) -> Iterator[Any]:
    buckets = [id for id in layer["columnOrder"] if layer["columns"][id]["isBucketed"]]
    if len(keys) < len(buckets):
        for inner in bucket.get(buckets[len(keys)], {}).get("buckets", ()):
            yield from _rows(layer, inner, (*keys, inner["key"]))
        return
    shown = [
        id for id in layer["columnOrder"] if not layer["columns"][id]["isBucketed"] and not re.search(r"X\d+$", id)
    ]
    yield keys, tuple(_value(layer["columns"], id, bucket) for id in shown)


def _value(columns: Json, id: str, bucket: Mapping[str, Any]) -> float | None:
    column = columns[id]
    if _SPLIT in bucket and column["operationType"] not in ("formula", "math"):
        shift = column.get("timeShift", _NOW)
        return _value({id: {**column, "timeShift": ""}}, id, bucket[_SPLIT]["buckets"][shift])
    match column["operationType"]:
        case "formula":
            (whole,) = column["references"]
            return _value(columns, whole, bucket)
        case "math":
            found = {part: _value(columns, part, bucket) for part in column["references"]}
            return _calculated(column["params"]["tinymathAst"], found)
        case "count":
            return int(bucket[id]["doc_count"] if "filter" in column else bucket["doc_count"])
    answered = bucket[id]["value"] if "filter" in column else bucket[id]
    return answered["values"]["50.0"] if column["operationType"] == "median" else answered["value"]  # type: ignore[no-any-return]


def _calculated(tree: Any, found: Mapping[str, float | None]) -> float | None:
    if isinstance(tree, str):
        return found[tree]
    if isinstance(tree, int | float):
        return tree
    values = [_calculated(argument, found) for argument in tree["args"]]
    if None in values:
        return None
    if tree["name"] == "divide" and values[1] == 0:
        return None
    work: Any = {
        "add": operator.add,
        "subtract": operator.sub,
        "multiply": operator.mul,
        "divide": operator.truediv,
        "sqrt": math.sqrt,
    }[tree["name"]]
    return float(work(*values))


def _metric(column: Json) -> Json | None:
    operation = column["operationType"]
    if operation in ("formula", "math"):
        return None
    asked: Json = {}
    if operation == "median":
        asked = {"percentiles": {"field": column["sourceField"], "percents": [50]}}
    elif operation != "count":
        asked = {_METRICS[operation]: {"field": column["sourceField"]}}
    if "filter" in column:
        return {"filter": kql(column["filter"]["query"]), **({"aggs": {"value": asked}} if asked else {})}
    return asked or None


def _bucket(column: Json, zone: str, inner: Json) -> Json:
    params = column["params"]
    if column["operationType"] == "date_histogram":
        every = {"calendar_interval": params["interval"], "time_zone": zone, "min_doc_count": 1}
        return {"date_histogram": {"field": column["sourceField"], **every}}
    if params["orderBy"]["type"] == "custom":
        order = "_count" if params["orderAgg"]["operationType"] == "count" else "rank"
        if order == "rank":
            inner["rank"] = _metric(params["orderAgg"])
    else:
        order = params["orderBy"]["columnId"] if params["orderBy"]["columnId"] in _asked_below(inner) else "_count"
    size = params["size"]
    shard = {"shard_size": max(1000, int(1.5 * size + 10))} if params.get("accuracyMode") else {}
    if order not in ("_count", "rank") and order not in inner:
        inner[order] = _asked_below(inner)[order]
    return {
        "terms": {
            "field": column["sourceField"],
            "size": size,
            "order": {order: params["orderDirection"]},
            **shard,
        }
    }


def _asked_below(inner: Json) -> Json:
    found = {name: asked for name, asked in inner.items() if "terms" not in asked and "date_histogram" not in asked}
    for asked in inner.values():
        found |= _asked_below(asked.get("aggs", {})) if "terms" in asked or "date_histogram" in asked else {}
    return found


def kql(text: str) -> Json | None:
    """Return Kibana's query for the little of its language that saved panels speak."""
    tokens = _TOKENS.findall(text)
    if not tokens:
        return None
    query, rest = _either(tokens)
    assert not rest, rest
    return query


def _either(tokens: list[str]) -> tuple[Json, list[str]]:
    parts, rest = _joined(tokens, "or", _both)
    return (parts[0] if len(parts) == 1 else {"bool": {"should": parts, "minimum_should_match": 1}}), rest


def _both(tokens: list[str]) -> tuple[Json, list[str]]:
    parts, rest = _joined(tokens, "and", _one)
    return (parts[0] if len(parts) == 1 else {"bool": {"filter": parts}}), rest


def _joined(tokens: list[str], word: str, read: Any) -> tuple[list[Json], list[str]]:
    one, rest = read(tokens)
    parts = [one]
    while rest and rest[0] == word:
        one, rest = read(rest[1:])
        parts.append(one)
    return parts, rest


def _one(tokens: list[str]) -> tuple[Json, list[str]]:
    if tokens[0] == "not":
        query, rest = _one(tokens[1:])
        return {"bool": {"must_not": [query]}}, rest
    if tokens[0] == "(":
        query, rest = _either(tokens[1:])
        assert rest[0] == ")", rest
        return query, rest[1:]
    field, sign, *rest = tokens
    if sign in (">=", "<"):
        bound = rest[0] if rest[0].startswith("now") else float(rest[0])
        return {"range": {field: {"gte" if sign == ">=" else "lt": bound}}}, rest[1:]
    assert sign == ":", tokens
    if rest[0] == "(":
        end = rest.index(")")
        values = [token for token in rest[1:end] if token != "or"]
        should = [_phrase(field, value) for value in values]
        return {"bool": {"should": should, "minimum_should_match": 1}}, rest[end + 1 :]
    return _phrase(field, rest[0]), rest[1:]


def _phrase(field: str, value: str) -> Json:
    if value == "*":
        return {"exists": {"field": field}}
    if value.startswith('"'):
        return {"match_phrase": {field: json.loads(value)}}
    return {"match": {field: value}}
