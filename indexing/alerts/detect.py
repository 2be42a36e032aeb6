"""Detectors: pure functions from a series of counts to a finding, or to None where nothing stands out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, takewhile

from config.negative_burst import Figures, NegativeBurst, measure

__all__ = ["STEPS", "Finding", "Series", "length", "negative_burst"]

STEPS = 4
"""Buckets in a window: windows slide by a quarter of their length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Mentions of one brand in buckets of `step`, oldest first; the last bucket ends just before `end`."""

    end: datetime
    step: timedelta
    counts: tuple[int, ...]
    negatives: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A burst: the figures are those of its worst window, [start, end)."""

    start: datetime
    end: datetime
    figures: Figures
    began_at: datetime
    """Start of the first bucket with a negative mention in the first window that fires."""
    last_at: datetime
    """End of the last window that fires."""


def length(when: NegativeBurst) -> int:
    """Return how many buckets `negative_burst` looks at: the past, the late and the window itself."""
    past = when.history // when.window
    return (past + 1) * STEPS + _late(when)


def negative_burst(series: Series, when: NegativeBurst) -> Finding | None:
    """Return the latest burst whose last window ended no longer than `when.late` ago.

    Every window, one a bucket, is held against the windows of the same length that ended before it began, back to the
    first bucket that holds any mention: earlier, nobody looked.
    """
    counts, negatives = _sums(series.counts), _sums(series.negatives)
    known_from = sum(1 for _ in takewhile(lambda total: total == 0, counts[1:]))
    firing: list[tuple[int, Figures]] = []
    for stop in _stops(len(series.counts), when):
        figures = _window(counts, negatives, stop, known_from, when)
        if figures and figures.fires:
            firing.append((stop, figures))
        elif firing:
            break
    if not firing:
        return None
    first = firing[-1][0] - STEPS
    worst, figures = max(firing, key=lambda pair: pair[1].negative)
    return Finding(
        start=_time(series, worst - STEPS),
        end=_time(series, worst),
        figures=figures,
        began_at=_time(series, next(at for at in range(first, first + STEPS) if series.negatives[at])),
        last_at=_time(series, firing[0][0]),
    )


def _window(counts: list[int], negatives: list[int], stop: int, known_from: int, when: NegativeBurst) -> Figures | None:
    """Return the figures of the window before bucket `stop`; None where the absolute thresholds already say no."""
    start = stop - STEPS
    count, negative = counts[stop] - counts[start], negatives[stop] - negatives[start]
    if negative < when.min_count or negative < when.min_share * count:
        return None
    earliest = max(known_from, start - when.history // when.window * STEPS)
    past = [negatives[at + STEPS] - negatives[at] for at in range(start - STEPS, earliest - 1, -STEPS)]
    return measure(when, count=count, negative=negative, past=past)


def _stops(buckets: int, when: NegativeBurst) -> Iterator[int]:
    yield from range(buckets, max(buckets - _late(when), STEPS) - 1, -1)


def _late(when: NegativeBurst) -> int:
    return when.late * STEPS // when.window


def _sums(values: tuple[int, ...]) -> list[int]:
    return list(accumulate(values, initial=0))


def _time(series: Series, bucket: int) -> datetime:
    return series.end - (len(series.counts) - bucket) * series.step
