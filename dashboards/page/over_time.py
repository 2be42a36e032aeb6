"""A panel along the time: columns that stack, or lines that may go below zero and have gaps."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from config.settings import DAY_ZONE
from dashboards import charts
from dashboards.page import stacks
from dashboards.page.annotations import Event
from dashboards.page.drawn import Annotation, Chart, Drawn, Series
from dashboards.page.marks import mark
from dashboards.page.shown import number, shanghai
from dashboards.page.wording import moment_in_words, value_in_words
from dashboards.panel import Draw, Every, Panel, Time
from dashboards.panel_query import Row, Scope
from indexing.metrics.metric import Shape

__all__ = ["draw_over_time"]

_STEPS: Mapping[Every, timedelta] = {Every.DAY: timedelta(days=1), Every.HOUR: timedelta(hours=1)}
Values = Sequence[float | None]


def draw_over_time(
    board: str,
    panel: Panel,
    rows: Sequence[Row],
    scope: Scope,
    brands: Mapping[str, str],
    events: Sequence[Event] = (),
) -> Drawn:
    """Return the panel drawn along its bucket of time, every day or hour of the scope a place."""
    along, bucket = next((place, bucket) for place, bucket in enumerate(panel.by) if isinstance(bucket, Time))
    series, found, splits = stacks.stacked(panel, rows, along, brands)
    moments = _moments(scope, bucket.every)
    values = [_filled(panel, found.get(moment, [None] * len(series))) for moment in moments]
    shape = _shape(panel, values, len(series))
    chart = Chart(
        shape=shape,
        scale=tuple(_tick(panel, tick.value) for tick in shape.ticks),
        labels=tuple(moment_in_words(moment, Every.DAY) for moment in moments),
        titles=tuple(
            f"{moment_in_words(moment, bucket.every)}  {_said(panel, series, stack)}"
            for moment, stack in zip(moments, values, strict=True)
        ),
        marks=tuple(
            stacks.marks_of(panel, along, moment, stack, splits) for moment, stack in zip(moments, values, strict=True)
        ),
        wholes=tuple(mark(panel, {along: moment}) for moment in moments),
        annotations=tuple(_annotations(events, moments, _STEPS[bucket.every])) if panel.annotated else (),
    )
    return Drawn(board=board, panel=panel, rows=tuple(rows), series=series, chart=chart)


def _filled(panel: Panel, stack: list[float | None]) -> Values:
    """Return the values of a place: nothing counted is 0, and a share or score of nothing is none."""
    split = len(panel.by) > 1
    counts = [panel.show[0 if split else place].shape is Shape.COUNT for place in range(len(stack))]
    return [0.0 if value is None and count else value for value, count in zip(stack, counts, strict=True)]


def _shape(panel: Panel, values: Sequence[Values], series: int) -> charts.Columns | charts.Lines:
    if panel.draw is Draw.LINES:
        return charts.lines([[stack[place] for stack in values] for place in range(series)])
    return charts.stacked_columns([_heights(panel, stack) for stack in values])


def _tick(panel: Panel, value: float) -> str:
    """Return a tick's words; columns count, or are hundredths of a whole."""
    return value_in_words(panel, 0, value).zh if panel.draw is Draw.LINES else number(value)


def _heights(panel: Panel, stack: Values) -> list[int]:
    """Return how high a column's parts are: as much as they count, or, of shares, in hundredths of the whole."""
    counted = [value or 0 for value in stack]
    whole = sum(counted) if panel.draw is Draw.SHARES else 100
    return [round(100 * value / whole) if whole else 0 for value in counted]


def _said(panel: Panel, series: Sequence[Series], stack: Values) -> str:
    split = len(panel.by) > 1
    return " · ".join(
        f"{one.name.zh} {value_in_words(panel, 0 if split else place, value).zh}"
        for place, (one, value) in enumerate(zip(series, stack, strict=True))
        if value or (value == 0 and panel.draw is Draw.LINES)
    )


def _moments(scope: Scope, every: Every) -> list[int]:
    start = scope.since.astimezone(DAY_ZONE)
    start = start.replace(hour=0 if every is Every.DAY else start.hour, minute=0, second=0, microsecond=0)
    moments = []
    while start <= scope.until:
        moments.append(round(start.timestamp() * 1000))
        start += _STEPS[every]
    return moments


def _annotations(events: Sequence[Event], moments: Sequence[int], step: timedelta) -> Sequence[Annotation]:
    """Return the events where they stand between the chart's first place and its end."""
    if not moments:
        return ()
    length = len(moments) * step
    placed = [(event, event.at.timestamp() - moments[0] / 1000) for event in events]
    return [
        Annotation(
            x=round(100 * seconds / length.total_seconds(), 2),
            at=shanghai(event.at, "%m-%d %H:%M"),
            text=event.text,
            sense=event.sense,
        )
        for event, seconds in placed
        if 0 <= seconds < length.total_seconds()
    ]
