"""A panel as drawn: what the templates read."""

from dataclasses import dataclass

from config.both import Both
from dashboards import charts
from dashboards.page.marks import Mark
from dashboards.panel import Panel
from dashboards.panel_query import Row

__all__ = ["Annotation", "Chart", "Drawn", "Line", "Series"]


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
    """One colour of a chart; `colour` is a class of the style, `whole` its sum where its values add up."""

    name: Both
    colour: str
    whole: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """What happened in a chart's time, such as an alert: where it stands, in percent of the width, and what it was."""

    x: float
    at: str
    text: Both
    sense: str
    """`alert` or `note`: a class of the style."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Columns or lines along the time, in places of equal width.

    `scale` are the words at its ticks, `labels` the places' times, `titles` their values in words, `marks` what each
    one's values lead to and `wholes` what the place itself does.
    """

    shape: charts.Columns | charts.Lines
    scale: tuple[str, ...]
    labels: tuple[str, ...]
    titles: tuple[str, ...]
    marks: tuple[tuple[Mark | None, ...], ...] = ()
    wholes: tuple[Mark | None, ...] = ()
    annotations: tuple[Annotation, ...] = ()

    @property
    def columns(self) -> tuple[charts.Column, ...]:
        """The columns, where they are what is drawn."""
        return self.shape.columns if isinstance(self.shape, charts.Columns) else ()

    @property
    def lines(self) -> tuple[charts.Points, ...]:
        """The lines, where they are what is drawn."""
        return self.shape.lines if isinstance(self.shape, charts.Lines) else ()


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
    """Why nothing is shown."""
    remark: Both | None = None
    """What is not shown, and why."""
