"""`cardinality`: many, or few, different values of a field within a window, such as many authors in one story."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from config.kinds import Bound, By, Condition, Count, Reading, Verdict
from config.kinds import Case as AnyCase
from config.kinds import Facts as AnyFacts

__all__ = ["Case", "Facts", "When"]


class Facts(AnyFacts):
    """The different values of the window, and its mentions."""

    values: Count
    count: Count = 0


class Case(Facts, AnyCase):
    """A test of a `cardinality`."""


class When(Condition):
    """The fields of a `cardinality`; it holds at `at_least` values and more, or `below` so many."""

    model_config = {"extra": "forbid", "frozen": True}

    lasts: ClassVar[bool] = True

    kind: Literal["cardinality"]
    field: Literal["author.id", "platform", "site", "region", "story.id", "customer.id", "keywords", "tags"]
    at_least: Annotated[int, Field(ge=1, le=5_000)] | None = None
    below: Annotated[int, Field(ge=1, le=5_000)] | None = None
    by: By | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> "When":
        if (self.at_least is None) == (self.below is None):
            raise ValueError("at_least, below: write one of the two")
        if self.by and self.below:
            raise ValueError("by: what falls silent is not counted apart: write `at_least`, or leave `by` out")
        return self

    @property
    def bound(self) -> int:
        """The number of values that decides."""
        return self.at_least or self.below or 0

    def judge(self, facts: Facts) -> Verdict:
        """Return whether there are as many, or as few, as it takes."""
        many = self.at_least is not None and facts.values >= self.at_least
        few = self.below is not None and facts.values < self.below
        return Verdict(
            fires=many or few,
            weight=facts.values if many else self.bound - facts.values,
            readings=(
                Reading("values", facts.values, None, "values"),
                Reading("count", facts.count, None, "mentions"),
                Reading("threshold", self.bound, None, "values"),
            ),
        )

    def bounds(self, verdict: Verdict) -> tuple[Bound, ...]:
        """Return how many different values it takes, or may not be."""
        if not verdict.has("values"):
            return super().bounds(verdict)
        return (Bound("values", verdict.figure("values"), float(self.bound), below=self.at_least is None),)
