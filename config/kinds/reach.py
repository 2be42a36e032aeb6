"""`reach`: a single post of high reach: many followers behind it, or much engagement."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.kinds import Bound, Condition, Count, Reading, Verdict
from config.kinds import Case as AnyCase
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


class Facts(AnyFacts):
    """The author's followers and the post's 互动量."""

    followers: Count = 0
    engagement: Count = 0
    negative: bool = True


class Case(Facts, AnyCase):
    """A test of a `reach`."""


class When(Condition):
    """The fields of a `reach`; either bound suffices."""

    model_config = {"extra": "forbid", "frozen": True}

    kind: Literal["reach"]
    min_followers: Annotated[int, Field(ge=1)] | None = None
    min_engagement: Annotated[int, Field(ge=1)] | None = None
    negative_only: bool = True

    @model_validator(mode="after")
    def _a_bound(self) -> "When":
        if self.min_followers is None and self.min_engagement is None:
            raise ValueError("min_followers, min_engagement: write at least one of the two")
        return self

    def judge(self, facts: Facts) -> Verdict:
        """Return whether the post reaches far enough."""
        far = self.min_followers is not None and facts.followers >= self.min_followers
        loud = self.min_engagement is not None and facts.engagement >= self.min_engagement
        return Verdict(
            fires=(far or loud) and (facts.negative or not self.negative_only),
            weight=facts.followers + facts.engagement,
            readings=(
                Reading("followers", facts.followers, None, "accounts"),
                Reading("engagement", facts.engagement, None, "times"),
            ),
        )

    def bounds(self, verdict: Verdict) -> tuple[Bound, ...]:
        """Return the bound that is nearest, for either suffices."""
        return tuple(sorted(super().bounds(verdict), key=lambda bound: bound.closeness)[-1:])
