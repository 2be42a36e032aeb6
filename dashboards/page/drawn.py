"""A panel's rows as the page draws them: columns, bars or a table, each value with its words beside its number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from config.both import Both
from config.settings import DAY_ZONE
from dashboards import charts
from dashboards.colours import css_class
from dashboards.page import shown
from dashboards.page.marks import Mark, mark
from dashboards.page.names import VALUES, named
from dashboards.panel import Draw, Every, Panel, Time, Top
from dashboards.panel_query import Row, Scope
from indexing.metrics.metric import Metric, Shape

__all__ = ["Chart", "Drawn", "Line", "Series", "draw", "worded"]

_MOST_LINES = 15
_UNITS = ((86_400, Both("天", "d")), (3_600, Both("小时", "h")), (60, Both("分", "min")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a table or bar of a chart: its names, its values in words, and its bar, if it has one."""

    names: tuple[Both, ...]
    values: tuple[Both, ...]
    bar: charts.Bar | None = None
    share: str | None = None
    marks: tuple[Mark | None, ...] = ()
    """What each value, or each segment of the bar, leads to."""
    whole: Mark | None = None
    """What the row itself leads to."""
    colour: str | None = None
    """Its bar's class, where the bar is not of several colours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One colour of a chart; `colour` is a class of the style."""

    name: Both
    colour: str
    whole: str
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Columns along the time; `labels` are the columns' times, `parts` their values in words."""

    columns: charts.Columns
    labels: tuple[str, ...]
    titles: tuple[str, ...]
    marks: tuple[tuple[Mark | None, ...], ...] = ()
    """What each column's segments lead to."""
    wholes: tuple[Mark | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A panel as drawn; `rows` are the plain numbers that it shows."""

    board: str
    panel: Panel
    rows: tuple[Row, ...]
    series: tuple[Series, ...] = ()
    lines: tuple[Line, ...] = ()
    chart: Chart | None = None
    withheld: Both | None = None


def draw(
    board: str,
    panel: Panel,
    rows: Sequence[Row],
    scope: Scope,
    withheld: Both | None = None,
    brands: Mapping[str, str] = MappingProxyType({}),
) -> Drawn:
    """Return the panel of `board` with its rows drawn, or withheld for a reason; `brands` are names by ids."""
    if withheld:
        return Drawn(board=board, panel=panel, rows=(), withheld=withheld)
    if panel.draw in (Draw.NUMBER, Draw.TABLE):
        lines = tuple(
            Line(
                names=_names(panel, row, brands),
                values=_values(panel, row),
                marks=tuple(
                    mark(panel, dict(enumerate(row.keys)), number, value) for number, value in enumerate(row.values)
                ),
                whole=mark(panel, dict(enumerate(row.keys))),
            )
            for row in rows
        )
        return Drawn(board=board, panel=panel, rows=tuple(rows), lines=lines)
    if any(isinstance(bucket, Time) for bucket in panel.by):
        return _along_time(board, panel, rows, scope, brands)
    return _bars(board, panel, rows, brands)


def worded(metric: Metric, value: float | None) -> Both:
    """Return a value as people read it."""
    if value is None:
        return Both("—", "—")
    match metric.shape:
        case Shape.COUNT:
            return _same(shown.number(round(value)))
        case Shape.SHARE:
            return _same(shown.percent(value))
        case Shape.SCORE:
            return _same(shown.score(value))
        case Shape.MOMENT:
            return _same(shown.shanghai(datetime.fromtimestamp(value / 1000, UTC), "%m-%d %H:%M"))
        case Shape.SECONDS:
            return _span(value)


def _span(seconds: float) -> Both:
    for size, unit in _UNITS:
        if seconds >= size:
            return Both(f"{seconds / size:.1f} {unit.zh}", f"{seconds / size:.1f} {unit.en}")
    return Both(f"{seconds:.0f} 秒", f"{seconds:.0f} s")


def _same(text: str) -> Both:
    return Both(text, text)


def _names(panel: Panel, row: Row, brands: Mapping[str, str]) -> tuple[Both, ...]:
    return tuple(
        _name(bucket, key, brands)
        for bucket, key in zip(panel.by, row.keys, strict=True)  # a table's rows have all keys
    )


def _name(bucket: Time | Top, key: str | int, brands: Mapping[str, str]) -> Both:
    if isinstance(bucket, Time):
        return _same(_moment(int(key), bucket.every))
    if bucket.field == "brand":
        return _same(shown.prose(brands.get(str(key), str(key)), 60))
    return (
        named(VALUES.get(bucket.field, "label"), str(key))
        if bucket.field in VALUES
        else _same(shown.prose(str(key), 60))
    )


def _moment(millis: int, every: Every) -> str:
    local = datetime.fromtimestamp(millis / 1000, UTC).astimezone(DAY_ZONE)
    return f"{local:%m-%d}" if every is Every.DAY else f"{local:%m-%d %H:00}"


def _values(panel: Panel, row: Row) -> tuple[Both, ...]:
    return tuple(worded(metric, value) for metric, value in zip(panel.show, row.values, strict=True))


def _series(
    panel: Panel, split: int | None, rows: Sequence[Row], brands: Mapping[str, str]
) -> tuple[tuple[Series, ...], dict[str | int, int]]:
    """Return the colours, and which place a split's value has among them."""
    if split is None:
        totals = [sum(row.values[number] or 0 for row in rows) for number in range(len(panel.show))]
        made = tuple(
            Series(
                name=metric.name,
                colour=_colour(panel, number),
                whole=shown.number(round(total)),
                mark=mark(panel, {}, number, total if _every_one(panel, None) else None),
            )
            for number, (metric, total) in enumerate(zip(panel.show, totals, strict=True))
        )
        return made, {}
    wholes: dict[str | int, float] = {}
    for row in rows:
        wholes[row.keys[split]] = wholes.get(row.keys[split], 0) + (row.values[0] or 0)
    made = tuple(
        Series(
            name=_name(panel.by[split], key, brands),
            colour=css_class(panel.by[split].field, str(key), tuple(brands)),
            whole=shown.number(round(whole)),
            mark=mark(panel, {split: key}, 0, whole if _every_one(panel, split) else None),
        )
        for key, whole in wholes.items()
    )
    return made, {key: number for number, key in enumerate(wholes)}


def _colour(panel: Panel, number: int) -> str:
    """Return the class of a measure's colour."""
    return panel.show[number].colour or ("accent" if len(panel.show) == 1 else f"c{number}")


def _every_one(panel: Panel, split: int | None) -> bool:
    """Tell whether the buckets beside `split` hold every document once: times do, the largest values need not."""
    return all(isinstance(bucket, Time) for place, bucket in enumerate(panel.by) if place != split)


def _marks(
    panel: Panel, along: int, key: str | int, stack: Sequence[float], splits: Sequence[str | int]
) -> tuple[Mark | None, ...]:
    """Return what each segment of one bucket's stack leads to."""
    if not splits:
        return tuple(mark(panel, {along: key}, number, value) for number, value in enumerate(stack))
    other = 1 - along
    return tuple(mark(panel, {along: key, other: split}, 0, value) for split, value in zip(splits, stack, strict=True))


def _stacks(
    panel: Panel, rows: Sequence[Row], along: int, brands: Mapping[str, str]
) -> tuple[tuple[Series, ...], dict[str | int, list[float]], tuple[str | int, ...]]:
    """Return the colours, each bucket's values in their order, and what the values are split by."""
    split = next((number for number in range(len(panel.by)) if number != along), None)
    series, places = _series(panel, split, rows, brands)
    stacks: dict[str | int, list[float]] = {}
    for row in rows:
        stack = stacks.setdefault(row.keys[along], [0.0] * len(series))
        if split is None:
            stack[:] = [value or 0 for value in row.values]
        else:
            stack[places[row.keys[split]]] += row.values[0] or 0
    return series, stacks, tuple(places)


def _along_time(board: str, panel: Panel, rows: Sequence[Row], scope: Scope, brands: Mapping[str, str]) -> Drawn:
    along = next(number for number, bucket in enumerate(panel.by) if isinstance(bucket, Time))
    series, stacks, splits = _stacks(panel, rows, along, brands)
    bucket = panel.by[along]
    every = bucket.every if isinstance(bucket, Time) else Every.DAY
    moments = _moments(scope, every)
    values = [stacks.get(moment, [0.0] * len(series)) for moment in moments]
    titles = tuple(
        f"{_moment(moment, every)}  "
        + " · ".join(
            f"{one.name.zh} {shown.number(round(value))}" for one, value in zip(series, stack, strict=True) if value
        )
        for moment, stack in zip(moments, values, strict=True)
    )
    chart = Chart(
        columns=charts.stacked_columns([_heights(panel, stack) for stack in values]),
        labels=tuple(_moment(moment, Every.DAY) for moment in moments),
        titles=titles,
        marks=tuple(_marks(panel, along, moment, stack, splits) for moment, stack in zip(moments, values, strict=True)),
        wholes=tuple(mark(panel, {along: moment}) for moment in moments),
    )
    return Drawn(board=board, panel=panel, rows=tuple(rows), series=series, chart=chart)


def _heights(panel: Panel, stack: Sequence[float]) -> list[int]:
    """Return how high a column's parts are: as much as they count, or, of shares, in hundredths of the whole."""
    whole = sum(stack) if panel.draw is Draw.SHARES else 100
    return [round(100 * value / whole) if whole else 0 for value in stack]


def _moments(scope: Scope, every: Every) -> list[int]:
    step = timedelta(days=1) if every is Every.DAY else timedelta(hours=1)
    start = scope.since.astimezone(DAY_ZONE)
    start = start.replace(hour=0 if every is Every.DAY else start.hour, minute=0, second=0, microsecond=0)
    moments = []
    while start <= scope.until:
        moments.append(round(start.timestamp() * 1000))
        start += step
    return moments


def _bars(board: str, panel: Panel, rows: Sequence[Row], brands: Mapping[str, str]) -> Drawn:
    series, stacks, splits = _stacks(panel, rows, 0, brands)
    kept = list(stacks.items())[:_MOST_LINES]
    parts = [[round(value) for value in stack] for _, stack in kept]
    drawn = charts.bars(parts, wholes=panel.draw is Draw.SHARES)
    whole = sum(sum(stack) for stack in stacks.values())
    lines = tuple(
        Line(
            names=(_name(panel.by[0], key, brands),),
            values=(_same(shown.number(round(sum(stack)))),),
            bar=bar,
            marks=_marks(panel, 0, key, stack, splits),
            whole=mark(panel, {0: key}, 0 if len(panel.show) == 1 else None, None if splits else sum(stack)),
            share=shown.percent(sum(stack) / whole) if panel.draw is Draw.DONUT and whole else None,
            colour=css_class(panel.by[0].field, str(key), tuple(brands))
            if panel.draw is Draw.DONUT
            else _colour(panel, 0),
        )
        for (key, stack), bar in zip(kept, drawn, strict=True)
    )
    return Drawn(board=board, panel=panel, rows=tuple(rows), series=series if len(series) > 1 else (), lines=lines)
