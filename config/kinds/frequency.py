"""`frequency`: at least so many mentions within a window, of everybody or of one story or customer."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from config.kinds import By, Condition, Count, Reading, Verdict
from config.kinds import Case as AnyCase
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


class Facts(AnyFacts):
    """The mentions of the window."""

    count: Count


class Case(Facts, AnyCase):
    """A test of a `frequency`."""


class When(Condition):
    """The fields of a `frequency`."""

    model_config = {"extra": "forbid", "frozen": True}

    lasts: ClassVar[bool] = True

    kind: Literal["frequency"]
    min_count: Annotated[int, Field(ge=1)]
    by: By | None = None
    """What is counted apart; all mentions of the brand together where nothing is."""

    def judge(self, facts: Facts) -> Verdict:
        """Return whether there are enough."""
        count = facts.count
        return Verdict(
            fires=count >= self.min_count,
            weight=count,
            readings=(
                Reading("count", count, None, "mentions"),
                Reading("threshold", self.min_count, None, "mentions"),
            ),
        )
