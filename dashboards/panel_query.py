"""A panel's plain Elasticsearch query, and its answer read into rows: what the page draws and the tests count.

Where a panel shows several figures of a few of very many words, as `ranked` says, `ranking` asks for the words alone
and `search` then for their figures: adding figures up for words that are not shown is most of the work, and what an
index's own first words are does not matter to the figures.

Buckets are aggregations named b0, b1, one within the other; the leaves of the measures are m0, m1, … in each of them.
A panel that compares two periods, which has no buckets, asks for both at once, as `now` and `before`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeGuard

from config.settings import DAY_ZONE
from dashboards.panel import TIMELESS, Bucket, Listing, Panel, Time, Top
from indexing.metrics.expression import Before, Count, Leaf, Plain, aggregation, answer, evaluate, leaves
from indexing.metrics.where import EVERYTHING, Where, dsl

__all__ = [
    "Row",
    "Scope",
    "compares",
    "listing",
    "measured",
    "ordering",
    "period",
    "ranked",
    "ranking",
    "read",
    "search",
    "values",
]

Body = dict[str, Any]

_SHARD_SIZE = 1_000
"""Values that each month's index is asked for, as in Lens' accuracy mode: what is rare in each may be common in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a board is looked at for: documents from `since` to `until`, both included, for which `where` holds too."""

    since: datetime
    until: datetime
    where: Where = EVERYTHING

    @property
    def before(self) -> "Scope":
        """The period before: as long, and ending where this one begins."""
        return replace(self, since=self.since - (self.until - self.since), until=self.since)


@dataclass(frozen=True, slots=True)
class Row:
    """One bucket: its keys, outermost first (a time is in milliseconds since 1970), and a value for each measure."""

    keys: tuple[str | int, ...]
    values: tuple[float | None, ...]


def search(panel: Panel, scope: Scope, among: Sequence[str] | None = None) -> Body:
    """Return the body of the panel's search; it asks for no documents. `among` are the values that `ranking` found."""
    asked = replace(scope, since=scope.before.since) if compares(panel) else scope
    body = {**_scoped(panel, asked), "size": 0, "aggs": _within(panel, panel.by, scope)}
    if among is not None:
        terms = body["aggs"]["b0"]["terms"]
        chosen = {"terms": {terms["field"]: list(among)}}
        body["query"]["bool"]["filter"].append(chosen)  # documents without any of them have no part in the buckets
        terms["include"] = list(among)
    return body


def ranked(panel: Panel | Listing) -> TypeGuard[Panel]:
    """Whether the panel shows several figures of a few of very many values, which are asked for first."""
    match panel:
        case Panel(by=(Top(many=True),)):
            return len(measured(panel)) > 1
    return False


def ranking(panel: Panel, scope: Scope) -> Body:
    """Return the body of the search for the values alone."""
    terms = _bucket(panel, panel.by[0])["terms"]
    first = ordering(panel)
    inner = {"aggs": {measured(panel)[first]: aggregation(first, scope.until)}} if first else {}
    return {**_scoped(panel, scope), "size": 0, "aggs": {"b0": {"terms": terms, **inner}}}


def values(answered: Mapping[str, Any]) -> list[str]:
    """Return the values that a ranking's answer holds."""
    return [bucket["key"] for bucket in answered.get("aggregations", {}).get("b0", {}).get("buckets", ())]


def compares(panel: Panel) -> bool:
    """Whether the panel holds the period against the one before."""
    return any(isinstance(leaf, Before) for leaf in measured(panel))


def listing(panel: Listing, scope: Scope, size: int) -> Body:
    """Return the body of the search for the listing's first `size` documents."""
    order = [{panel.sort: {"order": "desc", "missing": "_last", "unmapped_type": "long"}}]
    return {**_scoped(panel, scope), "size": size, "sort": order, "_source": ["@timestamp", *panel.columns]}


def read(panel: Panel, answered: Mapping[str, Any]) -> tuple[Row, ...]:
    """Return the rows of the answer; a panel without buckets has one row."""
    whole = {**answered.get("aggregations", {}), "doc_count": answered["hits"]["total"]["value"]}
    return tuple(_rows(panel, whole, ()))


def measured(panel: Panel) -> dict[Leaf, str]:
    """Return what the panel's measures ask for, each once, with the aggregation's name."""
    asked = dict.fromkeys(leaf for metric in panel.show for leaf in leaves(metric.of))
    if panel.by and (first := panel.show[0].rank):
        asked[first] = None
    return {leaf: f"m{number}" for number, leaf in enumerate(asked)}


def ordering(panel: Panel) -> Plain | None:
    """Return what values are ordered by: the first measure's rank, or itself if plain; None: by documents."""
    if panel.show[0].rank:
        return panel.show[0].rank
    first = panel.show[0].of
    return first if isinstance(first, Plain) and first.where == EVERYTHING and not isinstance(first, Count) else None


def period(scope: Scope) -> Body:
    """Return the filter for the documents of the time that is looked at."""
    return {"range": {"@timestamp": {"gte": scope.since.isoformat(), "lte": scope.until.isoformat()}}}


def _scoped(panel: Panel | Listing, scope: Scope) -> Body:
    chosen = [dsl(where, scope.until) for where in (panel.where, scope.where) if where != EVERYTHING]
    filters = chosen if panel.kind in TIMELESS else [period(scope), *chosen]
    return {"track_total_hits": True, "query": {"bool": {"filter": filters}}}


def _within(panel: Panel, by: Sequence[Bucket], scope: Scope) -> Body:
    if not by:
        now, before = _asked(panel)
        if not before:
            return _aggregations(now, scope)
        periods = (("now", scope, now), ("before", scope.before, before))
        return {name: {"filter": period(one), "aggs": _aggregations(asked, one)} for name, one, asked in periods}
    level = len(panel.by) - len(by)
    inner = _within(panel, by[1:], scope)
    first = ordering(panel)
    if first and len(by) > 1 and not isinstance(by[0], Time):
        inner = {**inner, measured(panel)[first]: aggregation(first, scope.until)}
    return {f"b{level}": {**_bucket(panel, by[0]), **({"aggs": inner} if inner else {})}}


def _asked(panel: Panel) -> tuple[dict[Plain, str], dict[Plain, str]]:
    """Return what the panel's measures ask of the period and of the one before, each with its aggregation's name."""
    named = measured(panel).items()
    now = {leaf: name for leaf, name in named if not isinstance(leaf, Before)}
    return now, {leaf.of: name for leaf, name in named if isinstance(leaf, Before)}


def _aggregations(asked: Mapping[Plain, str], scope: Scope) -> Body:
    return {name: made for leaf, name in asked.items() if (made := aggregation(leaf, scope.until))}


def _bucket(panel: Panel, bucket: Bucket) -> Body:
    if isinstance(bucket, Time):
        every = {"calendar_interval": bucket.every.value, "time_zone": DAY_ZONE.key, "min_doc_count": 1}
        return {"date_histogram": {"field": bucket.field, **every}}
    first = ordering(panel)
    order = {measured(panel)[first] if first else "_count": "desc"}
    return {"terms": {"field": bucket.field, "size": bucket.size, "order": order, "shard_size": _SHARD_SIZE}}


def _rows(panel: Panel, bucket: Mapping[str, Any], keys: tuple[str | int, ...]) -> Iterator[Row]:
    if len(keys) == len(panel.by):
        now, before = _asked(panel)
        values: dict[Leaf, float | None] = {
            leaf: answer(leaf, bucket["now"] if before else bucket, name) for leaf, name in now.items()
        }
        values |= {Before(leaf): answer(leaf, bucket["before"], name) for leaf, name in before.items()}
        yield Row(keys, tuple(evaluate(metric.of, values) for metric in panel.show))
        return
    for inner in bucket.get(f"b{len(keys)}", {}).get("buckets", ()):
        yield from _rows(panel, inner, (*keys, inner["key"]))
