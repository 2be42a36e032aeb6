"""A panel's rows as the page draws them: charts, bars or a table, each value with its words beside its number."""

from collections.abc import Mapping, Sequence
from math import inf
from types import MappingProxyType

from config.both import Both
from dashboards import charts
from dashboards.colours import css_class
from dashboards.page import shown, stacks
from dashboards.page.annotations import Event
from dashboards.page.drawn import Drawn, Line
from dashboards.page.marks import mark
from dashboards.page.over_time import draw_over_time
from dashboards.page.wording import key_in_words, row_in_words
from dashboards.panel import Draw, Panel, Time
from dashboards.panel_query import Row, Scope

__all__ = ["draw"]

_MOST_LINES = 15


def draw(
    board: str,
    panel: Panel,
    rows: Sequence[Row],
    scope: Scope,
    withheld: Both | None = None,
    brands: Mapping[str, str] = MappingProxyType({}),
    events: Sequence[Event] = (),
) -> Drawn:
    """Return the panel of `board` with its rows drawn, or withheld for a reason; `brands` are names by ids.

    `events` are what happened meanwhile, for those panels that are annotated.
    """
    if withheld:
        return Drawn(board=board, panel=panel, rows=(), withheld=withheld)
    if panel.draw in (Draw.NUMBER, Draw.TABLE):
        if (by := panel.sort) is not None:
            rows = sorted(rows, key=lambda row: -inf if row.values[by] is None else row.values[by] or 0, reverse=True)
        kept = rows[:_MOST_LINES] if panel.sort is not None else rows
        lines = tuple(_line(panel, row, brands) for row in kept)
        return Drawn(board=board, panel=panel, rows=tuple(rows), lines=lines)
    if any(isinstance(bucket, Time) for bucket in panel.by):
        return draw_over_time(board, panel, rows, scope, brands, events)
    return _bars(board, panel, rows, brands)


def _line(panel: Panel, row: Row, brands: Mapping[str, str]) -> Line:
    keys = dict(enumerate(row.keys))
    pairs = zip(panel.by, row.keys, strict=True)  # a table's rows have all keys
    return Line(
        names=tuple(key_in_words(bucket, key, brands) for bucket, key in pairs),
        values=row_in_words(panel, row),
        marks=tuple(mark(panel, keys, number, value) for number, value in enumerate(row.values)),
        whole=mark(panel, keys),
    )


def _bars(board: str, panel: Panel, rows: Sequence[Row], brands: Mapping[str, str]) -> Drawn:
    series, found, splits = stacks.stacked(panel, rows, 0, brands)
    counted = {key: [value or 0 for value in stack] for key, stack in found.items()}
    kept = list(counted.items())[:_MOST_LINES]
    parts = [[round(value) for value in stack] for _, stack in kept]
    drawn = charts.bars(parts, wholes=panel.draw is Draw.SHARES)
    whole = sum(sum(stack) for stack in counted.values())
    bucket = panel.by[0]
    lines = tuple(
        Line(
            names=(key_in_words(bucket, key, brands),),
            values=(_number(sum(stack)),),
            bar=bar,
            marks=stacks.marks_of(panel, 0, key, stack, splits),
            whole=mark(panel, {0: key}, 0 if len(panel.show) == 1 else None, None if splits else sum(stack)),
            share=shown.percent(sum(stack) / whole) if panel.draw is Draw.DONUT and whole else None,
            colour=css_class(bucket.field, str(key), tuple(brands))
            if panel.draw is Draw.DONUT
            else stacks.colour_of(panel, 0),
        )
        for (key, stack), bar in zip(kept, drawn, strict=True)
    )
    return Drawn(board=board, panel=panel, rows=tuple(rows), series=series if len(series) > 1 else (), lines=lines)


def _number(value: float) -> Both:
    return Both(shown.number(round(value)), shown.number(round(value)))
