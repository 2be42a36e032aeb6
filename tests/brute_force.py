"""A panel's numbers counted in plain Python, document by document: what Elasticsearch must agree with."""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from config.settings import DAY_ZONE
from dashboards.panel import TIMELESS, Bucket, Every, Panel, Time
from dashboards.panel_query import compares
from indexing.metrics import expression as ex
from indexing.metrics import where as wh

_until: list[datetime] = []
"""The end of what was looked at last, from which conditions count back."""
Document = Mapping[str, Any]
Counted = dict[tuple[Any, ...], tuple[float | None, ...]]


def counted(panel: Panel, documents: Iterable[Document], since: datetime, until: datetime) -> Counted:
    """Return the panel's values by bucket keys, counted over the documents from `since` to `until`, both included."""
    _until.append(until)
    chosen = [d for d in documents if holds(panel.where, d)]
    if panel.kind in TIMELESS:
        return dict(_buckets(panel, panel.by, chosen, ()))
    inside = _within(chosen, since, until)
    before = _within(chosen, since - (until - since), since) if compares(panel) else []
    return dict(_buckets(panel, panel.by, inside, (), before))


def _within(documents: Iterable[Document], since: datetime, until: datetime) -> list[Document]:
    return [d for d in documents if since <= _moment(d["@timestamp"]) <= until]


def values(document: Document, field: str) -> list[Any]:
    """Return a field's values, as Elasticsearch would index them."""
    found: Any = document
    for name in field.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return list(dict.fromkeys(found)) if isinstance(found, list | tuple) else [] if found is None else [found]


def holds(where: wh.Where, document: Document) -> bool:
    """Return whether the document meets the condition."""
    match where:
        case wh.Is(field, wanted):
            return any(value in wanted for value in values(document, field))
        case wh.Exists(field):
            return bool(values(document, field))
        case wh.AtLeast(field, least):
            return any(value >= least for value in values(document, field))
        case wh.Ago(field, since, until):
            ago = [_until[-1] - _moment(value) for value in values(document, field)]
            return any(age <= timedelta(days=since) and (not until or age > timedelta(days=until)) for age in ago)
        case wh.Not(of):
            return not holds(of, document)
        case wh.All(parts):
            return all(holds(part, document) for part in parts)
        case wh.Any(parts):
            return any(holds(part, document) for part in parts)


@cache
def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(DAY_ZONE)


def _buckets(
    panel: Panel,
    by: Sequence[Bucket],
    documents: list[Document],
    keys: tuple[Any, ...],
    before: Sequence[Document] = (),
) -> Any:
    if not by:
        asked = {
            leaf: _leaf(leaf.of, before) if isinstance(leaf, ex.Before) else _leaf(leaf, documents)
            for metric in panel.show
            for leaf in ex.leaves(metric.of)
        }
        yield keys, tuple(_evaluated(metric.of, asked) for metric in panel.show)
        return
    groups: dict[Any, list[Document]] = defaultdict(list)
    for document in documents:
        for value in values(document, by[0].field):
            groups[_key(by[0], value)].append(document)
    chosen = list(groups)
    if not isinstance(by[0], Time):
        chosen = sorted(groups, key=lambda key: (-_rank(panel, groups[key]), key))[: by[0].size]
    for key in chosen:
        yield from _buckets(panel, by[1:], groups[key], (*keys, key))


def _key(bucket: Bucket, value: Any) -> Any:
    if not isinstance(bucket, Time):
        return str(value)
    local = _moment(value).replace(minute=0, second=0, microsecond=0)
    local = local.replace(hour=0) if bucket.every is Every.DAY else local
    return round(local.timestamp() * 1000)


def _rank(panel: Panel, documents: list[Document]) -> float:
    first = panel.show[0].rank or panel.show[0].of
    if isinstance(first, ex.Operation | ex.Number | ex.Count | ex.Before) or first.where != wh.EVERYTHING:
        return len(documents)
    return _leaf(first, documents) or 0


def _evaluated(of: ex.Expression, asked: Mapping[ex.Leaf, float | None]) -> float | None:
    match of:
        case ex.Number(value):
            return value
        case ex.Operation("sqrt", (part,)):
            found = _evaluated(part, asked)
            return None if found is None else math.sqrt(found)
        case ex.Operation(name, (one, other)):
            a, b = _evaluated(one, asked), _evaluated(other, asked)
            if a is None or b is None or (name == "divide" and b == 0):
                return None
            return {"add": a + b, "subtract": a - b, "multiply": a * b, "divide": a / (b or 1)}[name]
        case _:
            return asked[of]  # type: ignore[index]


def _leaf(of: ex.Plain, documents: Sequence[Document]) -> float | None:
    chosen = [d for d in documents if holds(of.where, d)]
    if isinstance(of, ex.Count):
        return len(chosen)
    found = [value for d in chosen for value in values(d, of.field)]
    match of:
        case ex.Sum():
            return float(sum(found))
        case ex.Unique():
            return len(set(found))
        case ex.Average():
            return statistics.mean(found) if found else None
        case ex.Median():
            return statistics.median(found) if found else None
        case ex.Largest():
            return max(
                (v if isinstance(v, int | float) else _moment(v).timestamp() * 1000 for v in found), default=None
            )
    raise AssertionError(of)
