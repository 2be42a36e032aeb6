"""`story`: one story grows quickly: reposts, answers and copies of the same first post."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from config.duration import Duration
from config.kinds import Bound, Condition, Count, Reading, Share, Verdict
from config.kinds import Case as AnyCase
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


class Facts(AnyFacts):
    """The story's mentions in the window, the negative ones and the accounts among them, and what it held before."""

    count: Count
    negative: Count = 0
    authors: Count = 0
    before: Count = 0
    """Mentions in the window of the same length that was fullest among those before it."""
    coordination: Share = 0.0
    """How arranged the story looks."""


class Case(Facts, AnyCase):
    """A test of a `story`."""


class When(Condition):
    """The fields of a `story`."""

    model_config = {"extra": "forbid", "frozen": True}

    kind: Literal["story"]
    history: Duration = timedelta(days=1)
    """How far back the story's own earlier windows are looked at."""
    min_count: Annotated[int, Field(ge=2)]
    """Mentions of the story in the window, at the least."""
    min_authors: Annotated[int, Field(ge=1)] = 1
    """Different accounts among them, at the least."""
    min_share: Share = 0.0
    """Negative mentions among them, at the least."""
    growth: Annotated[float, Field(ge=0)] = 0.0
    """How many times its fullest window before, at the least: 0 where a story that is always loud counts too."""
    min_coordination: Share = 0.0
    """How arranged (水军) it must look."""

    def judge(self, facts: Facts) -> Verdict:
        """Return whether the story is large and quick enough."""
        share = facts.negative / facts.count if facts.count else 0.0
        return Verdict(
            fires=facts.count >= self.min_count
            and facts.authors >= self.min_authors
            and share >= self.min_share
            and facts.count >= self.growth * facts.before
            and facts.coordination >= self.min_coordination,
            weight=facts.count,
            readings=(
                Reading("count", facts.count, facts.before, "mentions"),
                Reading("negative", facts.negative, None, "mentions"),
                Reading("authors", facts.authors, None, "accounts"),
                Reading("coordination", facts.coordination),
            ),
        )

    def bounds(self, verdict: Verdict) -> tuple[Bound, ...]:
        """Return what the story must reach, and how many times its fullest window before."""
        count = verdict.reading("count")
        return (*super().bounds(verdict), Bound("count", count.value, self.growth * (count.usual or 0.0)))
