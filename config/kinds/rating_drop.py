"""`rating_drop`: the mean rating of a window falls below that of the time before it."""

from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from config.duration import Duration, written
from config.kinds import Bound, Condition, Count, Reading, Share, Verdict
from config.kinds import Case as AnyCase
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


class Facts(AnyFacts):
    """Mean ratings, 0 to 1, and how many made them; None where there were none."""

    rating: Share | None
    count: Count
    before: Share | None
    before_count: Count


class Case(Facts, AnyCase):
    """A test of a `rating_drop`."""


class When(Condition):
    """The fields of a `rating_drop`."""

    model_config = {"extra": "forbid", "frozen": True}

    lasts: ClassVar[bool] = True

    kind: Literal["rating_drop"]
    window: Duration = timedelta(days=1)
    history: Duration = timedelta(days=28)
    drop: Annotated[float, Field(gt=0, le=1)]
    """How far the mean must fall, of the platform's own scale made 0 to 1: 0.25 is one star of five."""
    min_count: Annotated[int, Field(ge=1)]
    """Ratings in the window and before it, at the least."""

    @model_validator(mode="after")
    def _lengths_fit(self) -> "When":
        if self.history < self.window:
            raise ValueError(f"history: shorter than the window of {written(self.window)}: write a longer time")
        return self

    def judge(self, facts: Facts) -> Verdict:
        """Return whether the mean has fallen far enough."""
        enough = facts.count >= self.min_count and facts.before_count >= self.min_count
        if facts.rating is None or facts.before is None or not enough:
            return Verdict(fires=False, readings=(Reading("count", facts.count, None, "ratings"),))
        fallen = facts.before - facts.rating
        return Verdict(
            fires=fallen >= self.drop,
            weight=fallen,
            readings=(
                Reading("rating", facts.rating, facts.before),
                Reading("count", facts.count, facts.before_count, "ratings"),
            ),
        )

    def bounds(self, verdict: Verdict) -> tuple[Bound, ...]:
        """Return the ratings that it takes, and how far their mean must fall."""
        held = list(super().bounds(verdict))
        if verdict.has("rating"):
            rating = verdict.reading("rating")
            held.append(Bound("drop", max(0.0, (rating.usual or 0.0) - rating.value), self.drop))
        return tuple(held)
