"""The rule kind `negative_burst`: its fields, what they mean (`measure`), and the shape of its tests.

The meaning stands here and not in the evaluation, so that a rule file can be refused, wherever it is read, when its own
tests contradict it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from config.duration import Duration, written

__all__ = ["ENOUGH_PAST", "BurstTest", "Figures", "NegativeBurst", "Now", "measure"]

ENOUGH_PAST = 12
"""Past windows that it takes to say what is usual; with fewer, only the absolute thresholds decide."""
_MOST_PAST = 2_000
_SPREADS = 3.0
"""How many robust standard deviations above the median are still usual."""
_TO_DEVIATION = 1.4826  # makes the MAD of a normal distribution its standard deviation


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NegativeBurst(_Written):
    """Many negative mentions within a window, a large share of all, and far more than in windows before it."""

    kind: Literal["negative_burst"]
    window: Duration = timedelta(hours=1)
    history: Duration = timedelta(days=14)
    """How far back the usual is looked for, in windows of the same length."""
    late: Duration = timedelta(hours=6)
    """How long after its end a burst still counts that came to light only now, such as after a crawl's outage."""
    min_count: Annotated[int, Field(ge=1)]
    """Negative mentions in the window, at the least."""
    min_share: Annotated[float, Field(ge=0, le=1)]
    """Negative mentions of all in the window, at the least."""
    ratio: Annotated[float, Field(ge=1)]
    """How many times the usual the negative mentions must be, at the least."""

    @model_validator(mode="after")
    def _lengths_fit(self) -> "NegativeBurst":
        if self.window < timedelta(minutes=1):
            raise ValueError("window: shorter than 1m: write 1m or more")
        past = self.history // self.window
        if not ENOUGH_PAST <= past <= _MOST_PAST:
            raise ValueError(
                f"history: {written(self.history)} holds {past} windows of {written(self.window)}: "
                f"write one that holds {ENOUGH_PAST} to {_MOST_PAST:,}"
            )
        if self.late > self.history:
            raise ValueError(f"late: longer than the history of {written(self.history)}: write a shorter time")
        return self


class Now(_Written):
    """The window under test: all mentions, and the negative ones among them."""

    count: Annotated[int, Field(ge=0)]
    negative: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _part_of_all(self) -> "Now":
        if self.negative > self.count:
            raise ValueError(f"negative: {self.negative} of {self.count} mentions: write no more than `count`")
        return self


class BurstTest(_Written):
    """One promise of a rule: past windows' negative mentions, oldest first, the window now, and the verdict."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    history: tuple[Annotated[int, Field(ge=0)], ...]
    now: Now
    fires: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """A window against its past; every figure that an alert states."""

    count: int
    negative: int
    share: float
    """Negative of all, 0 to 1; 0 for an empty window."""
    usual: float
    """Median of the past windows' negative mentions; 0 without a past."""
    mad: float
    """Median absolute deviation from it."""
    times: float | None
    """Negative mentions as a multiple of the usual; None when the usual is 0."""
    threshold: float
    """Negative mentions that it took to fire."""
    past_windows: int
    relative: bool
    """Whether there was enough past to compare with."""
    fires: bool


def measure(when: NegativeBurst, *, count: int, negative: int, past: Sequence[int]) -> Figures:
    """Return the window's figures and whether it fires; `past` holds the negative mentions of earlier windows."""
    usual = float(median(past)) if past else 0.0
    mad = float(median(abs(value - usual) for value in past)) if past else 0.0
    relative = len(past) >= ENOUGH_PAST
    threshold = float(when.min_count)
    if relative:
        threshold = max(threshold, when.ratio * usual, usual + _SPREADS * _TO_DEVIATION * mad)
    share = negative / count if count else 0.0
    return Figures(
        count=count,
        negative=negative,
        share=share,
        usual=usual,
        mad=mad,
        times=negative / usual if usual else None,
        threshold=threshold,
        past_windows=len(past),
        relative=relative,
        fires=negative >= threshold and share >= when.min_share,
    )
