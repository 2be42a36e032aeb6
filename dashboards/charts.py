"""The geometry of the page's charts, for SVG that is written by the template.

No chart library: vl-convert was tried and weighs 84 MB installed; its static SVG has a fixed width, so that its text
shrinks with a phone's screen, and its interactive bundle adds 0.9 MB of JavaScript that wants `unsafe-eval`. Stacked
columns and bars need neither. Horizontal places are percentages and vertical ones pixels, so that a chart fills any
width while its text keeps its size; colours are classes, so that it follows the reader's dark or light scheme.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, floor, log10

__all__ = ["Bar", "Column", "Columns", "Lines", "Points", "Segment", "Tick", "bars", "lines", "stacked_columns"]

_GAP = 1.0  # pixels between two stacked segments, so that they differ without their colours too
_LABELS_WIDE, _LABELS_NARROW = 14, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of a bar or column: where it starts and how far it goes, in the chart's unit for that direction."""

    start: float
    length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One stacked column: `x` and `width` in percent, segments from the baseline up as pixels from the top."""

    x: float
    width: float
    segments: tuple[Segment, ...]
    labelled: str
    """Where its label is shown: `always`, `wide` (not on a phone) or `never`."""

    @property
    def middle(self) -> float:
        """The middle, in percent."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One line of the scale: its value and its height in pixels from the top."""

    value: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """A stacked column chart; `height` in pixels is the plot's, without labels."""

    height: int
    slot: float
    """The share of the width that one column and its gap take, in percent."""
    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]

    @property
    def labelled(self) -> tuple[str, ...]:
        """Where each column's label is shown."""
        return tuple(column.labelled for column in self.columns)

    def middle(self, place: int) -> float:
        """Return the middle of a column, in percent."""
        return self.columns[place].middle


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """One line of a chart: the height of each of its places in pixels from the top, None where it has no value."""

    heights: tuple[float | None, ...]

    @property
    def pieces(self) -> tuple[tuple[int, float, float], ...]:
        """The pieces between two places that both have a value: the first one's number, and both heights."""
        pairs = enumerate(zip(self.heights, self.heights[1:], strict=False))
        return tuple((number, one, next) for number, (one, next) in pairs if one is not None and next is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Lines over the same places; `slot` is the share of the width that a place takes, in percent."""

    height: int
    slot: float
    lines: tuple[Points, ...]
    labelled: tuple[str, ...]
    """Where each place's label is shown, as a column's."""
    ticks: tuple[Tick, ...]

    def middle(self, place: int) -> float:
        """Return the middle of a place, in percent."""
        return _round((place + 0.5) * self.slot)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One horizontal stacked bar, in percent of the width."""

    segments: tuple[Segment, ...]


def stacked_columns(values: Sequence[Sequence[int]], *, height: int = 190, top: int = 14) -> Columns:
    """Return the columns of `values`, one inner sequence each from the baseline up, with `top` pixels free above."""
    ticks = _ticks(max((sum(column) for column in values), default=0))
    scale = (height - top) / ticks[-1]
    slot = 100 / max(len(values), 1)
    width = slot * (0.64 if len(values) <= 31 else 0.8)
    return Columns(
        height=height,
        slot=_round(slot),
        columns=tuple(
            Column(
                x=_round(index * slot + (slot - width) / 2),
                width=_round(width),
                segments=_rising(column, scale, height),
                labelled=_labelled(len(values) - 1 - index, len(values)),
            )
            for index, column in enumerate(values)
        ),
        ticks=tuple(Tick(value=value, y=_round(height - value * scale)) for value in ticks),
    )


def lines(values: Sequence[Sequence[float | None]], *, height: int = 190, top: int = 14) -> Lines:
    """Return the lines of `values`, an inner sequence each, all as long; the scale holds 0, and what is below it."""
    known = [value for line in values for value in line if value is not None]
    ticks = _signed_ticks(min([0.0, *known]), max([0.0, *known]))
    scale = (height - top) / (ticks[-1] - ticks[0])
    places = max((len(line) for line in values), default=0)

    def at(value: float) -> float:
        return _round(height - (value - ticks[0]) * scale)

    return Lines(
        height=height,
        slot=_round(100 / max(places, 1)),
        lines=tuple(Points(heights=tuple(None if value is None else at(value) for value in line)) for line in values),
        labelled=tuple(_labelled(places - 1 - place, places) for place in range(places)),
        ticks=tuple(Tick(value=value, y=at(value)) for value in ticks),
    )


def bars(values: Sequence[Sequence[int]], *, wholes: bool = False) -> tuple[Bar, ...]:
    """Return one bar for each of `values`; the longest fills the width, or, of `wholes`, each one does."""
    longest = max((sum(parts) for parts in values), default=0) or 1
    return tuple(_bar(parts, (sum(parts) or 1) if wholes else longest) for parts in values)


def _bar(parts: Sequence[int], whole: int) -> Bar:
    return Bar(
        segments=tuple(
            Segment(start=_round(100 * start / whole), length=_round(100 * part / whole))
            for start, part in zip([0, *accumulate(parts)], parts, strict=False)
        )
    )


def _rising(parts: Sequence[int], scale: float, height: int) -> tuple[Segment, ...]:
    segments, below = [], 0
    for part in parts:
        length = part * scale
        drawn = max(length - _GAP, min(length, 1.0)) if below else length
        below += part
        segments.append(Segment(start=_round(height - below * scale), length=_round(drawn)))
    return tuple(segments)


def _labelled(from_last: int, columns: int) -> str:
    wide = ceil(columns / _LABELS_WIDE)
    narrow = wide * ceil(columns / wide / _LABELS_NARROW)
    if from_last % narrow == 0:
        return "always"
    return "wide" if from_last % wide == 0 else "never"


def _ticks(largest: int) -> tuple[int, ...]:
    if largest <= 0:
        return (0, 1)
    rough = largest / 5
    unit = 10 ** floor(log10(rough)) if rough >= 1 else 1
    step = next(int(unit * factor) for factor in (1, 2, 5, 10) if unit * factor >= rough)
    return tuple(range(0, largest + step, step))


def _signed_ticks(least: float, largest: float) -> tuple[float, ...]:
    """Return few round values, of which one is 0, from below `least` to above `largest`."""
    rough = (largest - least) / 5 or 1
    unit = 10.0 ** floor(log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    first, last = floor(_round(least / step)), ceil(_round(largest / step))
    return tuple(_round(number * step) for number in range(first, max(last, first + 1) + 1))


def _round(value: float) -> float:
    return round(value, 3)
