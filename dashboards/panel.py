"""One panel, defined once: what it asks, of which documents, and how it is drawn.

Three readers: dashboards.kibana makes saved objects of it, dashboards.page draws it, and dashboards.panel_query
turns it into the plain Elasticsearch query that both of them show the response of.
dashboards.panel_errors says what is wrong with a definition.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from config.both import Both
from dashboards.period import DAYS
from indexing.metrics.change import change
from indexing.metrics.metric import Metric
from indexing.metrics.where import EVERYTHING, Where

__all__ = [
    "TIMELESS",
    "Board",
    "Bucket",
    "Control",
    "Draw",
    "Every",
    "Listing",
    "Panel",
    "Time",
    "Top",
    "number",
    "panels",
]


class Draw(StrEnum):
    """How a panel is drawn."""

    NUMBER = "number"
    COLUMNS = "columns"
    """Upright columns along the first bucket; several measures, or a second bucket, are stacked."""
    LINES = "lines"
    """As columns, drawn as lines."""
    BARS = "bars"
    """Bars lying on their side, stacked in the same way."""
    SHARES = "shares"
    """As bars, or along time as columns, each of which is a whole: how its parts are divided, however much it is."""
    DONUT = "donut"
    """Shares of a whole; the page draws them as bars with their share."""
    WORDS = "words"
    """A cloud of words; the page draws them as bars."""
    TABLE = "table"


class Every(StrEnum):
    """How long a bucket of time is, by the clocks of Asia/Shanghai."""

    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """A bucket a day or an hour."""

    field: str = "@timestamp"
    every: Every = Every.DAY
    name: Both = Both("时间", "Time")


@dataclass(frozen=True, slots=True)
class Top:
    """A bucket a value of the field: those `size` values that the first measure is largest for.

    Of a field with `many` values the page asks first which these are, and then for their figures alone.
    """

    field: str
    name: Both
    size: int = 10
    many: bool = False


Bucket = Time | Top
TIMELESS = frozenset({"customers", "links", "profiles", "quality"})
"""Kinds that say how things stand now: the time that a board is looked at for does not choose among them."""
_MOVING = TIMELESS | {"accounts"}
"""Kinds whose documents leave an earlier time for a later one, so that it loses them afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One figure or chart.

    `kind` is the kind of index that it reads. The documents that `where` holds for are put into the buckets of `by`,
    the second ones within the first ones, and `show` is measured in each. `id` is unique within its board; `width` is
    in 48ths of the page, `height` in Kibana's rows of 20 pixels.
    """

    id: str
    title: Both
    question: Both
    kind: str = "mentions"
    where: Where = EVERYTHING
    by: tuple[Bucket, ...] = ()
    show: tuple[Metric, ...]
    draw: Draw
    sort: int | None = None
    """By which of its measures a table stands, the largest first; else as its buckets come."""
    compares_brands: bool = False
    """Whether its first bucket's shares compare brands: the page withholds them where these were not crawled alike."""
    annotated: bool = False
    """Whether alerts and people's notes stand on it, where it runs along the time."""
    width: int = 24
    height: int = 13

    @property
    def description(self) -> Both:
        """The question, and what each measure means."""
        meanings = dict.fromkeys(metric.name for metric in self.show)
        explained = {metric.name: metric.meaning for metric in self.show}
        return Both(
            self.question.zh + "".join(f"\n{name.zh}：{explained[name].zh}" for name in meanings),
            self.question.en + "".join(f"\n{name.en}: {explained[name].en}" for name in meanings),
        )


def number(
    id: str, metric: Metric, question: Both, *, where: Where = EVERYTHING, width: int = 12, height: int = 6
) -> Panel:
    """Return a panel that shows one metric as a number, under its name, and how it changed where that can be told."""
    lasting = metric.kind not in _MOVING and not metric.standing
    return Panel(
        id=id,
        title=metric.name,
        question=question,
        kind=metric.kind,
        where=where,
        show=(metric, change(metric)) if lasting else (metric,),
        draw=Draw.NUMBER,
        width=width,
        height=height,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The documents themselves, `columns` of each, ordered by `sort`, the largest first."""

    id: str
    title: Both
    question: Both
    kind: str = "mentions"
    where: Where = EVERYTHING
    columns: tuple[str, ...]
    sort: str = "@timestamp"
    width: int = 48
    height: int = 16

    @property
    def description(self) -> Both:
        """The question."""
        return self.question


@dataclass(frozen=True, slots=True)
class Control:
    """A choice above a board: the values of a field."""

    field: str
    name: Both


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A dashboard; its id is its file's name. The controls offer values of the fields of `kind`."""

    title: Both
    purpose: Both
    order: int
    """Its place in the row of links."""
    kind: str = "mentions"
    controls: tuple[Control, ...] = field(default=())
    days: int = DAYS
    panels: tuple[Panel | Listing, ...]


def panels(board: Board) -> Iterator[Panel]:
    """Yield the board's panels that count something."""
    return (panel for panel in board.panels if isinstance(panel, Panel))
