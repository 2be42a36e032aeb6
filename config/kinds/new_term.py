"""`new_term`: a word that was not there before is said by several accounts."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.duration import Duration, written
from config.kinds import Case as AnyCase
from config.kinds import Condition, Count, Reading, Verdict
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


class Facts(AnyFacts):
    """Mentions of one word in the window, the accounts behind them, and its mentions before."""

    count: Count
    authors: Count
    before: Count


class Case(Facts, AnyCase):
    """A test of a `new_term`."""


class When(Condition):
    """The fields of a `new_term`."""

    model_config = {"extra": "forbid", "frozen": True}

    kind: Literal["new_term"]
    field: Literal["keywords", "tags", "tokens", "site", "platform", "region", "author.name"] = "keywords"
    history: Duration = timedelta(days=14)
    """How long before the window the word must not have been said."""
    min_count: Annotated[int, Field(ge=1)] = 5
    min_authors: Annotated[int, Field(ge=1)] = 3
    max_before: Count = 0
    """Mentions before that still count as none."""

    @model_validator(mode="after")
    def _lengths_fit(self) -> "When":
        if self.history < self.window:
            raise ValueError(f"history: shorter than the window of {written(self.window)}: write a longer time")
        return self

    def judge(self, facts: Facts) -> Verdict:
        """Return whether the word is new and said often enough."""
        return Verdict(
            fires=facts.before <= self.max_before
            and facts.count >= self.min_count
            and facts.authors >= self.min_authors,
            weight=facts.count,
            readings=(
                Reading("count", facts.count, facts.before, "mentions"),
                Reading("authors", facts.authors, None, "accounts"),
            ),
        )
