"""`hot_list`: a post that speaks of the brand enters a platform's hot list (热搜)."""

from typing import Annotated, Literal

from pydantic import Field

from config.kinds import Bound, Condition, Reading, Verdict
from config.kinds import Case as AnyCase
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


class Facts(AnyFacts):
    """The place on the list, from 1; None for a post that is on none."""

    rank: Annotated[int, Field(ge=1)] | None


class Case(Facts, AnyCase):
    """A test of a `hot_list`."""


class When(Condition):
    """The fields of a `hot_list`."""

    model_config = {"extra": "forbid", "frozen": True}

    kind: Literal["hot_list"]
    top: Annotated[int, Field(ge=1)] = 50
    """The last place that counts."""

    def judge(self, facts: Facts) -> Verdict:
        """Return whether the post is on the list."""
        if facts.rank is None:
            return Verdict(fires=False)
        return Verdict(fires=facts.rank <= self.top, weight=-facts.rank, readings=(Reading("rank", facts.rank),))

    def bounds(self, verdict: Verdict) -> tuple[Bound, ...]:
        """Return the place that it must be above."""
        return (Bound("rank", verdict.figure("rank"), self.top + 1.0, below=True),) if verdict.has("rank") else ()
