"""`absence`: what must be heard of is not: a feed is silent, its crawls are blind, or they see too little of it."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from config.duration import Duration
from config.kinds import Bound, Condition, Count, Name, Reading, Share, Verdict
from config.kinds import Case as AnyCase
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


class Facts(AnyFacts):
    """What one feed's crawls did within the window."""

    runs: Count
    """Crawls that ended."""
    seeing: Count = 0
    """Crawls among them that saw what they should, or that there was nothing to see."""
    posts: Count = 0
    coverage: Share | None = None
    """The least share that a crawl saw of what the platform says there is; None where none says."""
    gap: Annotated[float, Field(ge=0)] = 0
    """The longest time, in hours, that a crawl left uncovered."""


class Case(Facts, AnyCase):
    """A test of an `absence`."""


class When(Condition):
    """The fields of an `absence`; whatever is left out is not looked at."""

    model_config = {"extra": "forbid", "frozen": True}

    kind: Literal["absence"]
    window: Duration = timedelta(hours=6)
    feeds: tuple[Name, ...] = ()
    """The feeds that are watched: all that have ever crawled where none is named."""
    min_runs: Count = 1
    min_seeing: Annotated[float, Field(ge=0, le=1)] = 0.5
    """Share of the crawls that must have seen what they should."""
    min_posts: Count = 0
    min_coverage: Share = 0.0
    max_gap: Duration | None = None
    """The longest time that may be left uncovered; None looks at no gap."""

    def judge(self, facts: Facts) -> Verdict:
        """Return whether the feed is silent, blind or covered too little."""
        blind = facts.runs > 0 and facts.seeing < self.min_seeing * facts.runs
        uncovered = facts.coverage is not None and facts.coverage < self.min_coverage
        torn = self.max_gap is not None and facts.gap * 3600 > self.max_gap.total_seconds()
        return Verdict(
            fires=facts.runs < self.min_runs or blind or facts.posts < self.min_posts or uncovered or torn,
            weight=facts.runs - facts.seeing,
            readings=(
                Reading("runs", facts.runs, None, "crawls"),
                Reading("seeing", facts.seeing, None, "crawls"),
                Reading("posts", facts.posts, None, "posts"),
                *((Reading("coverage", facts.coverage),) if facts.coverage is not None else ()),
                *((Reading("gap", facts.gap, None, "hours"),) if self.max_gap is not None else ()),
            ),
        )

    def bounds(self, verdict: Verdict) -> tuple[Bound, ...]:
        """Return the crawls that there must not be fewer of."""
        if not verdict.has("runs"):
            return ()
        runs, seeing = verdict.figure("runs"), verdict.figure("seeing")
        few = Bound("runs", runs, float(self.min_runs), below=True)
        blind = Bound("seeing", seeing, self.min_seeing * runs, below=True)
        return (max(few, blind, key=lambda bound: bound.closeness),)
