"""`metric`: the mean, sum, least or greatest value of a number within a window is too low or too high."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from config.kinds import Bound, Condition, Count, Reading, Verdict
from config.kinds import Case as AnyCase
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


class Facts(AnyFacts):
    """The value of the window, None where no mention has the number; and the mentions that have it."""

    value: float | None
    count: Count


class Case(Facts, AnyCase):
    """A test of a `metric`."""


class When(Condition):
    """The fields of a `metric`; it holds `below` or `above` a bound."""

    model_config = {"extra": "forbid", "frozen": True}

    lasts: ClassVar[bool] = True

    kind: Literal["metric"]
    field: Literal["sentiment.score", "rating", "engagement.total", "author.followers"]
    value: Literal["mean", "sum", "min", "max"] = "mean"
    below: float | None = None
    above: float | None = None
    min_count: Annotated[int, Field(ge=1)] = 1
    """Mentions with the number, at the least."""

    @model_validator(mode="after")
    def _a_bound(self) -> "When":
        if self.below is None and self.above is None:
            raise ValueError("below, above: write at least one of the two")
        return self

    def judge(self, facts: Facts) -> Verdict:
        """Return whether the value lies outside."""
        value = facts.value
        if value is None or facts.count < self.min_count:
            return Verdict(fires=False, readings=(Reading("count", facts.count, None, "mentions"),))
        low = self.below is not None and value < self.below
        high = self.above is not None and value > self.above
        bound = self.below if low else self.above
        return Verdict(
            fires=low or high,
            weight=abs(value - (bound or 0.0)),
            readings=(
                Reading("value", value),
                Reading("bound", bound or 0.0),
                Reading("count", facts.count, None, "mentions"),
            ),
        )

    def bounds(self, verdict: Verdict) -> tuple[Bound, ...]:
        """Return the mentions that it takes, and the bounds of which one suffices."""
        held = list(super().bounds(verdict))
        if verdict.has("value"):
            value = verdict.figure("value")
            either = [Bound("value", value, self.above)] if self.above is not None else []
            either += [Bound("value", value, self.below, below=True)] if self.below is not None else []
            held.append(max(either, key=lambda bound: bound.closeness))
        return tuple(held)
