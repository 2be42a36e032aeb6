"""`negative_burst`: many negative mentions within a window, a large share of all, and far more than is usual.

With a budget of `pages`, usual is what the brand's own past would let pass at so many pages: the window or its last
quarter is higher than the fullest of nearly all days before it, by a factor that follows from the budget
(`config/page_budget.py`), higher than the last day's fullest, and a sudden rise above the present level.

With a `ratio`, usual is what the windows before it held, and what the same hour of the week held in the weeks before,
with the spread of the former. What came as strongly at the same time both the day before and the week before recurs.
"""

from collections.abc import Iterator
from datetime import timedelta
from math import floor
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from config.duration import Duration, written
from config.kinds import Bound, Condition, Count, Reading, Share, Verdict, Written, deviation, fitting, robust
from config.kinds import Case as AnyCase
from config.kinds import Facts as AnyFacts
from config.page_budget import ENOUGH_BLOCKS, PageBudget

__all__ = ["ENOUGH_PAST", "Case", "Facts", "Now", "Quarter", "Slow", "When"]

ENOUGH_PAST = 12
"""Past windows that it takes to say what is usual; with fewer, only the absolute thresholds decide."""
_MOST_PAST = 2_000
_ENOUGH_SAME_HOURS = 3
_SPREADS = 3.0
"""How many robust standard deviations above the median are still usual."""
_QUARTERS = 4
_SHORTEST_WITH_PAGES = timedelta(minutes=5)
_MOST_OF_STEEP = 5
Level = Annotated[float, Field(ge=0)]


class Now(Written):
    """The window under test: all mentions, and the negative ones among them."""

    count: Count
    negative: Count

    @model_validator(mode="after")
    def _part_of_all(self) -> "Now":
        if self.negative > self.count:
            raise ValueError(f"negative: {self.negative} of {self.count} mentions: write no more than `count`")
        return self


class Quarter(Written):
    """The last quarter of the window: what is sudden stands out there first."""

    negative: Count
    peaks: Annotated[tuple[Count, ...], Field(min_length=1)]
    """The fullest quarter of each past day, latest first."""


class Facts(AnyFacts):
    """Negative mentions of past windows, oldest first, and the window now."""

    history: tuple[Count, ...]
    same_hour: tuple[Count, ...] = ()
    """Of the windows at the same hour of the week, and of their neighbours, in the weeks before."""
    day_before: Count | None = None
    """Of the window one day before; None where nobody looked then."""
    week_before: Count | None = None
    peaks: tuple[Count, ...] = ()
    """The fullest window of each past day (of each block of the budget, docs/rules.md), latest first."""
    quarter: Quarter | None = None
    level: Level | None = None
    """Negative mentions a window, as a mean over the last three days."""
    long_level: Level | None = None
    """The same over all the days of which there are peaks."""
    now: Now


class Case(Facts, AnyCase):
    """A test of a `negative_burst`."""


class Slow(Written):
    """A second, longer look at the same mentions, for bursts that come slowly."""

    window: Duration = timedelta(days=1)
    history: Duration = timedelta(days=14)
    min_count: Annotated[int, Field(ge=1)]


class When(Condition):
    """The fields of a `negative_burst`."""

    model_config = {"extra": "forbid", "frozen": True}

    lasts: ClassVar[bool] = True

    kind: Literal["negative_burst"]
    history: Duration = timedelta(days=14)
    """How far back the usual is looked for, in windows of the same length."""
    season: Duration = timedelta(weeks=4)
    """How far back the same hour of the week is looked at; 0s for not at all."""
    min_count: Annotated[int, Field(ge=1)]
    """Negative mentions in the window, at the least."""
    min_share: Share
    """Negative mentions of all in the window, at the least."""
    pages: PageBudget | None = None
    """How often the rule may page for one brand; what it takes then follows from the brand's own past."""
    ratio: Annotated[float, Field(ge=1)] | None = None
    """How many times the usual (the median of past windows) the negative mentions must be, at the least."""
    slow: Slow | None = None
    """A second look, with a window and a history of its own; the rule holds where either does."""

    @model_validator(mode="after")
    def _lengths_fit(self) -> "When":
        fitting(self.window, self.history, ENOUGH_PAST, _MOST_PAST)
        if self.slow:
            fitting(self.slow.window, self.slow.history, ENOUGH_PAST, _MOST_PAST)
        if self.late > self.history:
            raise ValueError(f"late: longer than the history of {written(self.history)}: write a shorter time")
        return self

    @model_validator(mode="after")
    def _says_how_often(self) -> "When":
        if self.pages is None:
            if self.ratio is None:
                raise ValueError("pages: missing: add `pages: {at_most: 2, per: month}`, or a `ratio: 3`")
            return self
        if self.window < _SHORTEST_WITH_PAGES:
            raise ValueError(f"window: {written(self.window)} is too short for `pages`: write 5m or more")
        for look in self.looks():
            budget = look.pages or self.pages
            if budget.block < look.window and budget.block < timedelta(days=1):
                most = len(self.looks()) * timedelta(days=1) / (3 * min(look.window, timedelta(days=1)))
                raise ValueError(
                    f"pages: {self.pages} is more than windows of {written(look.window)} can tell apart: "
                    f"write at most {_below(most):g} per day"
                )
        if self.ratio and self.ratio > (most := _MOST_OF_STEEP * self.pages.steep):
            raise ValueError(
                f"ratio: {self.ratio:g} contradicts pages: {self.pages}: so high a floor keeps back what that budget "
                f"lets through: write {_below(most):g} or less, or leave it out"
            )
        if "season" in self.model_fields_set and self.season:
            raise ValueError("season: is not looked at where `pages` says how often: leave one of the two out")
        return self

    def looks(self) -> "tuple[When, ...]":
        """Return the condition's one or two looks, each as a condition with one; two share the budget of pages."""
        if self.slow is None:
            return (self,)
        own, pages = self.slow, self.pages and self.pages.shared(2)
        slow = {"window": own.window, "history": own.history, "min_count": own.min_count, "season": timedelta()}
        quick = self.model_copy(update={"slow": None, "pages": pages})
        return quick, quick.model_copy(update=slow)

    def judge(self, facts: Facts) -> Verdict:
        """Return whether the window holds as many negative mentions as it takes."""
        count, negative = facts.now.count, facts.now.negative
        usual, mad = deviation(facts.history)
        relative = len(facts.history) >= ENOUGH_PAST
        least = max(float(self.min_count), (self.ratio or 0.0) * usual if relative else 0.0)
        share = negative / count if count else 0.0
        if self.pages and relative and facts.peaks:
            bounds = _bounds(self.pages, facts)
            reached = _reached(bounds, facts)
            threshold = max(least, bounds["threshold"])
        else:
            bounds, reached = {}, True
            threshold = least if self.pages else max(least, _seasonal(facts, usual, mad, relative))
            least = threshold
        return Verdict(
            fires=negative >= least and share >= self.min_share and reached,
            weight=negative,
            readings=(
                Reading("negative", negative, usual if relative else None, "mentions"),
                Reading("count", count, None, "mentions"),
                Reading("share", share),
                *((Reading("times", negative / usual),) if relative and usual else ()),
                Reading("mad", mad, None, "mentions"),
                Reading("past_windows", len(facts.history), None, "windows"),
                Reading("threshold", threshold, None, "mentions"),
                *(_of_the_past(self.pages, facts, bounds) if self.pages and bounds else _of_the_season(facts)),
            ),
        )

    def bounds(self, verdict: Verdict) -> tuple[Bound, ...]:
        """Return what its figures are held against: negative mentions and their share, and what the past says."""
        figures = {reading.name: reading.value for reading in verdict.readings}
        negative = figures["negative"]
        held = [Bound("negative", negative, float(self.min_count))]
        if "share" in figures:
            held.append(Bound("share", figures["share"], self.min_share))
        if "threshold" in figures:
            high = [Bound("negative", negative, figures["threshold"])]
            if "quarter_threshold" in figures:  # either is high enough
                high.append(Bound("quarter", figures["quarter"], figures["quarter_threshold"]))
            held.append(max(high, key=lambda bound: bound.closeness))
        if "sudden_threshold" in figures:
            held.append(Bound("quarter", figures["quarter"], figures["sudden_threshold"]))
        if "fullest" in figures:
            held.append(Bound("negative", negative, figures["fullest"] + 1))
        return tuple(held)


def _below(most: float) -> float:
    """Return a number to write that is not above `most`."""
    return floor(100 * most) / 100


def _seasonal(facts: Facts, usual: float, mad: float, relative: bool) -> float:
    """Return what it takes by the spread of the past, by the same hour of the week, and by what recurs."""
    threshold = usual + _SPREADS * robust(mad) if relative else 0.0
    if len(facts.same_hour) >= _ENOUGH_SAME_HOURS:  # too few to have a spread of their own
        threshold = max(threshold, deviation(facts.same_hour)[0] + _SPREADS * robust(mad))
    recurs = min(facts.day_before or 0, facts.week_before or 0)
    return max(threshold, recurs + 1.0 if recurs else 0.0)


def _bounds(pages: PageBudget, facts: Facts) -> dict[str, float]:
    """Return how many negative mentions it takes: in the window, in its last quarter, and there for a sudden rise."""
    bounds = {"threshold": _more_than(pages.reach(facts.peaks), facts.peaks[0])}
    if quarter := facts.quarter:
        reach = pages.reach(quarter.peaks)
        bounds["quarter_threshold"] = _more_than(reach, quarter.peaks[0])
        if facts.level is not None:
            steep = pages.steep * facts.level / _QUARTERS
            if len(facts.peaks) >= ENOUGH_BLOCKS and facts.long_level:  # what has risen for days is the new normal
                steep = min(steep, reach * facts.level / facts.long_level)
            bounds["sudden_threshold"] = _more_than(steep)
    return bounds


def _more_than(*values: float) -> float:
    return float(floor(max(values)) + 1)


def _reached(bounds: dict[str, float], facts: Facts) -> bool:
    high = facts.now.negative >= bounds["threshold"]
    if facts.quarter is None:
        return high
    quarter = facts.quarter.negative
    return (high or quarter >= bounds["quarter_threshold"]) and quarter >= bounds.get("sudden_threshold", 0.0)


def _of_the_past(pages: PageBudget, facts: Facts, bounds: dict[str, float]) -> Iterator[Reading]:
    yield Reading("past_blocks", len(facts.peaks), None, "blocks")
    yield from _beside("peak", facts.now.negative, _ranked(pages, facts.peaks))
    if facts.quarter:
        yield Reading("quarter", facts.quarter.negative, None, "mentions")
        yield from _beside("quarter_peak", facts.quarter.negative, _ranked(pages, facts.quarter.peaks))
    yield from (Reading(name, value, None, "mentions") for name, value in bounds.items() if name != "threshold")


def _beside(name: str, now: int, peak: float) -> Iterator[Reading]:
    yield Reading(name, peak, None, "mentions")
    if peak:
        yield Reading(f"{name.removesuffix('_peak')}_times", now / peak)


def _ranked(pages: PageBudget, peaks: tuple[int, ...]) -> float:
    return pages.reach(peaks) / pages.factor


def _of_the_season(facts: Facts) -> Iterator[Reading]:
    if facts.same_hour:
        yield Reading("same_hour", deviation(facts.same_hour)[0], None, "mentions")
    yield from _at("day_before", facts.day_before)
    yield from _at("week_before", facts.week_before)


def _at(name: str, value: int | None) -> tuple[Reading, ...]:
    return () if value is None else (Reading(name, value, None, "mentions"),)
