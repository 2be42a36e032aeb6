"""`flatline`: fewer mentions within a window than there must be."""

from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from config.duration import Duration
from config.kinds import Bound, Condition, Count, Reading, Verdict
from config.kinds import Case as AnyCase
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


class Facts(AnyFacts):
    """The mentions of the window."""

    count: Count
    seen_before: bool = True
    """Whether the brand was spoken of before the window began."""


class Case(Facts, AnyCase):
    """A test of a `flatline`."""


class When(Condition):
    """The fields of a `flatline`."""

    model_config = {"extra": "forbid", "frozen": True}

    lasts: ClassVar[bool] = True

    kind: Literal["flatline"]
    history: Duration = timedelta(days=7)
    """For how long after its last mention a brand counts as one that is spoken of."""
    threshold: Annotated[int, Field(ge=1)]
    """Mentions that the window must hold."""

    def judge(self, facts: Facts) -> Verdict:
        """Return whether there are too few."""
        return Verdict(
            fires=facts.seen_before and facts.count < self.threshold,
            weight=self.threshold - facts.count,
            readings=(
                Reading("count", facts.count, None, "mentions"),
                Reading("threshold", self.threshold, None, "mentions"),
            ),
        )

    def bounds(self, verdict: Verdict) -> tuple[Bound, ...]:
        """Return the mentions that the window must not reach."""
        return (Bound("count", verdict.figure("count"), float(self.threshold), below=True),)
