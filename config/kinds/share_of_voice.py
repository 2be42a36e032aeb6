"""`share_of_voice`: a brand's share of all brands' mentions (声量占比) moves away from its usual."""

from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from config.duration import Duration
from config.kinds import Bound, Condition, Count, Reading, Share, Verdict, deviation, fitting
from config.kinds import Case as AnyCase
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


_ENOUGH_PAST, _MOST_PAST = 7, 2_000


class Facts(AnyFacts):
    """The brand's and all brands' mentions in the window, and the brand's share in past windows."""

    count: Count
    all: Count
    history: tuple[Share, ...]


class Case(Facts, AnyCase):
    """A test of a `share_of_voice`."""


class When(Condition):
    """The fields of a `share_of_voice`."""

    model_config = {"extra": "forbid", "frozen": True}

    lasts: ClassVar[bool] = True

    kind: Literal["share_of_voice"]
    window: Duration = timedelta(days=1)
    history: Duration = timedelta(days=28)
    shift: Annotated[float, Field(gt=0, le=1)]
    """How far the share must be from its median: 0.2 is twenty points."""
    direction: Literal["up", "down", "both"] = "both"
    min_count: Annotated[int, Field(ge=1)]
    """Mentions of all brands in the window, at the least."""

    @model_validator(mode="after")
    def _lengths_fit(self) -> "When":
        fitting(self.window, self.history, _ENOUGH_PAST, _MOST_PAST)
        return self

    def judge(self, facts: Facts) -> Verdict:
        """Return whether the share has moved far enough."""
        share = facts.count / facts.all if facts.all else 0.0
        usual, _ = deviation(facts.history)
        up, down = share - usual >= self.shift, usual - share >= self.shift
        moved = (up and self.direction != "down") or (down and self.direction != "up")
        return Verdict(
            fires=moved and facts.all >= self.min_count and len(facts.history) >= _ENOUGH_PAST,
            weight=abs(share - usual),
            readings=(
                Reading("share", share, usual),
                Reading("count", facts.count, None, "mentions"),
                Reading("all", facts.all, None, "mentions"),
            ),
        )

    def bounds(self, verdict: Verdict) -> tuple[Bound, ...]:
        """Return the mentions of all that it takes, and how far the share must move."""
        if not verdict.has("share"):
            return super().bounds(verdict)
        share = verdict.reading("share")
        moved = abs(share.value - (share.usual or 0.0))
        return (Bound("all", verdict.figure("all"), float(self.min_count)), Bound("shift", moved, self.shift))
