"""Detectors: pure functions from a series of counts to a finding, or to None where nothing stands out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from config.negative_burst import Figures, NegativeBurst, measure

__all__ = ["STEPS", "Finding", "Series", "buckets", "negative_burst"]

STEPS = 4
"""Buckets in a window: windows slide by a quarter of their length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Mentions of one brand in buckets of `step`, oldest first; the last bucket ends just before `end`."""

    end: datetime
    step: timedelta
    negatives: tuple[int, ...]
    """Negative mentions of every bucket."""
    counts: tuple[int, ...]
    """All mentions of the last buckets, those that a window may still fire in."""
    first: int
    """The first bucket with any mention; earlier, nobody looked."""


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


def buckets(when: NegativeBurst) -> tuple[int, int]:
    """Return how many buckets of negative and of all mentions `negative_burst` looks at."""
    recent = STEPS + when.late * STEPS // when.window
    return recent + when.history // when.window * STEPS, recent


def negative_burst(series: Series, when: NegativeBurst) -> Finding | None:
    """Return the latest burst whose last window ended no longer than `when.late` ago.

    Every window, one a bucket, is held against the windows of the same length that ended before it began.
    """
    counts, negatives = _sums(series.counts), _sums(series.negatives)
    whole, recent = buckets(when)
    firing: list[tuple[int, Figures]] = []
    for stop in range(whole, whole - recent + STEPS - 1, -1):
        at = stop - (whole - recent)
        count = counts[at] - counts[at - STEPS]
        figures = _window(count, negatives, stop, series.first, when)
        if figures and figures.fires:
            firing.append((stop, figures))
        elif firing:
            break
    if not firing:
        return None
    begin = firing[-1][0] - STEPS
    worst, figures = max(firing, key=lambda pair: pair[1].negative)
    return Finding(
        start=_time(series, worst - STEPS),
        end=_time(series, worst),
        figures=figures,
        began_at=_time(series, next(at for at in range(begin, begin + STEPS) if series.negatives[at])),
        last_at=_time(series, firing[0][0]),
    )


def _window(count: int, negatives: list[int], stop: int, first: int, when: NegativeBurst) -> Figures | None:
    """Return the figures of the window before bucket `stop`; None where the absolute thresholds already say no."""
    start = stop - STEPS
    negative = negatives[stop] - negatives[start]
    if negative < when.min_count or negative < when.min_share * count:
        return None
    earliest = max(first, start - when.history // when.window * STEPS)
    past = [negatives[at + STEPS] - negatives[at] for at in range(start - STEPS, earliest - 1, -STEPS)]
    return measure(when, count=count, negative=negative, past=past)


def _sums(values: tuple[int, ...]) -> list[int]:
    return list(accumulate(values, initial=0))


def _time(series: Series, bucket: int) -> datetime:
    return series.end - (len(series.negatives) - bucket) * series.step
