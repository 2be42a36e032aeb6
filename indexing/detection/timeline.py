"""Counts over time, in equal buckets, and the episodes in which they meet a condition; pure functions."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from config.kinds import Verdict

__all__ = ["STEPS", "Episode", "Timeline", "episodes", "peaks", "timeline", "windows"]

STEPS = 4
"""Buckets in a window: windows slide by a quarter of their length."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Mentions of one brand (and story, …) in buckets of `step`, oldest first; the last one ends just before `end`."""

    end: datetime
    step: timedelta
    first: int
    """The first bucket with any mention; earlier, nobody looked."""
    sums: Mapping[str, list[float]]
    """By measure, the running total before each bucket; `count` is always there."""
    values: Mapping[str, tuple[frozenset[str], ...]]
    """By measure, the different values in each bucket."""
    least: Mapping[str, tuple[float | None, ...]]
    """By measure, the least value in each bucket."""
    most: Mapping[str, tuple[float | None, ...]]
    _windows: dict[tuple[str, int], list[float]] = field(default_factory=dict, repr=False, compare=False)
    """What `peaks` looks through, by measure and length: all windows of one timeline share it."""

    def __len__(self) -> int:
        return len(self.sums["count"]) - 1

    def sum(self, name: str, start: int, stop: int) -> float:
        """Return a measure's sum over the buckets [start, stop)."""
        totals = self.sums[name]
        return totals[max(stop, 0)] - totals[max(start, 0)]

    def count(self, start: int, stop: int, name: str = "count") -> int:
        """Return how many there were in the buckets [start, stop)."""
        return round(self.sum(name, start, stop))

    def different(self, name: str, start: int, stop: int) -> int:
        """Return how many different values the buckets [start, stop) hold."""
        return len(frozenset().union(*self.values[name][max(start, 0) : stop]))

    def lowest(self, name: str, start: int, stop: int) -> float | None:
        """Return the least value of the buckets [start, stop)."""
        return min((one for one in self.least[name][max(start, 0) : stop] if one is not None), default=None)

    def highest(self, name: str, start: int, stop: int) -> float | None:
        """Return the greatest value of the buckets [start, stop)."""
        return max((one for one in self.most[name][max(start, 0) : stop] if one is not None), default=None)

    def time(self, bucket: int) -> datetime:
        """Return when a bucket begins."""
        return self.end - (len(self) - bucket) * self.step

    def past(self, stop: int, length: int, windows: int, name: str) -> list[int]:
        """Return a measure of up to so many windows of `length` buckets before bucket `stop`, latest first."""
        totals = self.sums[name]
        earliest = max(self.first, stop - windows * length)
        return [round(totals[at + length] - totals[at]) for at in range(stop - length, earliest - 1, -length)]

    def peaks(self, stop: int, length: int, block: int, most: int, name: str) -> list[int]:
        """Return a measure's fullest `length` buckets in each of `most` blocks before bucket `stop`, latest first."""
        if (name, length) not in self._windows:
            self._windows[name, length] = windows(self.sums[name], length)
        return [round(peak) for peak in peaks(self._windows[name, length], length, self.first, stop, block, most)]


def windows(totals: Sequence[float], length: int) -> list[float]:
    """Return, from running totals, what each `length` buckets in a row hold, by the first of them."""
    return [after - before for before, after in zip(totals, totals[length:], strict=False)]


def peaks(sums: Sequence[float], length: int, first: int, stop: int, block: int, most: int) -> list[float]:
    """Return the fullest of the `windows` that end in each of up to `most` blocks before bucket `stop`, latest first.

    A block counts when it is whole, with nothing before bucket `first`; where none is, the part that there is counts.
    """
    last = stop - length + 1
    wanted = range(last, max(first, stop - most * block) + block - length, -block) or (last,)
    return [max(sums[at - block if at > block else 0 : at if at > 0 else 0], default=0.0) for at in wanted]


def timeline(
    *,
    end: datetime,
    step: timedelta,
    buckets: int,
    sums: Mapping[str, Mapping[int, float]],
    values: Mapping[str, Mapping[int, Collection[str]]] | None = None,
    extremes: Mapping[str, Mapping[int, tuple[float | None, float | None]]] | None = None,
    first: int | None = None,
) -> Timeline:
    """Make a timeline from what is in the buckets that are not empty."""
    seen = min(sums["count"], default=buckets)
    totals = {name: list(accumulate(_dense(of, buckets), initial=0)) for name, of in sums.items()}
    return Timeline(
        end=end,
        step=step,
        first=seen if first is None else max(0, min(first, seen)),
        sums=totals,
        values={
            name: tuple(frozenset(of.get(place, ())) for place in range(buckets)) for name, of in (values or {}).items()
        },
        least=_each(extremes, 0, buckets),
        most=_each(extremes, 1, buckets),
    )


def _dense(of: Mapping[int, float], buckets: int) -> list[float]:
    found: list[float] = [0] * buckets
    for place, value in of.items():
        if 0 <= place < buckets:
            found[place] = value
    return found


def _each(
    extremes: Mapping[str, Mapping[int, tuple[float | None, float | None]]] | None, side: int, buckets: int
) -> dict[str, tuple[float | None, ...]]:
    return {
        name: tuple(of.get(place, (None, None))[side] for place in range(buckets))
        for name, of in (extremes or {}).items()
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Windows that fired, each beginning before the one before it ended; bucket numbers."""

    began: int
    """First bucket of the first window."""
    last: int
    """Where the last window ends."""
    worst: int
    """Where the heaviest window ends."""
    verdict: Verdict
    """The heaviest window's."""


def episodes(stops: Iterable[int], length: int, judge: Callable[[int], Verdict | None]) -> list[Episode]:
    """Return the episodes among windows of `length` buckets that end at `stops`, latest first."""
    found: list[Any] = []
    run: list[tuple[int, Verdict]] = []
    for stop in sorted(stops, reverse=True):
        verdict = judge(stop)
        if verdict and verdict.fires:
            run.append((stop, verdict))
        elif run:
            found.append(_episode(run, length))
            run = []
    if run:
        found.append(_episode(run, length))
    return found


def _episode(run: list[tuple[int, Verdict]], length: int) -> Episode:
    worst, verdict = max(run, key=lambda pair: pair[1].weight)  # of equals the latest
    return Episode(began=run[-1][0] - length, last=run[0][0], worst=worst, verdict=verdict)
