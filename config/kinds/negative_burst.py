"""`negative_burst`: many negative mentions within a window, a large share of all, and far more than is usual.

Usual is what the windows before it held, and what the same hour of the week held in the weeks before, with the spread
of the former. What came as strongly at the same time both the day before and the week before recurs, and is no burst.
"""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.duration import Duration, written
from config.kinds import Case as AnyCase
from config.kinds import Condition, Count, Reading, Share, Verdict, Written, deviation, fitting, robust
from config.kinds import Facts as AnyFacts

__all__ = ["ENOUGH_PAST", "Case", "Facts", "Now", "Slow", "When"]

ENOUGH_PAST = 12
"""Past windows that it takes to say what is usual; with fewer, only the absolute thresholds decide."""
_MOST_PAST = 2_000
_ENOUGH_SAME_HOURS = 3
_SPREADS = 3.0
"""How many robust standard deviations above the median are still usual."""


class Now(Written):
    """The window under test: all mentions, and the negative ones among them."""

    count: Count
    negative: Count

    @model_validator(mode="after")
    def _part_of_all(self) -> "Now":
        if self.negative > self.count:
            raise ValueError(f"negative: {self.negative} of {self.count} mentions: write no more than `count`")
        return self


class Facts(AnyFacts):
    """Negative mentions of past windows, oldest first, and the window now."""

    history: tuple[Count, ...]
    same_hour: tuple[Count, ...] = ()
    """Of the windows at the same hour of the week, and of their neighbours, in the weeks before."""
    day_before: Count | None = None
    """Of the window one day before; None where nobody looked then."""
    week_before: Count | None = None
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

    kind: Literal["negative_burst"]
    history: Duration = timedelta(days=14)
    """How far back the usual is looked for, in windows of the same length."""
    season: Duration = timedelta(weeks=4)
    """How far back the same hour of the week is looked at; 0s for not at all."""
    min_count: Annotated[int, Field(ge=1)]
    """Negative mentions in the window, at the least."""
    min_share: Share
    """Negative mentions of all in the window, at the least."""
    ratio: Annotated[float, Field(ge=1)]
    """How many times the usual the negative mentions must be, at the least."""
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

    def looks(self) -> "tuple[When, ...]":
        """Return the condition's one or two looks, each as a condition with one."""
        if self.slow is None:
            return (self,)
        own = self.slow
        slow = {"window": own.window, "history": own.history, "min_count": own.min_count, "season": timedelta()}
        return self.model_copy(update={"slow": None}), self.model_copy(update={"slow": None, **slow})

    def judge(self, facts: Facts) -> Verdict:
        """Return whether the window holds as many negative mentions as it takes."""
        count, negative = facts.now.count, facts.now.negative
        usual, mad = deviation(facts.history)
        relative = len(facts.history) >= ENOUGH_PAST
        threshold = float(self.min_count)
        if relative:
            threshold = max(threshold, self.ratio * usual, usual + _SPREADS * robust(mad))
        seasonal, _ = deviation(facts.same_hour)
        if len(facts.same_hour) >= _ENOUGH_SAME_HOURS:  # too few to have a spread of their own
            threshold = max(threshold, seasonal + _SPREADS * robust(mad))
        recurs = min(facts.day_before or 0, facts.week_before or 0)
        threshold = max(threshold, recurs + 1.0 if recurs else 0.0)
        share = negative / count if count else 0.0
        return Verdict(
            fires=negative >= threshold and share >= self.min_share,
            weight=negative,
            readings=(
                Reading("negative", negative, usual if relative else None, "mentions"),
                Reading("count", count, None, "mentions"),
                Reading("share", share),
                *((Reading("times", negative / usual),) if relative and usual else ()),
                Reading("mad", mad, None, "mentions"),
                Reading("past_windows", len(facts.history), None, "windows"),
                Reading("threshold", threshold, None, "mentions"),
                *((Reading("same_hour", seasonal, None, "mentions"),) if facts.same_hour else ()),
                *_at("day_before", facts.day_before),
                *_at("week_before", facts.week_before),
            ),
        )


def _at(name: str, value: int | None) -> tuple[Reading, ...]:
    return () if value is None else (Reading(name, value, None, "mentions"),)
