"""What is wrong with a panel's definition: named by the panel's name before anything is published or drawn."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from dashboards.panel import Board, Listing, Panel, Time, Top
from dashboards.panel_query import compares
from indexing.elasticsearch.field import Field
from indexing.elasticsearch.mappings import KINDS
from indexing.metrics.expression import Average, Before, Count, Largest, Median, Sum, Unique, leaves
from indexing.metrics.metric import Metric
from indexing.metrics.where import EVERYTHING, Ago, AtLeast, Where, conditions

__all__ = ["panel_errors"]

_NUMBERS = ("long", "double")
_FITTING: Mapping[type, tuple[str, ...]] = MappingProxyType(
    {
        Sum: _NUMBERS,
        Average: _NUMBERS,
        Median: _NUMBERS,
        Largest: (*_NUMBERS, "date"),
        Unique: (*_NUMBERS, "keyword", "date", "boolean"),
    }
)
_WIDTH = 48


def panel_errors(board: Board) -> Iterator[str]:
    """Yield each fault of the board's panels, beginning with the panel's id; nothing for a sound board."""
    ids = [panel.id for panel in board.panels]
    for panel in board.panels:
        if ids.count(panel.id) > 1:
            yield f"{panel.id}: another panel of the board has this id too"
        if panel.kind not in KINDS:
            yield f"{panel.id}: there is no kind of index {panel.kind}: use one of {', '.join(KINDS)}"
            continue
        if not 0 < panel.width <= _WIDTH:
            yield f"{panel.id}: width {panel.width} is not 1 to {_WIDTH}"
        known = {field.name: field for field in KINDS[panel.kind]}
        found = _of_panel(panel, known) if isinstance(panel, Panel) else _of_listing(panel, known)
        yield from (f"{panel.id}: {problem}" for problem in (*found, *_of_where(panel.where, known)))
    for control in board.controls:
        yield from (
            f"control: {problem}" for problem in _unusable(control.field, _named(board.kind), ("keyword", "boolean"))
        )


def _named(kind: str) -> Mapping[str, Field]:
    return {field.name: field for field in KINDS[kind]}


def _of_panel(panel: Panel, known: Mapping[str, Field]) -> Iterator[str]:
    if not panel.show:
        yield "it shows nothing: name a metric"
    if len(panel.by) > 2:
        yield "it has more than two buckets"
    yield from _of_drawing(panel)
    for metric in panel.show:
        if metric.kind != panel.kind:
            yield f"{metric.name.en} counts {metric.kind}, and the panel reads {panel.kind}"
        yield from _of_metric(metric, known)
    for bucket in panel.by:
        match bucket:
            case Time():
                yield from _unusable(bucket.field, known, ("date",))
            case Top():
                yield from _unusable(bucket.field, known, ("keyword", "boolean"))


def _of_drawing(panel: Panel) -> Iterator[str]:
    if compares(panel) and panel.by:
        yield "it compares two periods, and Lens does that without buckets alone: show the change in a tile"
    if panel.annotated and panel.where != EVERYTHING:
        yield "it is annotated, and Kibana holds its condition against the alerts too: put it into the measure"
    if panel.sort is not None and panel.sort not in range(len(panel.show)):
        yield f"it is sorted by measure {panel.sort}, and has {len(panel.show)}"


def _of_metric(metric: Metric, known: Mapping[str, Field]) -> Iterator[str]:
    asked = leaves(metric.of)
    if not asked:
        yield f"{metric.name.en} asks for nothing"
    for leaf in (leaf.of if isinstance(leaf, Before) else leaf for leaf in asked):
        yield from _of_where(leaf.where, known)
        if not isinstance(leaf, Count):
            yield from _unusable(leaf.field, known, _FITTING[type(leaf)])


def _of_listing(listing: Listing, known: Mapping[str, Field]) -> Iterator[str]:
    for column in listing.columns:
        if column not in known:
            yield f"there is no field {column}"
    yield from _unusable(listing.sort, known, (*_NUMBERS, "date", "keyword"))


def _of_where(where: Where, known: Mapping[str, Field]) -> Iterator[str]:
    for condition in conditions(where):
        fitting = (
            (*_NUMBERS, "date") if isinstance(condition, AtLeast | Ago) else (*_NUMBERS, "date", "keyword", "boolean")
        )
        yield from _unusable(condition.field, known, fitting)


def _unusable(name: str, known: Mapping[str, Field], fitting: tuple[str, ...]) -> Iterator[str]:
    field = known.get(name)
    if field is None:
        yield f"there is no field {name}"
    elif field.type["type"] not in fitting:
        yield f"field {name} is {field.type['type']}, and this takes {' or '.join(fitting)}"
    elif field.type.get("doc_values") is False:
        yield f"field {name} is stored and not indexed: it can be shown, not counted"
